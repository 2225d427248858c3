using System.Diagnostics;
using System.Text;
using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Host.Logs;

public sealed class ConfigurationTextTests : IDisposable
{
    private readonly LogFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Includes_AreReadInNginxsOrder()
    {
        Directory.CreateDirectory(folder["conf.d"]);
        foreach (var name in new[] { "b.conf", "a.conf", "B.conf", ".hidden.conf", "a.conf~", "10.conf" })
        {
            File.WriteAllText(folder["conf.d/" + name], "# " + name);
        }

        var main = folder.Write("nginx.conf", "events {} http { include conf.d/*.conf; include missing.conf; }");
        var fact = await ReadAsync(main);
        Assert.Equal(["nginx.conf", "10.conf", "B.conf", "a.conf", "b.conf", "missing.conf"], fact.Files.Select(file => Path.GetFileName(file.Path)));
        Assert.Equal("# a.conf", Encoding.UTF8.GetString(fact.Files[3].Content!));
        Assert.NotNull(fact.Files[0].ModifiedAt);
        Assert.Equal((null, "(2: No such file or directory)"), (fact.Files[^1].Content, fact.Files[^1].Problem));
    }

    /// <summary>A link that points elsewhere since a moment changes the configuration, however old the file is that it leads to.</summary>
    [Theory]
    [InlineData("sites/active.conf", "sites/active.conf", "colours/green.conf")]
    [InlineData("sites/current/green.conf", "sites/current", "colours")]
    public async Task NewLinkToAnOldFile_IsAChange(string included, string link, string target)
    {
        Directory.CreateDirectory(folder["colours"]);
        Directory.CreateDirectory(folder["sites"]);
        File.WriteAllText(folder["colours/green.conf"], "# green");
        var old = DateTime.UtcNow.AddDays(-30);
        File.SetLastWriteTimeUtc(folder["colours/green.conf"], old);
        var plain = folder.Write("nginx.conf", "http { include colours/green.conf; }");
        Assert.Equal(old, (await ReadAsync(plain)).Files[1].ModifiedAt!.Value.UtcDateTime, TimeSpan.FromSeconds(1));

        File.CreateSymbolicLink(folder[link], folder[target]);
        var linked = folder.Write("linked.conf", $"http {{ include {included}; }}");
        Assert.True((await ReadAsync(linked)).Files[1].ModifiedAt > old.AddDays(29));
    }

    [Fact]
    public async Task WildcardDirectories_AreWalked()
    {
        foreach (var site in new[] { "a", "a-b", "c" })
        {
            Directory.CreateDirectory(folder[$"sites/{site}"]);
            File.WriteAllText(folder[$"sites/{site}/nginx.conf"], "");
        }

        var main = folder.Write("nginx.conf", "http { include sites/*/nginx.con[f]; }");
        var fact = await ReadAsync(main);
        Assert.Equal([folder["sites/a-b/nginx.conf"], folder["sites/a/nginx.conf"], folder["sites/c/nginx.conf"]], fact.Files.Skip(1).Select(file => file.Path));
    }

    [Fact]
    public async Task WhatIsNoFile_HasAProblemAndDoesNotBlock()
    {
        using (var mkfifo = Process.Start("mkfifo", [folder["fifo.conf"]]))
        {
            await mkfifo.WaitForExitAsync();
        }

        Directory.CreateDirectory(folder["dir.conf"]);
        File.CreateSymbolicLink(folder["gone.conf"], "nowhere");
        var main = folder.Write("nginx.conf", "include *.conf; include /dev/zero;");
        var fact = await ReadAsync(main);
        var problems = fact.Files.Where(file => file.Content is null).ToDictionary(file => Path.GetFileName(file.Path), file => file.Problem);
        Assert.Contains("FIFO", problems["fifo.conf"], StringComparison.Ordinal);
        Assert.Contains("directory", problems["dir.conf"], StringComparison.Ordinal);
        Assert.Contains("device", problems["zero"], StringComparison.Ordinal);
        Assert.Contains("No such file", problems["gone.conf"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task IncludeLoop_Ends()
    {
        var main = folder.Write("nginx.conf", "include a.inc;");
        folder.Write("a.inc", "include b.inc;");
        folder.Write("b.inc", "include a.inc; include nginx.conf;");
        Assert.Equal(3, (await ReadAsync(main)).Files.Count);
    }

    [Fact]
    public async Task BrokenSyntax_IsStillRead()
    {
        var main = folder.Write("nginx.conf", "http { server { listen 80; }}} \"\0\u00ff{{{");
        Assert.Single((await ReadAsync(main)).Files);
    }

    [Fact]
    public async Task MissingMainFile_IsUnobserved()
    {
        var answer = await LogFolder.AskAsync(new ConfigurationText(folder["nginx.conf"], "/etc/nginx/"));
        Assert.Null(answer.Fact);
        Assert.Contains("No such file", answer.Unobserved, StringComparison.Ordinal);
        Assert.Equal("config", answer.Provenance.Source);
    }

    private async Task<ConfigurationFact> ReadAsync(string main)
    {
        var answer = await LogFolder.AskAsync(new ConfigurationText(main, folder[""]));
        Assert.True(answer.Fact is ConfigurationFact, answer.Unobserved);
        return (ConfigurationFact)answer.Fact!;
    }
}
