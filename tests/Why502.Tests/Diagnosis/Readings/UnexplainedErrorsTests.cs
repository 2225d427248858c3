using Why502.Diagnosis;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>What nginx fails with by itself, and what somebody means.</summary>
public sealed class UnexplainedErrorsTests
{
    private const string Unset = "the \"$memcached_key\" variable is not set, client: 192.0.2.7, server: shop.example, request: \"GET /c/1 HTTP/1.1\", host: \"shop.example\"";

    [Fact]
    public void ErrorsOfNginxThatNobodyExplains_AreShown_AndNobodyIsAccused()
    {
        var found = Run(string.Join('\n', Enumerable.Repeat(Unset, 20)), scene => scene.Gets("/", 200, StatusOrigin.Unknown, 40).Gets("/c/1", 500, StatusOrigin.Unknown, 20));
        Assert.Equal(Verdict.Unknown, found.Verdict);
        Assert.Empty(found.Findings);
        Assert.Contains(found.Unexplained, line => line.Text.Contains("$memcached_key", StringComparison.Ordinal));
    }

    [Fact]
    public void OneOfThousands_IsNoFault()
        => Assert.Equal(Verdict.Healthy, Run(string.Join('\n', Enumerable.Repeat(Unset, 20)), scene => scene.Gets("/", 200, StatusOrigin.Unknown, 4000).Gets("/c/1", 500, StatusOrigin.Unknown, 20)).Verdict);

    [Fact]
    public void AppsOwn500_IsTheApps()
        => Assert.Equal(Verdict.Healthy, Run("", scene => scene.Gets("/", 200, StatusOrigin.Upstream, 40, "127.0.0.1:8000").Gets("/c/1", 500, StatusOrigin.Upstream, 20, "127.0.0.1:8000")).Verdict);

    /// <summary>The temp file's path may be written to; where the file is meant to lie may not.</summary>
    [Fact]
    public void MoveThatIsRefused_IsNoTempPath()
        => Assert.DoesNotContain(Run("[crit] 821#821: *7 rename() \"/var/lib/nginx/body/0000000020\" to \"/srv/dav/a.txt\" failed (13: Permission denied), client: 192.0.2.7, server: shop.example, request: \"PUT /dav/a.txt HTTP/1.1\", host: \"shop.example\"", scene => scene.Gets("/dav/a.txt", 500, StatusOrigin.Unknown, 20)).Findings,
            finding => finding.Cause.Id == "temp-path-unwritable" && finding.Confidence >= 0.7);

    /// <summary>The row names no host: a page of another server is meant as little or as much.</summary>
    [Theory]
    [InlineData("error_page 503 /closed.html;", true)]
    [InlineData("error_page 503 /closed.html; location = /closed.html { root /srv/closed; }", true)]
    [InlineData("", false)]
    public void ClosedSiteInALogWithoutHosts(string page, bool meant)
    {
        var found = Scene.Run(new Case("", "", "proxy_pass http://127.0.0.1:8000;", scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Gets("/", 200, StatusOrigin.Upstream, 160, "127.0.0.1:8000").Gets("/", 503, StatusOrigin.Nginx, 30, host: null),
            $"server {{ listen 80; server_name old.example; {page} location / {{ return 503; }} }}"));
        Assert.Equal(meant, found.Verdict == Verdict.Healthy);
        Assert.Equal(!meant, found.Findings.Any(finding => finding.Cause.Id == "status-from-config" && finding.Confidence >= 0.5));
    }

    /// <summary>No times in the log: only the route tells whether clients leave for reasons of their own.</summary>
    [Theory]
    [InlineData("/search", true)]
    [InlineData("/", false)]
    public void ClientsThatLeaveInALogWithoutTimes(string route, bool slow)
    {
        var found = Run("", scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Gets(route, 499, StatusOrigin.Client, 18, timed: false).Gets("/", 200, StatusOrigin.Unknown, 60, timed: false));
        Assert.Equal(slow, found.Findings.Any(finding => finding.Cause.Id == "client-gave-up" && finding.Confidence >= 0.5));
    }

    /// <summary>Nor does the log name the server, and another site may have had the rows.</summary>
    [Fact]
    public void ClientsThatLeaveInALogWithoutServers()
    {
        var found = Scene.Run(new Case("", "", "proxy_pass http://127.0.0.1:8000;", scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Gets("/search", 499, StatusOrigin.Client, 18, host: null, timed: false).Gets("/", 200, StatusOrigin.Upstream, 30, "127.0.0.1:8000", host: null, timed: false),
            "server { listen 80; server_name docs.example; location / { root /srv/docs; } }"));
        Assert.Contains(found.Findings, finding => finding.Cause.Id == "client-gave-up" && finding.Confidence >= 0.5);
    }

    private static Conclusion Run(string log, Action<Scene> machine) => Scene.Run(new Case("", log, "proxy_pass http://127.0.0.1:8000;", scene => machine(scene.Listens("127.0.0.1:8000", "gunicorn", 812))));

    /// <summary>The code's own fault, and none of the causes: the line is shown, with rows and without.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LuaCodeThatEndsWithAnError_IsShown_AndNobodyIsAccused(bool rows)
    {
        var found = Run(string.Join('\n', Enumerable.Repeat("lua entry thread aborted: runtime error: /etc/nginx/lua/gate.lua:7: attempt to call a nil value, client: 192.0.2.7, server: shop.example, request: \"GET /c/1 HTTP/1.1\", host: \"shop.example\"", 20)),
            scene => _ = rows ? scene.Gets("/", 200, StatusOrigin.Unknown, 40).Gets("/c/1", 500, StatusOrigin.Unknown, 20) : scene);
        Assert.Equal(Verdict.Unknown, found.Verdict);
        Assert.DoesNotContain(found.Findings, finding => finding.Confidence >= 0.5);
        Assert.Contains(found.Unexplained, line => line.Text.Contains("gate.lua:7", StringComparison.Ordinal));
    }
}
