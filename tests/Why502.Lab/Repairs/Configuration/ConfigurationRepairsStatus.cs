using System.Globalization;
using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>What nginx makes of a request before any upstream is asked, and between its own servers.</summary>
public sealed class ConfigurationRepairsStatus
{
    [SkippableTheory]
    [InlineData("rewrite ^/(.*)$ /app/$1;", "rewrite ^/(.*)$ /app/$1 break;")]
    [InlineData("rewrite ^/(.*)$ /app/$1 last;", "rewrite ^/(.*)$ /app/$1 break;")]
    public void RewriteOntoItself(string rewrite, string mended) => LabMachine.Run(nameof(RewriteOntoItself), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/app/cart"));
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", rewrite));
        var client = new Client(machine);
        client.MustGet(500, "/cart", times: 5);
        Repaired.Prove(machine, nginx, "internal-redirect-cycle", () => client.Get("/cart") == 200, ["-" + rewrite, mended]);
    });

    /// <summary>An upload whose length goes along to a service that takes small requests only, without the body.</summary>
    [SkippableFact]
    public void AuthServiceGetsALengthWithoutBody() => LabMachine.Run(nameof(AuthServiceGetsALengthWithoutBody), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/upload"));
        var nginx = NginxServer.Start(machine, """
            server {
                listen 127.0.0.1:8080;
                server_name shop.example.com;
                client_max_body_size 100m;
                proxy_set_header X-Forwarded-Proto $scheme;
                location / {
                    auth_request /check;
                    proxy_pass http://127.0.0.1:3000;
                }
                location = /check {
                    internal;
                    proxy_pass http://127.0.0.1:9001;
                }
            }
            server {
                listen 127.0.0.1:9001;
                server_name auth;
                client_max_body_size 1k;
                location / {
                    return 204;
                }
            }
            """);
        for (var upload = 0; upload < 4; upload++)
        {
            Assert.Equal(500, Upload(machine));
        }

        Repaired.ProveApplied(machine, nginx, "auth-subrequest-failed", () => Upload(machine) == 200,
            ["proxy_pass_request_body off;", "proxy_set_header X-Forwarded-Proto $scheme;", "proxy_set_header Content-Length \"\";"]);
    });

    [SkippableTheory]
    [InlineData("", " proxy_protocol", "proxy_protocol on;")]
    [InlineData("proxy_protocol on;", "", "proxy_protocol off;")]
    public void StreamServerAndListenDisagree(string sends, string expects, string mended) => LabMachine.Run(nameof(StreamServerAndListenDisagree), machine =>
    {
        const string Module = "/usr/lib/nginx/modules/ngx_stream_module.so";
        Skip.IfNot(File.Exists(Module), "nginx has no stream module here");
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", listen: "127.0.0.1:8080" + expects) + $$"""

            }
            stream {
                server {
                    listen 127.0.0.1:8000;
                    {{sends}}
                    proxy_pass 127.0.0.1:8080;
                }
            """, errorLog: $"error_log {machine.PathOf("logs/error.log")} error;\nload_module {Module};");
        var client = new Client(machine, port: 8000);
        Assert.All(client.Get(6, "/"), status => Assert.NotEqual(200, status));
        Repaired.ProveApplied(machine, nginx, "proxy-protocol-mismatch", () => client.Get() == 200, sends.Length > 0 ? ["-" + sends, mended] : [mended]);
    });

    private static int Upload(LabMachine machine)
        => int.Parse(machine.Shell("head -c 50000 /dev/zero | curl -s -o /dev/null -w '%{http_code}' -H 'Host: shop.example.com' -H 'Expect:' --data-binary @- http://127.0.0.1:8080/upload").Trim(), CultureInfo.InvariantCulture);
}
