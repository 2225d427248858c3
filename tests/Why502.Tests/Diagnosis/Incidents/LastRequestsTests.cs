using Why502.Diagnosis;
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
}
