using System.Text;
using Why502.Cli;
using Why502.Cli.Commands;
using Xunit;

namespace Why502.Tests.Cli;

public sealed class CommandLineTests
{
    [Fact]
    public void EachCommand_HasTheNameThatItIsAskedForBy()
    {
        foreach (var (name, create) in CommandLine.Commands)
        {
            Assert.Equal(name, create(Terminal.System()).Name);
        }
    }

    [Theory]
    [InlineData("--foo")]
    [InlineData("diagnos")]
    [InlineData("diagnose", "--foo")]
    [InlineData("diagnose", "--since", "soon")]
    [InlineData("diagnose", "--since", "0")]
    [InlineData("diagnose", "--timeout", "-1s")]
    [InlineData("diagnose", "--timeout")]
    [InlineData("diagnose", "--format", "html")]
    [InlineData("diagnose", "--url", "shop.example.com")]
    [InlineData("diagnose", "/nowhere/at/all.log")]
    [InlineData("diagnose", "/")]
    [InlineData("diagnose", "--config", "/nowhere/nginx.conf")]
    [InlineData("diagnose", "--record", "/etc/hostname")]
    [InlineData("diagnose", "--record", "/nowhere/at/all.json")]
    [InlineData("diagnose", "--url", "http://localhost/", "/etc/hostname")]
    [InlineData("explain", "--foo")]
    [InlineData("verify", "shop.example.com")]
    [InlineData("verify", "http://")]
    [InlineData("verify", "-n", "0", "http://a/")]
    [InlineData("traffic", "/etc/hostname", "--threads", "two")]
    [InlineData("fix", "--url", "shop.example.com")]
    [InlineData("fix", "--url", "http://")]
    [InlineData("fix", "--url", "file:///etc/passwd", "--apply", "--yes")]
    [InlineData("verify", "http://a/", "http://b/")]
    [InlineData("@response-file")]
    public async Task WrongUsage_IsOneLineThatSaysWhatToDo(params string[] arguments)
    {
        var (terminal, output, _) = Memory();
        var failure = await Assert.ThrowsAsync<UsageException>(() => CommandLine.RunAsync(arguments, terminal));
        Assert.NotEmpty(failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.DoesNotContain("   at ", failure.Message, StringComparison.Ordinal);
        Assert.Equal("", Text(output));
    }

    [Theory]
    [InlineData("why502 --help", "diagnos")]
    [InlineData("why502 diagnose --help", "diagnose", "--foo")]
    [InlineData("why502 config effective --help", "config", "effective")]
    public void WrongUsage_NamesTheHelpOfItsCommand(string help, params string[] arguments)
        => Assert.EndsWith($" See: {help}", Assert.Throws<UsageException>(() => CommandLine.Parse(arguments, Memory().Terminal)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "upstream-down")]
    [InlineData(0, "UPSTREAM-DOWN")]
    [InlineData(0, "502")]
    [InlineData(0)]
    [InlineData(1, "upstream-dwn")]
    [InlineData(1, "404")]
    [InlineData(1, "the weather is fine")]
    public async Task Explain_SaysByItsStatusWhetherItKnew(int status, params string[] subject)
    {
        var (terminal, output, error) = Memory();
        Assert.Equal(status, await CommandLine.RunAsync(["explain", .. subject], terminal));
        Assert.NotEqual("", Text(output) + Text(error));
    }

    [Fact]
    public async Task MisspelledCause_GetsAGuess()
    {
        var (terminal, _, error) = Memory();
        await CommandLine.RunAsync(["explain", "socket-stal"], terminal);
        Assert.Contains("socket-stale", Text(error), StringComparison.Ordinal);
    }

    internal static (Terminal Terminal, MemoryStream Output, MemoryStream Error) Memory()
    {
        var (output, error) = (new MemoryStream(), new MemoryStream());
        return (new Terminal(output, error, false, false, false, 80), output, error);
    }

    internal static string Text(MemoryStream stream) => Encoding.UTF8.GetString(stream.ToArray());
}
