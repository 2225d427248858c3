using System.Text;
using System.Text.Json;
using Why502.Nginx;
using Why502.Reports.Config;
using Why502.Tests.Nginx;
using Xunit;

namespace Why502.Tests.Reports.Config;

public sealed class EffectiveReportTests
{
    private const string Configuration = """
        events {}
        http {
            proxy_read_timeout 30s;
            proxy_set_header Host $host;
            proxy_set_header X-Real-IP $remote_addr;
            upstream app { server 127.0.0.1:3000 weight=2; server 127.0.0.1:3001 backup; keepalive 16; }
            server {
                server_name shop.example.com;
                try_files $uri =404;
                location /api/ {
                    proxy_pass http://app;
                    proxy_read_timeout 90s;
                    proxy_set_header Authorization "Basic c2VjcmV0";
                    if ($arg_x) { return 204; }
                }
            }
        }
        """;

    [Fact]
    public void Page_SaysTheWayTheSurprisesAndTheValues()
    {
        var page = EffectivePage.Render(Answer(Configuration)).ToString();
        Assert.All(page.Split('\n'), line => Assert.True(line.Length <= 80, line));
        Assert.Equal("""
            GET http://shop.example.com/api/x?…

              server    shop.example.com                                        nginx.conf:7
                        Host shop.example.com: server_name shop.example.com, its very name
              location  /api/                                                  nginx.conf:10
                        location /api/: the longest prefix, and no expression matches
              answer    proxy_pass http://app                                  nginx.conf:11

            Written, but not in force here
              http says 2 lines of proxy_set_header (Host, X-Real-IP) (nginx.conf:4-5),
              which do not apply: location /api/ has its own, and these replace all others.
              the server says try_files $uri =404 (nginx.conf:9): locations do not inherit
              try_files.

            Upstream app                                                        nginx.conf:6
              127.0.0.1:3000  weight=2                                          nginx.conf:6
              127.0.0.1:3001  backup                                            nginx.conf:6
              keepalive 16                                                      nginx.conf:6

            Other values while a condition holds
              if ($arg_x)                                                      nginx.conf:14
                  return 204                                                   nginx.conf:14


            """, page[..page.IndexOf("Connection to the upstream", StringComparison.Ordinal)]);
        Assert.Contains("  proxy_read_timeout     90s                                       nginx.conf:12\n                         http says 30s, nginx.conf:3\n", page, StringComparison.Ordinal);
        Assert.Contains("  proxy_set_header    Host $proxy_host                                   default\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_HasTheSameInAStableForm()
    {
        using var json = JsonDocument.Parse(Encoding.UTF8.GetString(EffectiveJson.Line(Answer(Configuration))));
        var root = json.RootElement;
        Assert.Equal("why502/effective/1", root.GetProperty("schema").GetString());
        Assert.Equal(["schema", "request", "server", "location", "handler", "upstream", "settings", "conditions"], root.EnumerateObject().Select(p => p.Name));
        Assert.Equal("proxy_pass", root.GetProperty("handler").GetProperty("directive").GetString());
        Assert.Equal(2, root.GetProperty("upstream").GetProperty("peers").GetArrayLength());
        var headers = root.GetProperty("settings").EnumerateArray().Single(s => s.GetProperty("name").GetString() == "proxy_set_header");
        Assert.Equal("replaced", headers.GetProperty("shadowed")[0].GetProperty("reason").GetString());
        Assert.Equal(4, headers.GetProperty("shadowed")[0].GetProperty("directives")[0].GetProperty("line").GetInt32());
        Assert.Equal("…", headers.GetProperty("values")[0].GetProperty("arguments")[1].GetString());
    }

    [Fact]
    public void All_AddsTheDefaultsOfEveryModule()
    {
        var answer = Answer(Configuration, all: true);
        Assert.Contains(answer.Values, v => v is { Name: "fastcgi_read_timeout", IsDefault: true });
        Assert.DoesNotContain(Answer(Configuration).Values, v => v.Name == "fastcgi_read_timeout");
    }

    [Fact]
    public void SnippetsAndDumps_AreAnsweredToo()
    {
        Assert.Equal("2", Answer("location / {\n  proxy_pass http://127.0.0.1:1;\n}\n").Scope.Handler?.At.Line.ToString());
        var dump = Answer($"nginx: the configuration file is ok\n# configuration file /etc/nginx/nginx.conf:\n{Configuration}\n");
        Assert.Equal(new SourceLine("/etc/nginx/nginx.conf", 11), dump.Scope.Handler?.At);
    }

    private static EffectiveAnswer Answer(string text, bool all = false)
    {
        var configuration = Conf.Load(text);
        var answer = EffectiveAnswer.Find(configuration, new EffectiveRequest(Conf.Main, null, false, "shop.example.com", "/api/x?token=1", "GET", null), all);
        Assert.NotNull(answer);
        return answer;
    }
}
