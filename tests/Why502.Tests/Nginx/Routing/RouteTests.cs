using Why502.Nginx;
using Xunit;

namespace Why502.Tests.Nginx.Routing;

public sealed class RouteTests
{
    private static readonly NginxConfiguration Locations = Conf.InServer("""
        location = /exact { }
        location / { }
        location /images/ { }
        location ^~ /static/ { }
        location ~ \.php$ { }
        location ~* \.(gif|jpg)$ { }
        location /nested/ {
            location /nested/deep/ { }
            location ~ \.txt$ { }
        }
        location @named { }
        """);

    [Theory]
    [InlineData("/exact", "= /exact")]
    [InlineData("/exact/", "/")]
    [InlineData("/images/a.png", "/images/")]
    [InlineData("/images/a.GIF", "~* \\.(gif|jpg)$")]
    [InlineData("/static/a.php", "^~ /static/")]
    [InlineData("/a.php", "~ \\.php$")]
    [InlineData("/a.PHP", "/")]
    [InlineData("/nested/x", "/nested/")]
    [InlineData("/nested/deep/x", "/nested/deep/")]
    [InlineData("/nested/x.txt", "~ \\.txt$")]
    [InlineData("/nested/x.php", "~ \\.php$")]
    [InlineData("/%65xact?a=b", "= /exact")]
    [InlineData("//exact", "= /exact")]
    [InlineData("/a/../exact", "= /exact")]
    [InlineData("/@named", "/")]
    public void Location_IsTheOneNginxTakes(string uri, string expected) =>
        Assert.Equal(expected, Locations.Route(null, "shop.example.com", "GET", uri)?.Location?.ToString());

    private static readonly NginxConfiguration Names = Conf.Http("""
        server { listen 80; server_name first; }
        server { listen 80; server_name www.example.com; }
        server { listen 80; server_name *.example.com; }
        server { listen 80; server_name www.example.*; }
        server { listen 80; server_name .example.org; }
        server { listen 80; server_name ~^app\d+\.net$; }
        server { listen 80 default_server; server_name fallback; }
        server { listen 8080; server_name other; }
        server { listen 127.0.0.1:80; server_name local; }
        """);

    [Theory]
    [InlineData("10.0.0.1:80", "www.example.com", "www.example.com")]
    [InlineData("10.0.0.1:80", "WWW.Example.COM:80", "www.example.com")]
    [InlineData("10.0.0.1:80", "a.b.example.com", "*.example.com")]
    [InlineData("10.0.0.1:80", "www.example.net", "www.example.*")]
    [InlineData("10.0.0.1:80", "example.org", "example.org")]
    [InlineData("10.0.0.1:80", "a.example.org.", "example.org")]
    [InlineData("10.0.0.1:80", "app12.net", "^app\\d+\\.net$")]
    [InlineData("10.0.0.1:80", "unknown", "fallback")]
    [InlineData("10.0.0.1:8080", "www.example.com", "other")]
    [InlineData("127.0.0.1:80", "www.example.com", "local")]
    public void Server_IsTheOneNginxTakes(string listen, string host, string expected) =>
        Assert.Equal(expected, Names.Route(listen, host, "GET", "/")?.Server.FirstName);

    private static readonly NginxConfiguration Records = Conf.Http("""
        upstream backend { server 10.0.0.1:8080; server app.internal:8080; }
        server {
            listen 80; server_name shop.example.com www.example.com;
            location / { proxy_pass http://127.0.0.1:3000; }
            location /api/ { proxy_pass http://backend; }
            location /old/ { rewrite ^ /api/ last; }
            location ~ \.php$ { fastcgi_pass unix:/run/fpm.sock; }
        }
        server { listen 8080; location / { proxy_pass http://127.0.0.1:4000; } }
        server { listen 443 ssl; server_name shop.example.com; location / { proxy_pass https://10.9.9.9; } }
        """);

    [Theory]
    [InlineData("shop.example.com", "shop.example.com", "/x", "http://127.0.0.1:3000/x", 5)]
    [InlineData("shop.example.com", "shop.example.com", "/api/x", "http://10.0.0.1:8080/api/x", 6)]
    [InlineData("shop.example.com", "shop.example.com", "/api/x", "http://backend/api/x", 6)]
    [InlineData("shop.example.com", "shop.example.com", "/api/x", "http://192.0.2.7:8080/api/x", 6)]
    [InlineData("shop.example.com", "shop.example.com", "/old/x", "http://10.0.0.1:8080/api/", 6)]
    [InlineData("shop.example.com", "www.example.com", "/a.php", "fastcgi://unix:/run/fpm.sock:", 8)]
    [InlineData("shop.example.com", "shop.example.com", "/x", "https://10.9.9.9:443/x", 11)]
    [InlineData("", "anything", "/x", "http://127.0.0.1:4000/x", 10)]
    [InlineData("shop.example.com", "shop.example.com", "/api/x", null, 6)]
    public void Record_LeadsToItsProxiedLocation(string server, string host, string uri, string? upstream, int line) =>
        Assert.Equal(line + 1, Records.LocationFor(server, host, uri, upstream)?.At.Line);

    /// <summary>A row of the access log: the server that has the name answers by itself there, and no other server is asked.</summary>
    [Theory]
    [InlineData("shop.example.com", "/closed", null)]
    [InlineData("shop.example.com", "/x", "http://127.0.0.1:3000")]
    [InlineData("elsewhere.example.com", "/closed", "http://127.0.0.1:4000")]
    public void Row_LeadsToTheServerOfItsName(string host, string uri, string? target) =>
        Assert.Equal(target, Conf.Http("""
            server { listen 80; server_name shop.example.com; location / { proxy_pass http://127.0.0.1:3000; } location /closed { return 502; } }
            server { listen 80; server_name status.example.com; location / { proxy_pass http://127.0.0.1:4000; } }
            """).LocationFor(null, host, uri, null)?.Target);

    [Fact]
    public void CatastrophicExpression_DoesNotHang()
    {
        var configuration = Conf.InServer(@"location ~ ^(a+)+(?!b)$ { } location / { }");
        Assert.NotNull(configuration.Route(null, "x", "GET", "/" + new string('a', 5000) + "!"));
    }

    [Theory]
    [InlineData("worker_processes 4;\nevents { }\n", true)]
    [InlineData("server {\n listen 80;\n}\n", true)]
    [InlineData("# comment only\nlocation / { return 204; }\n", true)]
    [InlineData("# configuration file /etc/nginx/nginx.conf:\n", true)]
    [InlineData("2024/08/14 09:31:07 [error] 3821#3821: *5103 connect() failed (111: Connection refused)\n", false)]
    [InlineData("10.0.0.1 - - [14/Aug/2024:09:31:07 +0000] \"GET / HTTP/1.1\" 502 157 \"-\" \"curl/8\"\n", false)]
    [InlineData("{\"time\":\"x\",\"status\":502}\n", false)]
    [InlineData("[www]\nuser = www-data\nlisten = /run/fpm.sock\n", false)]
    [InlineData("fastcgi_param QUERY_STRING $query_string;\nfastcgi_param REQUEST_METHOD $request_method;\n", true)]
    [InlineData("ssl_session_cache shared:a:1m;\nssl_protocols TLSv1.2;\nhsts on;\n", true)]
    [InlineData("log_format main\n  '$a'\n  '$b';\n", true)]
    [InlineData("server 10.0.0.1;\nserver 10.0.0.2 backup;\n", true)]
    [InlineData("location / {\n proxy_pass http://a\n}\n", true)]
    [InlineData("#include <stdio.h>\nint main(void) {\n  return 0;\n}\n", false)]
    [InlineData("use strict;\nuse warnings;\nmy $a = 1;\nsub b { return 1; }\nprint $a;\nprint b();\n", false)]
    [InlineData("body { color: red; }\n.a { margin: 0; }\n", false)]
    [InlineData("The server; it listens. Return it, if you can;\n", false)]
    [InlineData("options { directory \"/var\"; };\nzone \"a\" { type master; file \"b\"; };\n", false)]
    [InlineData("", false)]
    public void Configuration_IsToldByItsContent(string text, bool expected) =>
        Assert.Equal(expected, NginxConfiguration.LooksLikeConfiguration(System.Text.Encoding.UTF8.GetBytes(text)));
}
