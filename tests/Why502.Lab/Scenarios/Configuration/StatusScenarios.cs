using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Statuses that the configuration makes, a limit, an auth service or a client, and no failing upstream.</summary>
public sealed class StatusScenarios
{
    private const string Zone = "limit_req_zone $binary_remote_addr zone=perip:1m rate=1r/s;\n";

    [SkippableFact]
    public void FallbackDoesNotExist_IsCycle() => LabMachine.Run(nameof(FallbackDoesNotExist_IsCycle), machine =>
    {
        Directory.CreateDirectory(machine.PathOf("www"));
        var nginx = NginxServer.Start(machine, $$"""
            server {
                listen 127.0.0.1:8080;
                server_name shop.example.com;
                root {{machine.PathOf("www")}};
                location / {
                    try_files $uri /index.html;
                }
            }
            """);
        new Client(machine).MustGet(500, "/cart", times: 6);
        var diagnosis = Examination.Faulty(machine, nginx, new Expected("internal-redirect-cycle")
        {
            Symptom = "rewrite or internal redirection cycle",
            Confidence = 0.9,
        });
        Points(diagnosis, "try_files");
    });

    [SkippableFact]
    public void RewriteOntoItself_IsCycle() => LabMachine.Run(nameof(RewriteOntoItself_IsCycle), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "rewrite ^/(.*)$ /app/$1;"));
        new Client(machine).MustGet(500, "/cart", times: 6);
        var diagnosis = Examination.Faulty(machine, nginx, new Expected("internal-redirect-cycle")
        {
            Symptom = "rewrite or internal redirection cycle while processing",
            Confidence = 0.9,
        });
        Points(diagnosis, "rewrite");
    });

    [SkippableTheory]
    [InlineData(404)]
    [InlineData(500)]
    public void AuthServiceAnswersNeitherYesNorNo_IsAuth(int status) => LabMachine.Run(nameof(AuthServiceAnswersNeitherYesNorNo_IsAuth), machine =>
    {
        Node.Start(machine, 3000);
        Node.Start(machine, 9001, name: "auth", routes: new Route("/check") { Status = status });
        var nginx = NginxServer.Start(machine, Guarded);
        new Client(machine).MustGet(500, "/", times: 6);
        Examination.Faulty(machine, nginx, new Expected("auth-subrequest-failed")
        {
            Symptom = $"auth request unexpected status: {status}",
            Directive = "proxy_pass http://127.0.0.1:9001",
            Confidence = 0.9,
        });
    });

    /// <summary>The look-alike: the service is not there at all, and that is what has to be mended.</summary>
    [SkippableFact]
    public void AuthServiceIsDown_IsDown() => LabMachine.Run(nameof(AuthServiceIsDown_IsDown), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Guarded);
        new Client(machine).MustGet(500, "/", times: 6);
        Examination.Faulty(machine, nginx, new Expected("upstream-down")
        {
            Symptom = "(111: Connection refused) while connecting to upstream",
            Directive = "proxy_pass http://127.0.0.1:9001",
            Confidence = 0.8,
            UnprivilegedMay = ["upstream-wrong-address"],
        });
    });

    [SkippableFact]
    public void LimitBelowWhatAPageNeeds_IsRateLimited() => LabMachine.Run(nameof(LimitBelowWhatAPageNeeds_IsRateLimited), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Zone + Site.Proxy("http://127.0.0.1:3000", "limit_req zone=perip;"));
        new Client(machine).Get(30, "/");
        Examination.Faulty(machine, nginx, new Expected("rate-limited")
        {
            Symptom = "limiting requests, excess",
            Directive = "limit_req zone=perip",
            Confidence = 0.9,
        });
    });

    /// <summary>The refusals are logged below the level of the error log: only the access log has them.</summary>
    [SkippableFact]
    public void LimitThatIsNotLogged_IsRateLimited() => LabMachine.Run(nameof(LimitThatIsNotLogged_IsRateLimited), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Zone + Site.Proxy("http://127.0.0.1:3000", "limit_req zone=perip;\n        limit_req_log_level info;"));
        new Client(machine).Get(30, "/");
        Examination.Faulty(machine, nginx, new Expected("rate-limited")
        {
            Symptom = "\" 503 ",
            Source = "access-log",
            ErrorLog = nginx.AccessLog,
            Directive = "limit_req zone=perip",
            Confidence = 0.8,
        });
    });

    [SkippableFact]
    public void ReturnThatWasLeftOver_IsConfigured() => LabMachine.Run(nameof(ReturnThatWasLeftOver_IsConfigured), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, """
            server {
                listen 127.0.0.1:8080;
                server_name shop.example.com;
                location / {
                    proxy_pass http://127.0.0.1:3000;
                }
                location /api/ {
                    return 503;
                }
            }
            """);
        new Client(machine).MustGet(200, "/", times: 10);
        new Client(machine).MustGet(503, "/api/items", times: 10);
        var diagnosis = Examination.Faulty(machine, nginx, Configured(nginx));
        Points(diagnosis, "return 503");
    });

    /// <summary>The app's own 404 is mapped: the status that the client gets is made by error_page.</summary>
    [SkippableFact]
    public void ErrorPageMapsTheAppsStatus_IsConfigured() => LabMachine.Run(nameof(ErrorPageMapsTheAppsStatus_IsConfigured), machine =>
    {
        Node.Start(machine, 3000);
        machine.Write("www/sorry.html", "sorry");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_intercept_errors on;\n        error_page 404 =503 /sorry.html;").Replace(
            "location / {",
            $"location = /sorry.html {{\n        root {machine.PathOf("www")};\n    }}\n    location / {{",
            StringComparison.Ordinal));
        new Client(machine).MustGet(200, "/", times: 4);
        new Client(machine).MustGet(503, "/missing", times: 8);
        var diagnosis = Examination.Faulty(machine, nginx, Configured(nginx));
        Points(diagnosis, "error_page 404 =503");
    });

    [SkippableTheory]
    [InlineData("error_page 503 @maintenance;\n    if (-f /run/maintenance) { return 503; }\n    location @maintenance { add_header Retry-After 600 always; default_type text/html; return 503 soon; }")]
    [InlineData("add_header Retry-After 600 always;\n    return 503;")]
    public void MaintenanceThatIsMeant_IsHealthy(string maintenance) => LabMachine.Run(nameof(MaintenanceThatIsMeant_IsHealthy), machine =>
    {
        Node.Start(machine, 3000);
        machine.Shell("touch /run/maintenance");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000").Replace("location / {", $"{maintenance}\n    location / {{", StringComparison.Ordinal));
        new Client(machine).MustGet(503, "/", times: 20);
        Examination.Healthy(machine, nginx);
    });

    /// <summary>An HTTP server waits for the rest of what is no request line, until the clients leave; the log is the one that nginx has by default.</summary>
    [SkippableTheory]
    [InlineData("fastcgi_pass 127.0.0.1:8000;", "protocol-mismatch")]
    [InlineData("proxy_pass https://127.0.0.1:8000;", "tls-plaintext-upstream")]
    public void EveryClientLeavesAPortOfAnotherProtocol(string pass, string cause) => LabMachine.Run(nameof(EveryClientLeavesAPortOfAnotherProtocol), machine =>
    {
        Gunicorn.Start(machine, "127.0.0.1:8000");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000").Replace("proxy_pass http://127.0.0.1:8000;", pass, StringComparison.Ordinal), accessLog: "combined");
        var client = new Client(machine);
        var leaving = Enumerable.Range(0, 8).Select(_ => new Thread(() => client.GiveUp("/", 1200))).ToList();
        leaving.ForEach(thread => thread.Start());
        leaving.ForEach(thread => thread.Join());
        Examination.Faulty(machine, nginx, new Expected(cause)
        {
            Symptom = "\" 499 ",
            Source = "access-log",
            ErrorLog = nginx.AccessLog,
            Directive = pass[..pass.IndexOf(' ', StringComparison.Ordinal)],
            UnprivilegedMay = ["client-gave-up"],
        });
    });

    [SkippableFact]
    public void ImpatientClientsOfASlowApp_GaveUp() => LabMachine.Run(nameof(ImpatientClientsOfASlowApp_GaveUp), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/report") { Sleep = [2.5] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"), level: "info");
        var client = new Client(machine);
        client.MustGet(200, "/", times: 5);
        var leaving = Enumerable.Range(0, 8).Select(_ => new Thread(() => client.GiveUp("/report", 1200))).ToList();
        leaving.ForEach(thread => thread.Start());
        client.GetTogether(2, "/report");
        leaving.ForEach(thread => thread.Join());
        Examination.Faulty(machine, nginx, new Expected("client-gave-up")
        {
            Symptom = "\" 499 ",
            Source = "access-log",
            ErrorLog = nginx.AccessLog,
            Directive = "proxy_pass http://127.0.0.1:3000",
            Confidence = 0.8,
        });
    });

    private const string Guarded = """
        server {
            listen 127.0.0.1:8080;
            server_name shop.example.com;
            location / {
                auth_request /check;
                proxy_pass http://127.0.0.1:3000;
            }
            location = /check {
                internal;
                proxy_pass http://127.0.0.1:9001;
            }
        }
        """;

    private static Expected Configured(NginxServer nginx) => new("status-from-config")
    {
        Symptom = "\" 503 ",
        Source = "access-log",
        ErrorLog = nginx.AccessLog,
        Confidence = 0.8,
    };

    internal static void Points(Diagnosis diagnosis, string directive)
    {
        var config = diagnosis.Findings[0].Scope.Config;
        Assert.NotNull(config);
        Assert.Contains(directive, File.ReadLines(config.File).Skip(config.Line - 1).First(), StringComparison.Ordinal);
    }
}
