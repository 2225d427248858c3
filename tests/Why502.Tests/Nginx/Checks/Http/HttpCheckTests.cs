using Why502.Nginx;
using Why502.Nginx.Checks;
using Xunit;

namespace Why502.Tests.Nginx.Checks.Http;

/// <summary>nginx 1.22.1's first message about configurations of http with one mistake; the line is that in http's block, whose first is 2.</summary>
public class HttpCheckTests
{
    [Theory]
    [InlineData("upstream a { }", "2: no servers are inside upstream")]
    [InlineData("upstream a { server 127.0.0.1; }\nupstream A { server 127.0.0.1; }", "3: duplicate upstream \"A\"")]
    [InlineData("upstream a { server 127.0.0.1:99999; }", "2: invalid port in upstream \"127.0.0.1:99999\"")]
    [InlineData("upstream a { server 127.1; }", "")]
    [InlineData("upstream a { server 127.0.0.1 weight=0; }", "2: invalid parameter \"weight=0\"")]
    [InlineData("upstream a { ip_hash; server 127.0.0.1 backup; }", "2: balancing method does not support parameter \"backup\"")]
    [InlineData("upstream a { server 127.0.0.1 backup; }", "2: no servers in upstream \"a\"")]
    [InlineData("map $host x { }", "2: invalid variable name \"x\"")]
    [InlineData("map $host $x { a 1; a 2; }", "2: conflicting parameter \"a\"")]
    [InlineData("map $host $uri { a 1; }", "2: the duplicate \"uri\" variable")]
    [InlineData("map $host $x { ~( 1; }", "2: pcre2_compile() failed: missing closing parenthesis in \"(\"")]
    [InlineData("geo $x { nosuch 1; }", "2: invalid network \"nosuch\"")]
    [InlineData("geo $x { ranges; 10.0.0.9-10.0.0.1 a; }", "2: invalid range \"10.0.0.9-10.0.0.1\"")]
    [InlineData("split_clients $host $x { 60% a; 60% b; }", "2: percent total is greater than 100%")]
    [InlineData("log_format a '$uri';\nlog_format a '$uri';", "3: duplicate \"log_format\" name \"a\"")]
    [InlineData("access_log logs/a nosuch;", "2: unknown log format \"nosuch\"")]
    [InlineData("limit_req_zone $host zone=a:1k rate=1r/s;", "2: zone \"zone=a:1k\" is too small")]
    [InlineData("limit_req_zone $host zone=a:1m rate=1r/s;\nlimit_conn_zone $host zone=a:1m;", "3: the shared memory zone \"a\" is already declared for a different use")]
    [InlineData("limit_req zone=nosuch;", "2: zero size shared memory zone \"nosuch\"")]
    [InlineData("proxy_buffers 4 4k;\nproxy_buffer_size 64k;\nserver { }", "5: \"proxy_busy_buffers_size\" must be less than the size of all \"proxy_buffers\" minus one buffer")]
    [InlineData("proxy_cache nosuch;\nserver { }", "4: \"proxy_cache\" zone \"nosuch\" is unknown")]
    [InlineData("error_page 200 /x;", "2: value \"200\" must be between 300 and 599")]
    [InlineData("add_header A $nosuch;", "2: unknown \"nosuch\" variable")]
    [InlineData("add_header A ${host;", "2: the closing bracket in \"host\" variable is missing")]
    [InlineData("keepalive_timeout x;", "2: \"keepalive_timeout\" directive invalid value")]
    [InlineData("map $host $x { }\nmap_hash_bucket_size 64;", "3: \"map_hash_bucket_size\" directive is duplicate")]
    [InlineData("proxy_cache_path a keys_zone=a:1m;\nproxy_cache_path a keys_zone=b:1m;", "3: the same path name \"/etc/nginx/a\" used in /etc/nginx/nginx.conf:2 and")]
    [InlineData("gzip_window 3k;", "2: \"gzip_window\" directive must be 512, 1k, 2k, 4k, 8k, 16k, or 32k")]
    [InlineData("connection_pool_size 100;", "2: the pool size must be no less than 112")]
    [InlineData("http2_streams_index_size 33;", "2: \"http2_streams_index_size\" directive must be a power of two")]
    [InlineData("charset_map a utf-8 {\nFD D81D;\n}", "3: invalid value \"D81D\"")]
    [InlineData("charset_map a utf-8 {\nFD E09F80;\n}", "3: invalid value \"E09F80\"")]
    [InlineData("charset_map a utf-8 {\nFD 41;\n}", "3: invalid value \"41\"")]
    [InlineData("charset_map a utf-8 {\nFD D0BF41;\nFE E0A080;\n}", "")]
    [InlineData("modern_browser x;", "2: \"modern_browser\" directive needs a browser and its version, or \"unlisted\": nginx stops here without a message")]
    [InlineData("charset_map a A { }", "2: \"charset_map\" between the same charsets \"a\" and \"A\"")]
    public void MistakeInHttp_IsWordedAndPlacedAsNginxDoes(string http, string expected) => Assert.Equal(expected, First(http));

    [Theory]
    [InlineData("listen 99999;", "3: invalid port in \"99999\" of the \"listen\" directive")]
    [InlineData("listen 80;\nlisten *:80;", "4: a duplicate listen 0.0.0.0:80")]
    [InlineData("listen 80 bogus;", "3: invalid parameter \"bogus\"")]
    [InlineData("listen 80 ssl;", "2: no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive")]
    [InlineData("server_name *;", "3: server name \"*\" is invalid")]
    [InlineData("location / { }\nlocation / { }", "4: duplicate location \"/\"")]
    [InlineData("location = / { }\nlocation / { }", "")]
    [InlineData("location @a { }\nlocation @a { }", "")]
    [InlineData("location /a { location /b { } }", "3: location \"/b\" is outside location \"/a\"")]
    [InlineData("location ~ *a { }", "3: pcre2_compile() failed: quantifier does not follow a repeatable item in \"*a\" at \"*a\"")]
    [InlineData("location !~ a { }", "3: invalid location modifier \"!~\"")]
    [InlineData("location ~ a { proxy_pass http://127.0.0.1/x; }", "3: \"proxy_pass\" cannot have URI part in location given by regular expression, or inside named location, or inside \"if\" statement, or inside \"limit_except\" block")]
    [InlineData("location / { proxy_pass 127.0.0.1; }", "3: invalid URL prefix")]
    [InlineData("location / { fastcgi_pass 127.0.0.1; }", "3: no port in upstream \"127.0.0.1\"")]
    [InlineData("location / { root a; alias b; }", "3: \"alias\" directive is duplicate, \"root\" directive was specified earlier")]
    [InlineData("rewrite ^ /x sometimes;", "3: invalid parameter \"sometimes\"")]
    [InlineData("return /x;", "3: invalid return code \"/x\"")]
    [InlineData("if ($host == x) { }", "3: unexpected \"==\" in condition")]
    [InlineData("if (host) { }", "3: invalid condition \"host\"")]
    [InlineData("set x y;", "3: invalid variable name \"x\"")]
    [InlineData("try_files a =x;", "3: invalid code \"=x\"")]
    [InlineData("allow 10.0.0.1/8;\ndeny all;\nallow all;", "")]
    [InlineData("expires @25h;", "3: \"expires\" directive daily time value must be less than 24 hours")]
    [InlineData("valid_referers none;", "2: the \"none\" or \"blocked\" referers are specified in the \"valid_referers\" directive without any valid referer")]
    [InlineData("valid_referers Another/x another/y;", "3: conflicting parameter \"another\"")]
    [InlineData("server_name another;\nvalid_referers server_names Another;", "6: conflicting parameter \"another\"")]
    [InlineData("server_name a..b;\nvalid_referers none server_names;", "6: invalid hostname or wildcard \"a..b\"")]
    [InlineData("server_name ~a;\nvalid_referers none server_names;", "2: the \"none\" or \"blocked\" referers are specified in the \"valid_referers\" directive without any valid referer")]
    [InlineData("valid_referers none server_names;", "")]
    [InlineData("referer_hash_max_size 0;\nvalid_referers a;", "2: could not build referer_hash, you should increase referer_hash_max_size: 0")]
    public void MistakeInServer_IsWordedAndPlacedAsNginxDoes(string server, string expected) => Assert.Equal(expected, First($"server {{\n{server}\n}}"));

    [Fact]
    public void SecondDefaultServer_IsRefused() => Assert.Equal(
        "3: a duplicate default server for 0.0.0.0:80",
        First("server { listen 80 default_server; }\nserver { listen 80 default_server; }"));

    private static string First(string http)
    {
        var problems = ConfigurationCheck.Run(Conf.Load($"events {{}} http {{\n{http}\n}}"), new NginxFacts(new Version(1, 22, 1)), UnobservedWorld.Instance);
        return problems.FirstOrDefault(problem => problem.Kind != ProblemKind.Warning) is { } first ? $"{first.At.Line}: {first.Message}" : "";
    }
}
