using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>Failures that go on because nginx refuses what was written to end them.</summary>
public sealed class RefusedFoldingTests
{
    private const string Refused = "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"";
    private const string Mistake = "unknown directive \"proxy_read_timout\"";

    [Fact]
    public void EditThatNginxRefuses_IsTheCauseOfWhatItWouldEnd()
    {
        var found = Run("proxy_pass http://127.0.0.1:3001;", Mistake);
        Assert.Equal("config-invalid", found.Findings[0].Cause.Id);
        Assert.True(found.Findings[0].Confidence >= 0.9);
        Assert.Equal(1, found.Findings[0].Incident.Requests);
        Assert.Contains("127.0.0.1:3000", found.Findings[0].Title, StringComparison.Ordinal);
        Assert.DoesNotContain(found.Findings, finding => finding.Cause.Id == "config-not-reloaded");
    }

    [Fact]
    public void EditThatWouldLoad_IsNotReloaded() => Assert.Equal("config-not-reloaded", Run("proxy_pass http://127.0.0.1:3001;", null).Findings[0].Cause.Id);

    /// <summary>What the variable stands for is written beside it.</summary>
    [Fact]
    public void EditOfAVariable_IsNotReloaded() => Assert.Equal("config-not-reloaded", Run("set $port 3001; proxy_pass http://127.0.0.1:$port;", null, " 3001").Findings[0].Cause.Id);

    [Fact]
    public void RefusedEditThatEndsNothing_LeavesTheFailureAlone()
    {
        var found = Run("proxy_pass http://127.0.0.1:3000;", Mistake);
        Assert.Equal("upstream-down", found.Findings[0].Cause.Id);
        Assert.Contains(found.Findings, finding => finding.Cause.Id == "config-invalid" && finding.Incident.Id != found.Findings[0].Incident.Id);
    }

    private static Conclusion Run(string location, string? mistake, string there = ":3001")
        => Scene.Run(new Case("", Refused, location, scene => (location.Contains(there, StringComparison.Ordinal) ? scene.Listens("127.0.0.1:3001", "node", 812) : scene).ConfigurationChanged(mistake)));
}
