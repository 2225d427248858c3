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

    /// <summary>A thread pool behind a poller takes every connection: requests that nobody reads tell that it has no thread left. One may be a body that the app does not want.</summary>
    [Theory]
    [InlineData(4, "worker-pool-exhausted")]
    [InlineData(1, "upstream-slow")]
    public void RequestsThatNobodyReads_TellOfABusyPool(int unread, string cause)
        => Assert.Equal(cause, Scene.Run(new Case("", string.Join('\n', Enumerable.Repeat("upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /fast HTTP/1.1\", upstream: \"http://127.0.0.1:8080/fast\", host: \"shop.example\"", 9)),
            "proxy_pass http://127.0.0.1:8080;", scene => scene.Listens("127.0.0.1:8080", "java", 812).Unread("127.0.0.1:8080", unread))).Findings[0].Cause.Id);

    /// <summary>nginx goes out from an address of its own, and the kernel's choice gets through: what is lost is the way back. Where the kernel would choose the same, the probe says what it says.</summary>
    [Theory]
    [InlineData("proxy_bind 192.0.2.10;", true)]
    [InlineData("", false)]
    public void ConnectionThatWorksFromAnotherAddress_IsNoContradiction(string bind, bool sure)
    {
        var found = Scene.Run(new Case("", string.Join('\n', Enumerable.Repeat("upstream timed out (110: Connection timed out) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.9:3000/\", host: \"shop.example\"", 9)),
            $"{bind} proxy_pass http://10.0.0.9:3000;", scene => scene.Accepts("10.0.0.9:3000"))).Findings;
        Assert.Equal(sure, found.Any(finding => finding.Cause.Id == "connect-timeout" && finding.Confidence >= 0.7));
    }
}
