using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>A stream server of the same nginx between a proxy_pass and the app: the two ends of one failure are one incident.</summary>
public sealed class OwnListenFoldingTests
{
    private const string Closed = "upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:4400/\", host: \"shop.example\"";
    private const string Refused = "connect() failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: 127.0.0.1:4400, upstream: \"127.0.0.1:4401\", bytes from/to client:0/0, bytes from/to upstream:0/0";

    [Fact]
    public void StreamThatReachesNobody_IsTheIncident()
    {
        var found = Run($"{Closed}\n{Refused}\n{Closed}\n{Refused}");
        Assert.Equal("upstream-down", found[0].Cause.Id);
        Assert.DoesNotContain(found, finding => finding.Cause.Id == "upstream-closed-early");
        Assert.Null(found[0].Incident.Location);
    }

    /// <summary>A group of the stream module, whose servers are marked after the first refusals.</summary>
    [Fact]
    public void StreamGroupWithoutLiveServers_IsOfTheSameIncident()
    {
        var found = Scene.Run(new Case("", $"{Refused}\n{Refused.Replace("4401\"", "4402\"", StringComparison.Ordinal)}\nno live upstreams while connecting to upstream, client: 127.0.0.1, server: 127.0.0.1:4400, upstream: \"apps\", bytes from/to client:0/0, bytes from/to upstream:0/0\n{Closed}", "proxy_pass http://127.0.0.1:4400;",
            scene => scene.Listens("127.0.0.1:4400", "nginx", 820).AtTop("stream { upstream apps { server 127.0.0.1:4401; server 127.0.0.1:4402; } server { listen 127.0.0.1:4400; proxy_pass apps; } }"))).Findings;
        Assert.Equal("upstream-down", found[0].Cause.Id);
        Assert.All(found.Where(finding => finding.Confidence >= Conclusion.NamedFrom), finding => Assert.Equal("upstream-down", finding.Cause.Id));
    }

    [Fact]
    public void StreamThatReachesItsApp_IsNotTheIncident() => Assert.Equal("upstream-closed-early", Run($"{Closed}\n{Closed}")[0].Cause.Id);

    private static IReadOnlyList<Finding> Run(string log)
        => Scene.Run(new Case("", log, "proxy_pass http://127.0.0.1:4400;", scene => scene.Listens("127.0.0.1:4400", "nginx", 820).AtTop("stream { server { listen 127.0.0.1:4400; proxy_pass 127.0.0.1:4401; } }"))).Findings;
}
