using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>A pattern of the whole access log is evidence where it speaks of the incident's own server or limit, and nowhere else.</summary>
public sealed class TrafficPatternEvidenceTests
{
    private const string Group = "upstream app { server 127.0.0.1:8001; server 127.0.0.1:8002; }";
    private const string TimedOut = "upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /a HTTP/1.1\", upstream: \"http://127.0.0.1:8001/a\", host: \"shop.example\"";

    private static readonly TrafficPattern BadNode = new("bad-node", "127.0.0.1:8001 fails 20.0 % of its attempts, the other server beside it 0.1 %") { Upstream = "127.0.0.1:8001", Count = 40, Of = 200, PValue = 1e-9, Status = 504 };

    private static Conclusion Run(string location, Action<Scene> machine) => Scene.Run(new Case("", TimedOut, location, machine, Group));

    private static IReadOnlyList<Evidence> Of(Conclusion conclusion, string cause) => [.. conclusion.Findings.Where(finding => finding.Cause.Info.Id == cause).SelectMany(finding => finding.Evidence)];

    private static Scene Peers(Scene scene) => scene
        .Listens("127.0.0.1:8001", "gunicorn", 812).Listens("127.0.0.1:8002", "gunicorn", 813)
        .Answered("/a", 200, "127.0.0.1:8002", 0.02, 400).Answered("/b", 200, "127.0.0.1:8002", 0.02, 400);

    [Fact]
    public void PeersOfABadNode_DoNotVouchForIt()
    {
        const string others = "requests to other routes were answered meanwhile";
        Assert.Contains(Of(Run("proxy_pass http://app;", scene => Peers(scene)), "upstream-slow"), evidence => evidence.Text.Contains(others, StringComparison.Ordinal));
        Assert.DoesNotContain(Of(Run("proxy_pass http://app;", scene => Peers(scene).Shows(BadNode)), "upstream-slow"), evidence => evidence.Text.Contains(others, StringComparison.Ordinal));

        // What fails there otherwise is another matter.
        Assert.Contains(Of(Run("proxy_pass http://app;", scene => Peers(scene).Shows(BadNode with { Status = 500 })), "upstream-slow"), evidence => evidence.Text.Contains(others, StringComparison.Ordinal));
    }

    [Fact]
    public void LimitThatThePeersKeep_IsNotTooShort()
    {
        var against = Run("proxy_pass http://app; proxy_read_timeout 2s;", scene => Peers(scene).Shows(BadNode)).Findings.SelectMany(finding => finding.RuledOut).First(ruled => ruled.Cause == "timeout-too-short");
        Assert.StartsWith(BadNode.Title, against.Because, StringComparison.Ordinal);
        Assert.Contains("400 times", against.Because, StringComparison.Ordinal);
    }

    /// <summary>A request that was tried again took the bad node's time, too, and says nothing of its peers'.</summary>
    [Fact]
    public void NodeThatAloneIsSlow_IsSlow()
    {
        var first = Run("proxy_pass http://app; proxy_read_timeout 2s;", scene => Peers(scene).Retried("/a", 504, "127.0.0.1:8002", 2.02, 40).Shows(BadNode)).Findings[0];
        Assert.Equal("upstream-slow", first.Cause.Id);
        Assert.Contains(first.Evidence, evidence => evidence.Supports && evidence.Text.Contains("the same routes 400 times", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2000, true)]
    [InlineData(3000, false)]
    public void PileUnderTheLimitThatRanOut_IsEvidence_ForThatLimitAlone(long limit, bool expected)
    {
        var pile = new TrafficPattern("near-timeout", "60 answers came in the last tenth before the limit of 2 s, and 8 attempts were cut off there") { Limit = limit, Count = 60, Of = 100, PValue = 1e-6 };
        var conclusion = Run("proxy_pass http://app; proxy_read_timeout 2s;", scene => scene
            .Listens("127.0.0.1:8001", "gunicorn", 812).Listens("127.0.0.1:8002", "gunicorn", 813)
            .Mostly("/a", 200, "127.0.0.1:8001", 0.05, 1.95, 400).Shows(pile));
        Assert.Equal(expected, Of(conclusion, "timeout-too-short").Any(evidence => evidence.Supports && evidence.Text.StartsWith(pile.Title, StringComparison.Ordinal)));
    }
}
