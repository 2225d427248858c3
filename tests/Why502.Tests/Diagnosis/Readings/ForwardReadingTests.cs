using Why502.Diagnosis;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>A forwarder is the next hop, and the fault lies behind it.</summary>
public sealed class ForwardReadingTests
{
    private const string Closed = "upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:8070/\", host: \"shop.example\"";

    [Theory]
    [InlineData("haproxy", true, false, "upstream-down")]
    [InlineData("socat", true, false, "upstream-down")]
    [InlineData("haproxy", true, true, "upstream-closed-early")]
    [InlineData("haproxy", false, false, "upstream-closed-early")]
    [InlineData("gunicorn", true, false, "upstream-closed-early")]
    public void ClosedByAForwarder(string process, bool raw, bool served, string cause)
    {
        var found = Scene.Run(new Case("", Closed, "proxy_pass http://127.0.0.1:8070;", scene =>
        {
            scene.Listens("127.0.0.1:8070", process, 812).HandsOn("127.0.0.1:8070", new ForwardTarget("127.0.0.1:8443", raw, null, null));
            _ = served ? scene.Listens("127.0.0.1:8443", "node", 813) : scene;
        })).Findings[0];
        Assert.Equal(cause, found.Cause.Id);
        Assert.True(cause != "upstream-down" || (found.Confidence >= 0.9 && found.Title.Contains("127.0.0.1:8443", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("127.0.0.1:80", "redirect-or-loop")]
    [InlineData("127.0.0.1:8000", "upstream-answered-error")]
    public void ProxyThatHandsBack(string target, string cause)
        => Assert.Equal(cause, Scene.Run(new Case("", "", "proxy_pass http://127.0.0.1:8081; proxy_set_header Host $host;", scene => scene.Listens("0.0.0.0:80", "nginx", 820).Listens("127.0.0.1:8081", "varnishd", 812)
            .HandsOn("127.0.0.1:8081", new ForwardTarget(target, false, "/etc/varnish/default.vcl", 2)).Gets("/", 503, StatusOrigin.Upstream, 40, "127.0.0.1:8081"))).Findings[0].Cause.Id);
}
