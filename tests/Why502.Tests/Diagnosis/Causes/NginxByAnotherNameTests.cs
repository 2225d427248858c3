using Why502.Diagnosis;
using Xunit;

namespace Why502.Tests.Diagnosis;

/// <summary>A listener of nginx itself is no app that is missed, whatever the name of its binary.</summary>
public sealed class NginxByAnotherNameTests
{
    private const string Refused = "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"";

    [Fact]
    public void OwnListenerOfARelative_IsNotTheApp()
    {
        // 820 is the master of every scene.
        var conclusion = Scene.Run(new("openresty listens for clients beside the configured port.", Refused, "proxy_pass http://127.0.0.1:3000;", scene => scene.Listens("127.0.0.1:3001", "openresty", 820)));
        Assert.Equal("upstream-down", conclusion.Findings[0].Cause.Info.Id);
    }

    [Fact]
    public void AnotherProcessThere_IsTheApp()
    {
        var conclusion = Scene.Run(new("The same listener of another process.", Refused, "proxy_pass http://127.0.0.1:3000;", scene => scene.Listens("127.0.0.1:3001", "openresty", 812)));
        Assert.Equal("upstream-wrong-address", conclusion.Findings[0].Cause.Info.Id);
    }
}
