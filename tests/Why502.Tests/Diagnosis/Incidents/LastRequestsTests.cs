using Why502.Diagnosis;
using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Diagnosis;

public sealed class LastRequestsTests
{
    private const string Tail = ", client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"";
    private const string Reset = "recv() failed (104: Connection reset by peer) while reading response header from upstream" + Tail;
    private const string Refused = "connect() failed (111: Connection refused) while connecting to upstream" + Tail;

    [Fact]
    public void ResetJustBeforeRefusals_IsTheSameFault()
    {
        var found = Run(Reset, Refused, Refused);
        Assert.Equal("upstream-down", Assert.Single(found.RootCauses).Cause.Id);
        Assert.Equal(3, found.Findings[0].Incident.Requests);
    }

    [Fact]
    public void ManyResetsBesideOneRefusal_AreAFaultOfTheirOwn()
        => Assert.Contains(Run([.. Enumerable.Repeat(Reset, 20), Refused]).Findings, finding => finding.Cause.Id == "upstream-reset");

    [Fact]
    public void ResetsAndClosesOfOnePeer_AreOneFaultNamedAfterTheMoreFrequent()
    {
        const string closed = "upstream prematurely closed connection while reading response header from upstream" + Tail;
        var found = Scene.Run(new("", string.Join('\n', Reset, closed, Reset), "proxy_pass http://127.0.0.1:3000;", scene => scene.Listens("127.0.0.1:3000", "node", 812)));
        Assert.Equal("upstream-reset", Assert.Single(found.RootCauses).Cause.Id);
    }

    private static Conclusion Run(params string[] lines) => Scene.Run(new("", string.Join('\n', lines), "proxy_pass http://127.0.0.1:3000;"));

    /// <summary>One route ends the server each time, and whoever comes before it is back is refused: a fault of its own. Once is the server's own end.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ClosesOfOneRoute_WithRefusalsOfOthersBetween_AreAFaultOfTheirOwn(bool again)
    {
        var began = new DateTimeOffset(2026, 1, 15, 11, 58, 51, TimeSpan.Zero);
        var ended = began.AddSeconds(again ? 2 : 0);
        var cut = Of(SymptomKind.ClosedEarly, How.Closed, "/export", began, ended, 3);
        var refused = Of(SymptomKind.ConnectFailed, How.Refused, "/", began, ended, 6);
        Assert.Equal(again ? 2 : 1, LastRequests.Fold([cut, refused]).Count);
        Assert.Single(LastRequests.Fold([cut with { Routes = ["/"] }, refused]));
    }

    private static Incident Of(SymptomKind kind, How how, string route, DateTimeOffset first, DateTimeOffset last, long requests) => new()
    {
        Id = "1",
        Kind = kind,
        Phase = Phase.Header,
        Side = Side.Upstream,
        How = how,
        Message = "",
        Instance = new NginxInstance { ConfigPath = "", Prefix = "/" },
        Peer = Endpoint.TryParse("127.0.0.1:3000", 80, out var peer) ? peer : null,
        Routes = [route],
        State = IncidentState.Current,
        Requests = requests,
        First = first,
        Last = last,
        Traffic = new(false, 0, 0, null, []),
    };
}
