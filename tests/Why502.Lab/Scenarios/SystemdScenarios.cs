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
        Thread.Sleep(3000);
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
