using Why502.Nginx;
using Why502.Nginx.Routing;
using Xunit;

namespace Why502.Tests.Nginx.Routing;

public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/a/b", "/a/b", "")]
    [InlineData("/a//b/./c/../d", "/a/b/d", "")]
    [InlineData("/a%2fb%3fc?x=%20", "/a/b?c", "x=%20")]
    [InlineData("/a/%2e%2e/b", "/b", "")]
    [InlineData("/a/...", "/a/...", "")]
    [InlineData("/a/..", "/", "")]
    [InlineData("/a#f?x", "/a", "")]
    [InlineData("/a?b?c#d", "/a", "b?c")]
    [InlineData("/%25%23", "/%#", "")]
    [InlineData("http://h.test", "/", "")]
    [InlineData("http://h.test?a=1", "/", "a=1")]
    [InlineData("HTTP://h.test:80/x/../y", "/y", "")]
    public void Uri_IsDecodedAndNormalised(string uri, string path, string arguments)
    {
        var answer = Route(Merging, uri);
        Assert.Equal((path, arguments), (answer.Uri, answer.Arguments));
    }

    [Theory]
    [InlineData("/a//b", "/a//b")]
    [InlineData("/a//../b", "/a/b")]
    public void Slashes_StayWhereTheyAreNotMerged(string uri, string path) => Assert.Equal(path, Route(Keeping, uri).Uri);

    [Theory]
    [InlineData("/..")]
    [InlineData("/a/../..")]
    [InlineData("/%zz")]
    [InlineData("/%")]
    [InlineData("/%00")]
    [InlineData("/a b")]
    [InlineData("*")]
    [InlineData("http:/x")]
    [InlineData("http://a_b/")]
    [InlineData("http:///x")]
    [InlineData("/\u0001")]
    public void UriThatLeadsNowhere_IsRefused(string uri) => Assert.Equal(400, Route(Merging, uri).Status);

    [Theory]
    [InlineData("get", "1.1", 400)]
    [InlineData("GET", "2.0", 505)]
    [InlineData("POST", "0.9", 400)]
    [InlineData("TRACE", "1.1", 405)]
    [InlineData("GET", "1.1", 204)]
    public void RequestLine_IsReadAsNginxReadsIt(string method, string version, int status) =>
        Assert.Equal(status, Merging.Route(new RouteRequest { Host = "x", Uri = "/", Method = method, HttpVersion = version }, NoRouteFiles.Instance).Status);

    [Theory]
    [InlineData("x..y", 400)]
    [InlineData("", 400)]
    [InlineData("a/b", 400)]
    [InlineData(null, 400)]
    [InlineData("a_b:80", 204)]
    public void Host_IsReadAsNginxReadsIt(string? host, int status) =>
        Assert.Equal(status, Merging.Route(new RouteRequest { Host = host, Uri = "/", HttpVersion = "1.1" }, NoRouteFiles.Instance).Status);

    private static readonly NginxConfiguration Merging = Conf.InServer("location / { return 204; }");

    private static readonly NginxConfiguration Keeping = Conf.InServer("merge_slashes off; location / { return 204; }");

    private static RouteAnswer Route(NginxConfiguration configuration, string uri) =>
        configuration.Route(new RouteRequest { Host = "x", Uri = uri }, NoRouteFiles.Instance);
}
