using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Plain faults behind configurations that are not plain: the scope has to find the line.</summary>
public sealed class ConfigurationScenarios
{
    private const string Refused = "(111: Connection refused) while connecting to upstream";

    [SkippableFact]
    public void PassInAnIncludedFile_IsPointedAt() => LabMachine.Run(nameof(PassInAnIncludedFile_IsPointedAt), machine =>
    {
        var site = machine.Write("conf.d/shop.conf", Site.Proxy("http://backend"));
        machine.Write("conf.d/upstreams.conf", "upstream backend {\n    server 127.0.0.1:3000;\n}\n");
        var nginx = NginxServer.Start(machine, "include conf.d/*.conf;");
        new Client(machine).MustGet(502, "/", times: 4);
        var diagnosis = Examination.Faulty(machine, nginx, Down("proxy_pass http://backend"));
        Assert.Equal(site, diagnosis.Findings[0].Scope.Config!.File);
    });

    [SkippableFact]
    public void OneOfTwoLocations_IsTheScope() => LabMachine.Run(nameof(OneOfTwoLocations_IsTheScope), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, """
            server {
                listen 127.0.0.1:8080;
                server_name shop.example.com www.example.com;
                location / {
                    proxy_pass http://127.0.0.1:3000;
                }
                location /api/ {
                    location ~ ^/api/v2/ {
                        proxy_pass http://127.0.0.1:3002;
                    }
                    proxy_pass http://127.0.0.1:3000/;
                }
            }
            """);
        var client = new Client(machine);
        client.MustGet(200, "/fast", times: 10);
        client.MustGet(200, "/api/fast", times: 3);
        client.MustGet(502, "/api/v2/orders", times: 4);
        var diagnosis = Examination.Faulty(machine, nginx, Down("proxy_pass http://127.0.0.1:3002") with
        {
            // The app on 3000 is another location's: it may be a doubt, not the answer.
            Confidence = 0.5,
        });
        Assert.Contains("^/api/v2/", diagnosis.Findings[0].Scope.Location, StringComparison.Ordinal);
    });

    [SkippableFact]
    public void AddressInAVariable_IsTraced() => LabMachine.Run(nameof(AddressInAVariable_IsTraced), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://$backend", "set $backend 127.0.0.1:3000;"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Down("proxy_pass http://$backend"));
    });

    [SkippableFact]
    public void ErrorPageHidesTheStatus_IsStillDown() => LabMachine.Run(nameof(ErrorPageHidesTheStatus_IsStillDown), machine =>
    {
        machine.Write("www/sorry.html", "sorry");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", $"error_page 502 =200 /sorry.html;").Replace(
            "location / {",
            $"location = /sorry.html {{\n        root {machine.PathOf("www")};\n    }}\n    location / {{",
            StringComparison.Ordinal));
        new Client(machine).MustGet(200, "/", times: 4);
        Examination.Faulty(machine, nginx, Down("proxy_pass http://127.0.0.1:3000"));
    });

    [SkippableFact]
    public void UwsgiSocketMissing_IsMissing() => LabMachine.Run(nameof(UwsgiSocketMissing_IsMissing), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("unused").Replace("proxy_pass unused", "uwsgi_pass unix:/run/uwsgi/app.sock", StringComparison.Ordinal));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Down("uwsgi_pass unix:/run/uwsgi/app.sock") with { Cause = "socket-missing", Symptom = "(2: No such file or directory) while connecting to upstream" });
    });

    [SkippableFact]
    public void UwsgiRefused_IsDown() => LabMachine.Run(nameof(UwsgiRefused_IsDown), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("unused").Replace("proxy_pass unused", "uwsgi_pass 127.0.0.1:3031", StringComparison.Ordinal));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Down("uwsgi_pass 127.0.0.1:3031"));
    });

    /// <summary>Posts only: nothing that a probe may repeat was ever asked, and the verdict needs none.</summary>
    [SkippableFact]
    public void OnlyPostsFail_IsDown() => LabMachine.Run(nameof(OnlyPostsFail_IsDown), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        for (var i = 0; i < 4; i++)
        {
            new Client(machine).Send("POST /order HTTP/1.1", "Content-Length: 0");
        }

        Examination.Faulty(machine, nginx, Down("proxy_pass http://127.0.0.1:3000"));
    });

    /// <summary>The primary is down and the backup serves: every user is served.</summary>
    [SkippableFact]
    public void BackupServes_NamesNothingElse() => LabMachine.Run(nameof(BackupServes_NamesNothingElse), machine =>
    {
        Node.Start(machine, 3001);
        var nginx = NginxServer.Start(machine, "upstream backend {\n    server 127.0.0.1:3000;\n    server 127.0.0.1:3001 backup;\n}\n" + Site.Proxy("http://backend"));
        new Client(machine).MustGet(200, "/", times: 8);
        nginx.WaitForLogged(Refused);
        var diagnosis = Examination.Plain(machine, nginx, "--config", nginx.Config);
        Assert.All(diagnosis.Findings.Where(finding => finding.Confidence >= 0.5), finding => Assert.Equal("upstream-down", finding.Cause));
    });

    /// <summary>Another nginx runs on the machine and is ill: --config says which one is meant.</summary>
    [SkippableFact]
    public void AnotherNginxBeside_IsNotMixedIn() => LabMachine.Run(nameof(AnotherNginxBeside_IsNotMixedIn), machine =>
    {
        Node.Start(machine, 3000);
        var other = machine.Write("other/nginx.conf", $$"""
            pid {{machine.PathOf("other/nginx.pid")}};
            error_log {{machine.PathOf("other/error.log")}};
            events {}
            http {
                access_log off;
                server {
                    listen 127.0.0.1:8081;
                    location / {
                        proxy_pass http://127.0.0.1:9999;
                    }
                }
            }
            """);
        machine.Must("nginx", "-c", other);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine, port: 8081).MustGet(502, "/", times: 4);
        new Client(machine).MustGet(200, "/", times: 10);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    private static Expected Down(string directive) => new("upstream-down")
    {
        Symptom = Refused,
        Directive = directive,
        Confidence = 0.8,
    };
}
