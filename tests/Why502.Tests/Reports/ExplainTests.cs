using Why502.Diagnosis;
using Why502.Reports;
using Xunit;

namespace Why502.Tests.Reports;

public sealed class ExplainTests
{
    [Fact]
    public void EveryCause_HasAPageWithItsLineAndItsRemedy()
    {
        foreach (var cause in CauseRegistry.All)
        {
            var page = CausePage.Render(cause.Info).ToString();
            Assert.StartsWith(cause.Id + ": ", page, StringComparison.Ordinal);
            Assert.Contains("\nIn the log\n", page, StringComparison.Ordinal);
            Assert.Contains("\nWhat to do\n", page, StringComparison.Ordinal);
            Assert.All(cause.Info.LookAlikes, id => Assert.Contains($"  {id}", page, StringComparison.Ordinal));
            Assert.DoesNotContain("not decided by this version", page, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("499")]
    [InlineData("500")]
    [InlineData("502")]
    [InlineData("503")]
    [InlineData("504")]
    public void Status_IsExplained(string status) => Assert.StartsWith(status, StatusPage.Render(status)!.ToString(), StringComparison.Ordinal);

    [Fact]
    public void OtherStatus_HasNoPage() => Assert.Null(StatusPage.Render("404"));

    [Theory]
    [InlineData("connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\"", "phase connect   side upstream   how refused", "upstream-down", "sport = :3000")]
    [InlineData("2024/08/14 09:31:07 [error] 3821#3821: *5103 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.1.15:8080/api/slow-query\"", "phase header   side upstream   how timeout", "upstream-slow", "gave up after proxy_read_timeout")]
    [InlineData("2024/08/14 09:31:07 [crit] 1#1: *3 connect() to unix:/run/a.sock failed (13: Permission denied) while connecting to upstream, client: 192.0.2.7, server: a, request: \"GET / HTTP/1.1\", upstream: \"fastcgi://unix:/run/a.sock:\"", "how denied", "socket-permission-denied", "ss -lx")]
    public void PastedLine_IsTakenApart(string line, params string[] expected)
    {
        var (page, known) = LinePage.Render(line);
        Assert.True(known);
        Assert.All(expected, part => Assert.Contains(part, page.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("the weather is fine today")]
    [InlineData("\x1b[2J\x1b]0;x\x07")]
    [InlineData("")]
    public void UnknownLine_SaysSoAndIsHarmless(string line)
    {
        var (page, known) = LinePage.Render(line);
        Assert.False(known);
        Assert.DoesNotContain('\x1b', page.ToString());
    }

    [Fact]
    public void PathInAPastedLine_NeverEntersACommand()
    {
        var (page, _) = LinePage.Render("connect() to unix:/tmp/$(reboot).sock failed (2: No such file or directory) while connecting to upstream, client: 1.2.3.4, server: a, request: \"GET / HTTP/1.1\", upstream: \"http://unix:/tmp/$(reboot).sock:/\"");
        Assert.DoesNotContain("reboot", page.ToString().Split('\n').Single(line => line.StartsWith("Look next:", StringComparison.Ordinal)), StringComparison.Ordinal);
    }
}
