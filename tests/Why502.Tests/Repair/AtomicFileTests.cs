using Why502.Repair;
using Xunit;

namespace Why502.Tests.Repair;

public class AtomicFileTests
{
    [Fact]
    public void Change_KeepsModeAndLink()
    {
        using var folder = new RepairFolder();
        var target = folder.Write("available/shop", "old\n");
        File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Directory.CreateDirectory(Path.Combine(folder.Root, "enabled"));
        var link = Path.Combine(folder.Root, "enabled/shop");
        File.CreateSymbolicLink(link, "../available/shop");

        AtomicFile.Change(AtomicFile.Target(link), RepairFolder.Bytes("old\n"), RepairFolder.Bytes("new\n"), "t1");

        Assert.Equal("new\n", File.ReadAllText(target));
        Assert.Equal("../available/shop", new FileInfo(link).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(target));
        Assert.Equal(["available/shop", "enabled/shop"], folder.Tree().Keys.Order());
    }

    [Fact]
    public void ContentThatIsNotWhatWasRead_IsLeftAlone()
    {
        using var folder = new RepairFolder();
        var file = folder.Write("shop", "somebody's\n");

        var failure = Assert.Throws<StepFailedException>(() => AtomicFile.Change(file, RepairFolder.Bytes("old\n"), RepairFolder.Bytes("new\n"), "t1"));

        Assert.Contains("changed by somebody else", failure.Message, StringComparison.Ordinal);
        Assert.Equal("somebody's\n", File.ReadAllText(file));
        Assert.Equal(["shop"], folder.Tree().Keys);
    }

    [Fact]
    public void NewFile_NeverTakesAnothersPlace()
    {
        using var folder = new RepairFolder();
        var file = folder.Write("drop-in.conf", "here first\n");

        Assert.Throws<StepFailedException>(() => AtomicFile.Change(file, null, RepairFolder.Bytes("new\n"), "t1"));
        Assert.Equal("here first\n", File.ReadAllText(file));
    }

    [Fact]
    public void LeftoverOfAKilledRepair_IsCleanedAndNoObstacle()
    {
        using var folder = new RepairFolder();
        var file = folder.Write("shop", "old\n");
        folder.Write(Path.GetFileName(AtomicFile.Beside(file, "t1")), "half of the n");

        AtomicFile.Change(file, RepairFolder.Bytes("old\n"), RepairFolder.Bytes("new\n"), "t1");

        Assert.Equal(["shop"], folder.Tree().Keys);
        Assert.Equal("new\n", File.ReadAllText(file));
    }

    /// <summary>A name that an <c>include *</c> would find is a broken nginx for as long as the file is half written.</summary>
    [Fact]
    public void NameBesideTheFile_IsHiddenFromPatterns() => Assert.StartsWith(".", Path.GetFileName(AtomicFile.Beside("/etc/nginx/conf.d/shop.conf", "t1")), StringComparison.Ordinal);
}
