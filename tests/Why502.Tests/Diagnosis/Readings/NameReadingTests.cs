using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

public sealed class NameReadingTests
{
    private const string Refused = "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.8:3000/\", host: \"shop.example\"";

    [Fact]
    public void NameThatMoved_SpeaksAgainstADownApp()
    {
        var stays = Confidence(scene => scene.Resolves("app.internal", "10.0.0.8"));
        var moved = Confidence(scene => scene.Resolves("app.internal", "10.0.0.9"));
        Assert.True(moved < stays / 2, $"{moved} against {stays}");
    }

    private static double Confidence(Action<Scene> machine)
        => Scene.Run(new("", Refused, "proxy_pass http://app.internal:3000;", machine)).Findings.Single(finding => finding.Cause.Id == "upstream-down").Confidence;
}
