using Why502.Nginx;
using Why502.Nginx.Routing;
using Xunit;

namespace Why502.Tests.Nginx.Routing;

public sealed class UpstreamUriTests
{
    private static readonly NginxConfiguration Configuration = Conf.Http("""
        map $arg_m $mapped { default none; ~^v(\d+)$ /version/$1; }
        upstream back { server 127.0.0.1:1; }
        server {
            listen 80; server_name ~^(?<shop>.+)\.shop\.test$;
            location /plain { proxy_pass http://back; }
            location /slash/ { proxy_pass http://back/; }
            location /prefix/ { proxy_pass http://back/other/; }
            location /broken/ { rewrite ^/broken/(.*)$ /new/$1 break; proxy_pass http://back/lost/; }
            location /last/ { rewrite ^/last/(.*)$ /slash/$1?more=1 last; }
            location /variable { proxy_pass http://back$uri$is_args$args; }
            location /mapped { proxy_pass http://back$mapped; }
            location /shop { proxy_pass http://back/$shop/$1; }
            location ~ ^/group/(?<first>\w+)/(.*)$ { proxy_pass http://back/$first?rest=$2; }
            location /if { if ($arg_x = 1) { proxy_pass http://back; } proxy_pass http://back/else; }
            location /error { error_page 404 = /prefix/missing; return 404; }
            location /named { error_page 418 = @fallback; return 418; }
            location @fallback { proxy_pass http://back; }
            location /try/ { try_files $uri /prefix/index?u=$uri; }
            location /limited { limit_except GET { proxy_pass http://back; } return 204; }
            location /set { set $args a=b; proxy_pass http://back; }
        }
        """);

    [Theory]
    [InlineData("/plain/%20a?b", "/plain/%20a?b")]
    [InlineData("/slash/a%20b//c?d", "/a%20b/c?d")]
    [InlineData("/prefix/x", "/other/x")]
    [InlineData("/broken/x", "/new/x")]
    [InlineData("/last/x?y=1", "/x?more=1&y=1")]
    [InlineData("/variable/%41?b", "/variable/A?b")]
    [InlineData("/mapped?m=v12", "/version/12")]
    [InlineData("/shop", "/one/one")]
    [InlineData("/group/a/b/c", "/a?rest=b/c")]
    [InlineData("/if?x=1", "/if?x=1")]
    [InlineData("/if/y?x=2", "/else/y?x=2")]
    [InlineData("/error", "/other/missing")]
    [InlineData("/named/x?y", "/named/x?y")]
    [InlineData("/try/x", "/other/index?u=/try/x")]
    [InlineData("/set?c", "/set?a=b")]
    [InlineData("/slash", null)]
    [InlineData("/limited", null)]
    public void Uri_IsTheOneNginxSends(string uri, string? sent) => Assert.Equal(sent, Route(uri).UpstreamUri);

    [Fact]
    public void MissingSlash_IsRedirected()
    {
        var answer = Route("/slash?a");
        Assert.Equal((301, "/slash/?a", "/slash/"), (answer.Status, answer.Redirect, answer.Location?.Path));
    }

    [Fact]
    public void OtherMethod_TakesTheLimitedWay() =>
        Assert.Equal("/limited", Configuration.Route(new RouteRequest { Host = "one.shop.test", Uri = "/limited", Method = "POST" }, NoRouteFiles.Instance).UpstreamUri);

    [Fact]
    public void UnknownValue_IsSaidToBeUnknown()
    {
        var configuration = Conf.InServer("location / { proxy_pass http://127.0.0.1:1/$request_id; }");
        var answer = configuration.Route(new RouteRequest { Host = "x", Uri = "/" }, NoRouteFiles.Instance);
        Assert.Null(answer.UpstreamUri);
        Assert.Contains(answer.Notes, n => n.Contains("$request_id", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/shop.php/a/b", "/shop.php:/a/b")]
    [InlineData("/none", "/none:")]
    [InlineData("/folder/", "/folder/index.php:")]
    public void FastCgiName_IsSplitAsTheModuleDoes(string uri, string sent)
    {
        var configuration = Conf.InServer(@"fastcgi_split_path_info ^(.+?\.php)(/.*)$; fastcgi_index index.php; location / { proxy_pass http://127.0.0.1:1$fastcgi_script_name:$fastcgi_path_info; }");
        Assert.Equal(sent, configuration.Route(new RouteRequest { Host = "x", Uri = uri }, NoRouteFiles.Instance).UpstreamUri);
    }

    [Theory]
    [InlineData("$country", null)]
    [InlineData("$later", "/")]
    [InlineData("$named", "/")]
    [InlineData("$upstream_http_x", "/")]
    public void VariableOfAnotherModule_IsUnknownAndNotEmpty(string variable, string? sent)
    {
        var configuration = Conf.InServer($"location / {{ proxy_pass http://127.0.0.1:1/{variable}; }} location /other {{ set $later 1; }} location ~ ^/x(?<named>.)$ {{ }}");
        Assert.Equal(sent, configuration.Route(new RouteRequest { Host = "x", Uri = "/" }, NoRouteFiles.Instance).UpstreamUri);
    }

    private static RouteAnswer Route(string uri) =>
        Configuration.Route(new RouteRequest { Host = "one.shop.test", Uri = uri }, NoRouteFiles.Instance);
}
