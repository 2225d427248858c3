using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Machines on which a real systemd runs the app: its unit says how it ended, and the incident has a beginning.</summary>
public sealed class SystemdScenarios
{
    private const string Refused = "connect() failed (111: Connection refused) while connecting to upstream";

    [SkippableFact]
    public void ServiceThatEndedWithAnError_IsDownSinceThen() => LabMachine.RunWithSystemd(nameof(ServiceThatEndedWithAnError_IsDownSinceThen), machine =>
    {
        machine.WriteUnit("shop.service", $"ExecStart=/usr/bin/python3 {Program(machine)} 127.0.0.1 3000");
        machine.Must("systemctl", "start", "shop.service");
        machine.WaitForPort(3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 3);
        LogClock.Pass(3);
        client.Get("/end");
        Poll.Until(() => machine.Execute("systemctl", "is-active", "shop.service").Output.Trim() == "failed", "the service to fail");
        client.MustGet(502, "/", times: 5);
        var answer = Examination.Faulty(machine, nginx, new("upstream-down")
        {
            Symptom = Refused,
            Directive = "proxy_pass",
            Confidence = 0.8,
            Alongside = ["worker-crashed", "upstream-closed-early", "upstream-reset"],
        });
        var finding = answer.Findings[0];
        Assert.Contains(finding.Evidence, evidence => evidence.Text.Contains("shop.service failed", StringComparison.Ordinal));
        Assert.Contains("systemctl start shop.service", finding.Fix.GetProperty("commands").ToString(), StringComparison.Ordinal);
        Assert.Equal("shop.service failed", finding.Timeline?.BeganAfter?.What);
        Assert.InRange(finding.Timeline!.BeganAfter!.SecondsBefore!.Value, 0, 5);
    });

    [SkippableFact]
    public void ServiceOnAnotherPort_IsWrongAddress() => LabMachine.RunWithSystemd(nameof(ServiceOnAnotherPort_IsWrongAddress), machine =>
    {
        machine.WriteUnit("shop.service", $"ExecStart=/usr/bin/python3 {Program(machine)} 127.0.0.1 3001");
        machine.Must("systemctl", "start", "shop.service");
        machine.WaitForPort(3001);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 5);
        Examination.Faulty(machine, nginx, new("upstream-wrong-address") { Symptom = Refused, Directive = "proxy_pass", Confidence = 0.6, UnprivilegedMay = ["upstream-down"] });
    });

    [SkippableFact]
    public void ServiceThatNeverStays_IsDown() => LabMachine.RunWithSystemd(nameof(ServiceThatNeverStays_IsDown), machine =>
    {
        machine.WriteUnit("shop.service", "ExecStart=/usr/bin/python3 -c 'import sys; sys.exit(\"no module named shop\")'\nEnvironment=PORT=3000\nRestart=always\nRestartSec=200ms");
        machine.Must("systemctl", "start", "shop.service");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 5);
        var answer = Examination.Faulty(machine, nginx, new("upstream-down") { Symptom = Refused, Directive = "proxy_pass", Confidence = 0.8 });
        Assert.Contains(answer.Findings[0].Evidence, evidence => evidence.Text.Contains("shop.service", StringComparison.Ordinal));
    });

    [SkippableFact]
    public void NginxThatLogsToTheJournal_IsRead() => LabMachine.RunWithSystemd(nameof(NginxThatLogsToTheJournal_IsRead), machine =>
    {
        var nginx = NginxServer.Prepare(machine, Site.Proxy("http://127.0.0.1:3000"), errorLog: "error_log stderr error;");
        machine.WriteUnit("nginx.service", $"ExecStart=/usr/sbin/nginx -p {machine.Directory} -c {nginx.Config} -g 'daemon off;'");
        machine.Must("systemctl", "start", "nginx.service");
        machine.WaitForPort(8080);
        new Client(machine).MustGet(502, "/", times: 5);
        Poll.Until(() => machine.Execute("journalctl", "-u", "nginx.service", "--no-pager").Output.Contains(Refused, StringComparison.Ordinal), "the journal");
        var answer = Examination.Plain(machine, nginx, "--config", nginx.Config);
        Assert.Equal("upstream-down", answer.Findings[0].Cause);
        Assert.Contains(answer.Findings[0].Evidence, evidence => evidence.Text.Contains(Refused, StringComparison.Ordinal));
    });

    /// <summary>What a start refuses is in no error log: the unit's journal has it. What nginx failed before is over, for it answers nobody now.</summary>
    [SkippableFact]
    public void NginxThatItsUnitCouldNotStart_IsConfigInvalid() => LabMachine.RunWithSystemd(nameof(NginxThatItsUnitCouldNotStart_IsConfigInvalid), machine =>
    {
        var nginx = OfUnit(machine);
        new Client(machine).MustGet(502, "/", times: 3);
        File.WriteAllText(nginx.Config, File.ReadAllText(nginx.Config).Replace("proxy_pass http", "proxy_pas http", StringComparison.Ordinal));
        machine.Execute("systemctl", "restart", "nginx.service");
        Poll.Until(() => machine.Execute("journalctl", "-u", "nginx.service", "--no-pager").Output.Contains("unknown directive", StringComparison.Ordinal), "the journal");
        Poll.Until(() => machine.Execute("systemctl", "is-active", "nginx.service").Output.Trim() == "failed", "the unit to give up");
        var answer = Examination.Plain(machine, nginx, "--config", nginx.Config);
        Assert.Equal(("config-invalid", "current"), (answer.Findings[0].Cause, answer.Findings[0].State));
        Assert.DoesNotContain(answer.Findings, finding => finding.Cause != "config-invalid" && finding.State != "recovered");

        var fixedBy = Tool.On(machine).RunWith(["STATE_DIRECTORY=" + machine.PathOf("state")], "fix", "--config", nginx.Config, "--apply", "--yes");
        Assert.True(fixedBy.ExitCode == 0, fixedBy.Output + fixedBy.Errors);
        Assert.Equal("active", machine.Execute("systemctl", "is-active", "nginx.service").Output.Trim());
        Assert.Equal(502, new Client(machine).Get());
        Assert.Contains("proxy_pass http", File.ReadAllText(nginx.Config), StringComparison.Ordinal);
    });

    [SkippableFact]
    public void NginxThatSomebodyStopped_IsNotHealthy() => LabMachine.RunWithSystemd(nameof(NginxThatSomebodyStopped_IsNotHealthy), machine =>
    {
        var nginx = OfUnit(machine);
        Node.Start(machine, 3000);
        new Client(machine).MustGet(200, "/fast", times: 3);
        machine.Must("systemctl", "stop", "nginx.service");
        var answer = Examination.Plain(machine, nginx, "--config", nginx.Config);
        Assert.Equal("unknown", answer.Verdict);
        Assert.Contains("does not run", Tool.On(machine).Run("diagnose", "--config", nginx.Config).Output.Split('\n')[0], StringComparison.Ordinal);
    });

    private static NginxServer OfUnit(LabMachine machine)
    {
        var nginx = NginxServer.Prepare(machine, Site.Proxy("http://127.0.0.1:3000"));
        machine.WriteUnit("nginx.service", $"ExecStart=/usr/sbin/nginx -p {machine.Directory} -c {nginx.Config} -g 'daemon off;'");
        machine.Must("systemctl", "start", "nginx.service");
        machine.WaitForPort(8080);
        return nginx;
    }

    private static string Program(LabMachine machine) => machine.Write("shop/shop.py", """
        import http.server, os, sys

        class Shop(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == "/end":
                    os._exit(3)
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

        http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Shop).serve_forever()
        """);
}
