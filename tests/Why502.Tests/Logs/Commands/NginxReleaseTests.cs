using Why502.Logs.Commands;
using Xunit;

namespace Why502.Tests.Logs.Commands;

/// <summary>Numbers of different products are never compared: only the nginx beneath is.</summary>
public sealed class NginxReleaseTests
{
    [Theory]
    [InlineData("nginx version: nginx/1.22.1\nbuilt with OpenSSL 3.0.11 19 Sep 2023", "nginx", "1.22.1", "1.22.1")]
    [InlineData("nginx version: nginx/1.18.0 (Ubuntu)", "nginx", "1.18.0", "1.18.0")]
    [InlineData("nginx version: nginx/1.27.2 (nginx-plus-r33)", "nginx", "1.27.2", "1.27.2")]
    [InlineData("nginx version: openresty/1.25.3.1", "openresty", "1.25.3.1", "1.25.3")]
    [InlineData("Angie version: Angie/1.12.1\nnginx version: nginx/1.31.2", "Angie", "1.12.1", "1.31.2")]
    [InlineData("nginx version: nginx/1.31.2\nAngie version: Angie/1.12.1", "Angie", "1.12.1", "1.31.2")]
    [InlineData("Angie version: Angie/1.12.1", "Angie", "1.12.1", null)]
    [InlineData("Tengine version: Tengine/3.1.0\nnginx version: nginx/1.24.0", "Tengine", "3.1.0", "1.24.0")]
    [InlineData("Tengine version: Tengine/2.2.3 (nginx/1.8.1)", "Tengine", "2.2.3", "1.8.1")]
    [InlineData("freenginx version: freenginx/1.29.9", "freenginx", "1.29.9", "1.25.4")]
    [InlineData("nginx version: freenginx/1.25.3", "freenginx", "1.25.3", "1.25.3")]
    public void Lines_NameTheProductAndTheNginxBeneath(string text, string product, string version, string? core)
    {
        var release = NginxRelease.Parse(text.Split('\n'))!;

        Assert.Equal((product, version, core), (release.Product, release.Version, release.Core?.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("PHP version: 8.2")]
    [InlineData("nginx version: unknown")]
    public void OtherLines_NameNone(string text) => Assert.Null(NginxRelease.Parse(text.Split('\n')));
}
