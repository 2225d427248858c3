using Why502.Diagnosis;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>An app of which every route hangs, and nothing waits in its accept queue: its threads take each connection and let it wait inside.</summary>
public sealed class HangingAppTests
{
    private const string Peer = "127.0.0.1:8000";

    [Fact]
    public void FastRoutesThatAllHang_AreAPoolOfThreads()
    {
        var found = Run(["/", "/cart", "/a"], scene => Threads(scene).Gets("/", 200, StatusOrigin.Upstream, 20, Peer, 0.002, minutesAgo: 3).Gets("/cart", 200, StatusOrigin.Upstream, 20, Peer, 0.002, minutesAgo: 3));
        Assert.Equal("worker-pool-exhausted", found.Cause.Id);
        Assert.True(found.Confidence > 0.7, $"{found.Confidence}");
    }

    [Fact]
    public void OneRouteThatHangs_IsSlow()
        => Assert.Equal("upstream-slow", Run(["/orders"], scene => Threads(scene).Answered("/", 200, Peer, 0.002, 20)).Cause.Id);

    /// <summary>A sub-request has no row of its own in the access log: all that is known is that none of many was answered.</summary>
    [Fact]
    public void SubrequestThatIsNeverAnswered_IsSlow()
    {
        var line = $"upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /account HTTP/1.1\", subrequest: \"/_auth\", upstream: \"http://{Peer}/check\", host: \"shop.example\"";
        var found = Scene.Run(new Case("", string.Join('\n', Enumerable.Repeat(line, 16)), $"proxy_pass http://{Peer}; proxy_read_timeout 2s;", scene => scene.Listens(Peer, "gunicorn", 812).Load(Peer, queue: 0, backlog: 1024, workers: 4, busy: 1, oneRequestPerWorker: null))).Findings[0];
        Assert.Equal("upstream-slow", found.Cause.Id);
        Assert.True(found.Confidence >= 0.5, $"{found.Confidence}");
    }

    /// <summary>A page that was compiled when it was first asked for took nearly as long as nginx waits: that says nothing of a limit while nothing at all is answered.</summary>
    [Fact]
    public void SlowAnswersOfTheStart_AreNoLimitThatIsTooShort()
    {
        var found = Run(["/", "/cart", "/a"], scene => Threads(scene).Gets("/", 200, StatusOrigin.Upstream, 20, Peer, 2.6, minutesAgo: 3));
        Assert.NotEqual("timeout-too-short", found.Cause.Id);
    }

    private static Scene Threads(Scene scene) => scene.Listens(Peer, "waitress-serve", 812).Load(Peer, queue: 0, backlog: 1024, workers: 1, busy: 1, oneRequestPerWorker: null);

    private static Finding Run(IReadOnlyList<string> routes, Action<Scene> machine)
    {
        var lines = Enumerable.Range(0, 12).Select(index => routes[index % routes.Count])
            .Select(route => $"upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET {route} HTTP/1.1\", upstream: \"http://{Peer}{route}\", host: \"shop.example\"");
        return Scene.Run(new Case("", string.Join('\n', lines), $"proxy_pass http://{Peer}; proxy_read_timeout 3s;", machine)).Findings[0];
    }
}
