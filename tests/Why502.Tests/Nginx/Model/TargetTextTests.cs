using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Nginx.Model;

public sealed class TargetTextTests
{
    [Theory]
    [InlineData("http://127.0.0.1:3000", "http", "127.0.0.1:3000", "")]
    [InlineData("http://app/v1?a=b", "http", "app", "/v1?a=b")]
    [InlineData("http://app?a=b", "http", "app", "?a=b")]
    [InlineData("http://[::1]:3000/v1", "http", "[::1]:3000", "/v1")]
    [InlineData("http://unix:/run/app.sock:/v1", "http", "unix:/run/app.sock", "/v1")]
    [InlineData("http://unix:/run/app.sock", "http", "unix:/run/app.sock", "")]
    [InlineData("unix:/run/php/fpm.sock", null, "unix:/run/php/fpm.sock", "")]
    [InlineData("127.0.0.1:9000", null, "127.0.0.1:9000", "")]
    [InlineData("$scheme://$backend$request_uri", "$scheme", "$backend$request_uri", "")]
    public void Target_IsDividedAsNginxReadsIt(string target, string? scheme, string authority, string uri)
    {
        var text = TargetText.Of(target);
        Assert.Equal(new TargetText(scheme, authority, uri), text);
        Assert.Equal(target, text.ToString());
    }

    /// <summary>fastcgi_pass and its kin take an address and no URI (ngx_http_fastcgi_pass leaves uri_part at 0).</summary>
    [Fact]
    public void ColonInASocketsPath_BelongsToItWhereNoUriCanFollow()
        => Assert.Equal(new TargetText(null, "unix:/run/a:b.sock", ""), TargetText.Of("unix:/run/a:b.sock", socketHasUri: false));

    [Fact]
    public void UriOfTheRequestBehindTheAddress_LeavesTheServersKnown()
    {
        var location = Conf.Http("map $host $app { default 127.0.0.1:3000; } server { location / { proxy_pass http://$app$document_uri$is_args$args; } }").ProxiedLocations[0];
        Assert.Equal("127.0.0.1:3000", Assert.Single(location.Peers).Endpoint!.ToString());
    }
}
