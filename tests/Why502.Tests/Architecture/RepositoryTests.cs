using System.Text.RegularExpressions;
using Why502.Cli.Commands;
using Why502.Tests.Cli;
using Xunit;

namespace Why502.Tests.Architecture;

/// <summary>What a reviewer would otherwise have to look for.</summary>
public partial class RepositoryTests
{
    private const int LinesMax = 500;

    [Fact]
    public void EverySourceFile_IsShort()
        => Assert.Empty(Checkout.Files(".cs").Where(file => File.ReadLines(Path.Combine(Checkout.Root, file)).Count() > LinesMax));

    [Fact]
    public void NothingIsLeftToDo()
        => Assert.Empty(Checkout.Files(".cs").Where(file => !IsThisFile(file) && LeftToDo().IsMatch(Checkout.Read(file))));

    /// <summary>A checkout is all there is: no path of the machine that it was written on.</summary>
    [Fact]
    public void NothingPointsOutsideTheCheckout()
        => Assert.Empty(Checkout.Files().Where(file => !IsThisFile(file) && OutsidePath().IsMatch(Checkout.Read(file))));

    [Fact]
    public void EveryFile_IsNamedAfterItsJob()
        => Assert.Empty(Checkout.Files(".cs").Where(file => JoblessName().IsMatch(Path.GetFileNameWithoutExtension(file))));

    /// <summary>The room's name is the namespace; folders inside may go on with it, or not where a type is the room's public face.</summary>
    [Fact]
    public void EverySourceFile_IsInTheNamespaceOfItsRoom()
    {
        foreach (var file in Checkout.Sources("src"))
        {
            var parts = file.Split('/');
            var room = parts[1] == "why502" ? "Why502.Cli" : parts[1];
            var deepest = string.Join('.', parts[2..^1].Prepend(room));
            foreach (var declared in Namespace().Matches(Checkout.Read(file)).Select(match => match.Groups[1].Value))
            {
                Assert.True(declared == room || declared == deepest || deepest.StartsWith(declared + ".", StringComparison.Ordinal) && declared.StartsWith(room + ".", StringComparison.Ordinal),
                    $"{file} declares namespace {declared}, which is not {room} or a part of {deepest}.");
            }
        }
    }

    [Fact]
    public void EverySuppression_SaysWhy()
    {
        foreach (var file in Checkout.Files(".cs").Where(file => !IsThisFile(file)))
        {
            var lines = Checkout.Read(file).Split('\n');
            for (var i = 0; i < lines.Length; i++)
            {
                var reason = lines[i].Contains("//", StringComparison.Ordinal) || i > 0 && lines[i - 1].TrimStart().StartsWith("//", StringComparison.Ordinal);
                Assert.True(!lines[i].TrimStart().StartsWith("#pragma warning disable", StringComparison.Ordinal) || reason, $"{file}:{i + 1} suppresses a warning without a reason.");
            }
        }
    }

    [Fact]
    public void Changelog_HasTheCurrentVersion()
    {
        var version = Checkout.ReadXml("Directory.Build.props").Descendants("Version").Single().Value;
        Assert.Contains($"\n## [{version}]", Checkout.Read("CHANGELOG.md"), StringComparison.Ordinal);
    }

    public static TheoryData<string> Documents => [.. Checkout.Files(".md").Where(file => !file.Contains("/Snapshots/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Scripts and files that the documents name are there, so that a command copied from them runs.</summary>
    [Theory]
    [MemberData(nameof(Documents))]
    public void EveryPathInADocument_Exists(string document)
    {
        var text = Checkout.Read(document);
        var named = OwnPath().Matches(text).Select(match => match.Groups[1].Value.TrimEnd('/', '.')).Distinct()
            .Where(path => !path.Contains("ID", StringComparison.Ordinal) && !path.StartsWith("artifacts", StringComparison.Ordinal));
        Assert.Empty(named.Where(path => !Path.Exists(Path.Combine(Checkout.Root, path))));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void EveryLinkInADocument_LeadsToAFile(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Checkout.Root, document))!;
        Assert.Empty(OwnLink().Matches(Checkout.Read(document)).Select(match => match.Groups[1].Value).Where(link => !Path.Exists(Path.Combine(folder, link))));
    }

    /// <summary>What a document has people type is a command that exists, with options that it has.</summary>
    [Theory]
    [MemberData(nameof(Documents))]
    public void EveryCommandInADocument_IsUnderstood(string document)
    {
        var (terminal, _, _) = CommandLineTests.Memory();
        foreach (var line in Block().Matches(Checkout.Read(document)).SelectMany(block => block.Groups[1].Value.Split('\n')))
        {
            if (OwnCommand().Match(line) is { Success: true } command)
            {
                CommandLine.Parse([.. Word().Matches(command.Groups[1].Value).Select(word => word.Value)], terminal);
            }
        }
    }

    [Theory]
    [InlineData("why502")]
    [InlineData("test")]
    [InlineData(".ci/run")]
    [InlineData("eng/publish")]
    [InlineData("eng/dotnet")]
    public void EveryScript_CanBeRun(string script)
    {
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Path.Combine(Checkout.Root, script)).HasFlag(UnixFileMode.UserExecute), $"{script} is not executable.");
        Assert.StartsWith("#!/usr/bin/env bash\n", Checkout.Read(script), StringComparison.Ordinal);
    }

    [Fact]
    public void Ci_RunsWhatEverybodyRuns()
        => Assert.Equal("./test", Checkout.Read(".ci/run").TrimEnd().Split("exec ")[^1]);

    private static bool IsThisFile(string file) => Path.GetFileName(file) == nameof(RepositoryTests) + ".cs";

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b")]
    private static partial Regex LeftToDo();

    [GeneratedRegex(@"/work/(shared|main|wt)\b|\.library\b")]
    private static partial Regex OutsidePath();

    [GeneratedRegex("(Utils?|Helpers?|Manager)$")]
    private static partial Regex JoblessName();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    /// <summary>./script, or a path below one of the checkout's folders.</summary>
    [GeneratedRegex(@"(?<=[\s`(])(?:\./)?((?<=\./)[\w.-]+|(?:src|tests|eng|docs|bench|\.ci)/[\w./-]*)")]
    private static partial Regex OwnPath();

    /// <summary>The target of a link that stays within the repository.</summary>
    [GeneratedRegex(@"\]\((?!https?:)([^)#\s]+)")]
    private static partial Regex OwnLink();

    /// <summary>A fenced block.</summary>
    [GeneratedRegex("^```\\w*\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    /// <summary>why502 with its arguments: at a line's start, behind a prompt, or behind a pipe; without what the shell does with it.</summary>
    [GeneratedRegex(@"(?:^|\$ |\| )(?:\./)?why502( [^#>|]*|$)")]
    private static partial Regex OwnCommand();

    [GeneratedRegex(@"[^\s]+")]
    private static partial Regex Word();
}
