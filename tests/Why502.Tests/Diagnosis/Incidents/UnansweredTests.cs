using Why502.Diagnosis;
using Why502.Logs;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>Statuses of an access log that does not name the upstream.</summary>
public sealed class UnansweredTests
{
    [Fact]
    public void EveryClientLeaves_IsAFault()
    {
        var found = Run(scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Gets("/", 499, StatusOrigin.Client, 18, seconds: 20));
        Assert.Equal(Verdict.Faulty, found.Verdict);
        Assert.Equal("client-gave-up", found.Findings[0].Cause.Id);
        Assert.Equal("127.0.0.1:8000", found.Findings[0].Incident.Peer?.ToString());
        Assert.Contains("protocol-mismatch", found.Findings[0].Incident.Candidates);
    }

    [Fact]
    public void SomeClientsAreAnswered_AndThePortSpeaksWhatNginxDoes()
        => Assert.DoesNotContain("protocol-mismatch", Run(scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Gets("/", 499, StatusOrigin.Client, 18, seconds: 20).Gets("/", 200, StatusOrigin.Unknown, 18, seconds: 12)).Findings[0].Incident.Candidates);

    /// <summary>A client's limit of one second began before nginx's clock did: connecting and TLS come first.</summary>
    [Theory]
    [InlineData(0.95, true)]
    [InlineData(0.3, false)]
    public void ClientsThatLeaveAfterTheSameTime_HaveALimit(double seconds, bool faulty)
        => Assert.Equal(faulty, Run(scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Gets("/search", 499, StatusOrigin.Client, 18, seconds: seconds).Gets("/", 200, StatusOrigin.Unknown, 30))
            .Findings.Any(finding => finding.Cause.Id == "client-gave-up" && finding.Confidence >= 0.5));

    [Fact]
    public void FewClientsLeave_IsNoFault()
        => Assert.Empty(Run(scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Gets("/", 499, StatusOrigin.Client, 3)).Findings);

    /// <summary>Beside pages that are served, one route of the location asks for an upgrade: no share of one half is needed to say so.</summary>
    [Theory]
    [InlineData(426, true)]
    [InlineData(400, false)]
    public void UpgradeRequired_IsSaidByTheStatus(int status, bool faulty)
        => Assert.Equal(faulty, Run(scene => scene.Listens("127.0.0.1:8000", "node", 812).Gets("/live", status, StatusOrigin.Unknown, 12).Gets("/", 200, StatusOrigin.Unknown, 40))
            .Findings.Any(finding => finding.Cause.Id == "upgrade-failed" && finding.Confidence >= 0.9));

    /// <summary>nginx makes no 503 of its own but where it is told to.</summary>
    [Theory]
    [InlineData("", true)]
    [InlineData(" if ($http_x_gate) { return 503; }", false)]
    public void Unavailable_IsTheUpstreamsWordWhereNobodyElseSaysIt(string also, bool upstreams)
        => Assert.Equal(upstreams, Scene.Run(new Case("", "", $"proxy_pass http://127.0.0.1:8000;{also}", scene => scene.Listens("127.0.0.1:8000", "node", 812).Gets("/", 503, StatusOrigin.Unknown, 30)))
            .Findings.Any(finding => finding.Cause.Id == "upstream-answered-error" && finding.Confidence >= 0.8));

    private static Conclusion Run(Action<Scene> machine) => Scene.Run(new Case("", "", "proxy_pass http://127.0.0.1:8000;", machine));
}
