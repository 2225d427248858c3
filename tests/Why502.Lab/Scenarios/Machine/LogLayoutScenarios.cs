using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>The same plain fault with the logs laid out as administrators lay them out.</summary>
public sealed class LogLayoutScenarios
{
    private const string Refused = "(111: Connection refused) while connecting to upstream";

    [SkippableFact]
    public void ErrorLogOfTheServerBlock_IsRead() => LabMachine.Run(nameof(ErrorLogOfTheServerBlock_IsRead), machine =>
    {
        var own = machine.PathOf("logs/shop.error.log");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000").Replace("server_name", $"error_log {own};\n    server_name", StringComparison.Ordinal));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Down() with { ErrorLog = own });
    });

    [SkippableFact]
    public void SeveralErrorLogsAtOneLevel_AreReadWithoutCountingTwice() => LabMachine.Run(nameof(SeveralErrorLogsAtOneLevel_AreReadWithoutCountingTwice), machine =>
    {
        var nginx = NginxServer.Start(
            machine,
            Site.Proxy("http://127.0.0.1:3000"),
            errorLog: $"error_log {machine.PathOf("logs/error.log")} error;\nerror_log {machine.PathOf("logs/all.log")} info;");
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Down());
    });

    [SkippableFact]
    public void CombinedFormat_SaysTheSame() => LabMachine.Run(nameof(CombinedFormat_SaysTheSame), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"), accessLog: "combined");
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Down());
    });

    [SkippableFact]
    public void WithoutProbes_SaysTheSame() => LabMachine.Run(nameof(WithoutProbes_SaysTheSame), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Down() with { Arguments = ["--no-probe"] });
    });

    [SkippableFact]
    public void NoErrorLogAtAll_NamesNothingElse() => LabMachine.Run(nameof(NoErrorLogAtAll_NamesNothingElse), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"), errorLog: "error_log /dev/null crit;");
        new Client(machine).MustGet(502, "/", times: 4);
        var diagnosis = Examination.Plain(machine, nginx, "--config", nginx.Config);
        Assert.NotEqual("healthy", diagnosis.Verdict);
        Assert.All(diagnosis.Findings.Where(finding => finding.Confidence >= 0.5), finding => Assert.Equal("upstream-down", finding.Cause));
    });

    [SkippableFact]
    public void LogsOnlyRootMayRead_AreUnobservedToOthers() => LabMachine.Run(nameof(LogsOnlyRootMayRead_AreUnobservedToOthers), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 4);
        machine.Shell("chmod 0640 logs/error.log logs/access.log");
        var result = Tool.On(machine).RunUnprivileged("diagnose", "--config", nginx.Config, "--format", "json");
        Crash.Check(result, problem => Assert.Fail(problem));
        var diagnosis = Diagnosis.Parse(result.Output);
        Assert.NotEqual("healthy", diagnosis.Verdict);
        Assert.Contains(diagnosis.Unobserved!, item => item.ToString().Contains(nginx.ErrorLog, StringComparison.Ordinal));
        Assert.All(diagnosis.Findings.Where(finding => finding.Confidence >= 0.5), finding => Assert.Equal("upstream-down", finding.Cause));
    });

    /// <summary>As Debian lays it out, and without --config: the running nginx is found.</summary>
    [SkippableFact]
    public void DistributionLayout_IsFoundByItself() => LabMachine.Run(nameof(DistributionLayout_IsFoundByItself), machine =>
    {
        Programs.Require("nginx");
        machine.Shell("""
            mount -t tmpfs -o mode=755 tmpfs /etc/nginx
            mount -t tmpfs -o mode=755 tmpfs /var/lib/nginx
            mkdir -p /etc/nginx/sites-available /etc/nginx/sites-enabled /var/log/nginx
            cat > /etc/nginx/nginx.conf <<'END'
            user www-data;
            pid /run/nginx.pid;
            error_log /var/log/nginx/error.log;
            events { worker_connections 100; }
            http {
                access_log /var/log/nginx/access.log;
                include /etc/nginx/sites-enabled/*;
            }
            END
            cat > /etc/nginx/sites-available/shop <<'END'
            server {
                listen 127.0.0.1:8080;
                server_name shop.example.com;
                location /api/ {
                    proxy_pass http://127.0.0.1:3000;
                }
            }
            END
            ln -s ../sites-available/shop /etc/nginx/sites-enabled/shop
            nginx
            """);
        machine.WaitForPort(8080);
        new Client(machine).MustGet(502, "/api/orders", times: 4);
        Assert.Contains(Refused, machine.Must("cat", "/var/log/nginx/error.log"), StringComparison.Ordinal);
        var result = Tool.On(machine).Run("--format", "json");
        if (result.ExitCode == 2)
        {
            result = Tool.On(machine).Run("diagnose", "--format", "json");
        }

        Crash.Check(result, problem => Assert.Fail(problem));
        var diagnosis = Diagnosis.Parse(result.Output);
        Assert.Equal("faulty", diagnosis.Verdict);
        Assert.Equal("upstream-down", diagnosis.Findings[0].Cause);
        Assert.StartsWith("/etc/nginx/sites-", diagnosis.Findings[0].Scope.Config!.File, StringComparison.Ordinal);
        Assert.Equal(5, diagnosis.Findings[0].Scope.Config!.Line);
        Assert.Equal("shop.example.com", diagnosis.Findings[0].Scope.Server);
    });

    private static Expected Down() => new("upstream-down")
    {
        Symptom = Refused,
        Directive = "proxy_pass http://127.0.0.1:3000",
        Confidence = 0.8,
    };
}
