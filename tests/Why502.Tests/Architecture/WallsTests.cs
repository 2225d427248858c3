using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Xunit;

namespace Why502.Tests.Architecture;

/// <summary>The arrows between assemblies, in the project files and in what was compiled.</summary>
public class WallsTests
{
    public static TheoryData<string> AllRooms => new(Walls.Names);

    public static TheoryData<string> CompiledRooms => new(Walls.Names.Where(name => name is not ("why502" or "Why502.Generators")));

    [Fact]
    public void EveryProjectUnderSrc_IsARoom()
        => Assert.Equal(Walls.Names.Order(StringComparer.Ordinal), Checkout.Files(".csproj").Where(file => file.StartsWith("src/", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal));

    [Fact]
    public void ReferencesAreNotTransitive_SoThatAnArrowMustBeDrawn()
        => Assert.Equal("true", Checkout.ReadXml("Directory.Build.props").Descendants("DisableTransitiveProjectReferences").Single().Value);

    [Theory]
    [MemberData(nameof(AllRooms))]
    public void ProjectReferences_AreAllowedArrows(string name)
    {
        var references = Checkout.ReadXml($"src/{name}/{name}.csproj").Descendants("ProjectReference")
            .Where(reference => reference.Attribute("OutputItemType")?.Value != "Analyzer")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
        Assert.Empty(references.Except(Allowed(name)));
    }

    [Theory]
    [MemberData(nameof(CompiledRooms))]
    public void CompiledReferences_AreAllowedArrows(string name)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var references = metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name));
        Assert.Empty(references.Where(reference => reference.StartsWith("why502", StringComparison.OrdinalIgnoreCase)).Except(Allowed(name)));
    }

    /// <summary>Rooms that compute have no package at all: what they need is written here or is in the framework.</summary>
    [Theory]
    [InlineData("Why502.Nginx")]
    [InlineData("Why502.Logs")]
    [InlineData("Why502.Diagnosis")]
    [InlineData("Why502.Traffic")]
    public void PureRooms_UseNoPackage(string name)
        => Assert.Empty(Checkout.ReadXml($"src/{name}/{name}.csproj").Descendants("PackageReference"));

    [Fact]
    public void MapInArchitecture_IsTheListOfRooms()
        => GeneratedBlock.Check("ARCHITECTURE.md", "map", "| folder | holds | may use |\n|---|---|---|\n" + Walls.Map());

    private static string[] Allowed(string name) => Walls.Rooms.Single(room => room.Name == name).MayUse;
}
