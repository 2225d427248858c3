using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Groups of servers, several faults at once, and faults that are over.</summary>
public sealed class GroupScenarios
{
    private const string Refused = "(111: Connection refused) while connecting to upstream";
    private const string NoneLive = "no live upstreams while connecting to upstream";

    [SkippableFact]
    public void PeersAnswerAgainWhileMarkedFailed_IsGroupExhausted() => LabMachine.Run(nameof(PeersAnswerAgainWhileMarkedFailed_IsGroupExhausted), machine =>
    {
        var nginx = NginxServer.Start(machine, Group("fail_timeout=120s"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 2);
        Node.Start(machine, 3001, name: "one");
        Node.Start(machine, 3002, name: "two");
        client.MustGet(502, "/", times: 6);
        Examination.Faulty(machine, nginx, new Expected("upstream-group-exhausted")
        {
            Symptom = NoneLive,
            Directive = "proxy_pass http://backend",

            // What marked the peers failed is over, and is listed as such.
            Alongside = ["upstream-down"],
        });
    });

    [SkippableFact]
    public void BothPeersDown_IsDownWithGroupExhaustedBelow() => LabMachine.Run(nameof(BothPeersDown_IsDownWithGroupExhaustedBelow), machine =>
    {
        var nginx = NginxServer.Start(machine, Group("fail_timeout=30s"));
        new Client(machine).MustGet(502, "/", times: 6);
        nginx.WaitForLogged(NoneLive);
        Examination.Faulty(machine, nginx, new Expected("upstream-down")
        {
            Symptom = Refused,
            Directive = "proxy_pass http://backend",
            Alongside = ["upstream-group-exhausted"],
        });
        var listed = Examination.Plain(machine, nginx, "--config", nginx.Config).Findings.Select(finding => finding.Cause).ToList();
        Assert.Contains("upstream-group-exhausted", listed);
    });

    /// <summary>One peer is down and nginx's second try serves every user: no user has a fault.</summary>
    [SkippableFact]
    public void OnePeerDownHiddenByRetries_NamesNothingElse() => LabMachine.Run(nameof(OnePeerDownHiddenByRetries_NamesNothingElse), machine =>
    {
        Node.Start(machine, 3001, name: "one");
        var nginx = NginxServer.Start(machine, Group("fail_timeout=1s"));
        new Client(machine).MustGet(200, "/", times: 12);
        nginx.WaitForLogged(Refused);
        var diagnosis = Examination.Plain(machine, nginx, "--config", nginx.Config);
        Assert.All(diagnosis.Findings.Where(finding => finding.Confidence >= 0.5), finding => Assert.Equal("upstream-down", finding.Cause));
    });

    [SkippableFact]
    public void TwoSitesWithTwoFaults_AreTwoFindings() => LabMachine.Run(nameof(TwoSitesWithTwoFaults_AreTwoFindings), machine =>
    {
        var nginx = NginxServer.Start(
            machine,
            Site.Proxy("http://127.0.0.1:3000") + "\n" + Site.Proxy("http://unix:/run/admin.sock", name: "admin.example.com"));
        new Client(machine).MustGet(502, "/", times: 8);
        new Client(machine, host: "admin.example.com").MustGet(502, "/", times: 3);
        nginx.WaitForLogged("(2: No such file or directory)");
        Examination.Faulty(machine, nginx, new Expected("upstream-down")
        {
            Symptom = Refused,
            Directive = "proxy_pass http://127.0.0.1:3000",
            Confidence = 0.8,
            Also = ["socket-missing"],
        });
    });

    [SkippableFact]
    public void DownAndHeaderTooBig_AreTwoFindings() => LabMachine.Run(nameof(DownAndHeaderTooBig_AreTwoFindings), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/login") { Header = 9000 });
        var nginx = NginxServer.Start(
            machine,
            Site.Proxy("http://127.0.0.1:3000") + "\n" + Site.Proxy("http://127.0.0.1:5000", name: "admin.example.com"));
        new Client(machine).MustGet(200, "/", times: 3);
        new Client(machine).MustGet(502, "/login", times: 3);
        new Client(machine, host: "admin.example.com").MustGet(502, "/", times: 8);
        Examination.Faulty(machine, nginx, new Expected("upstream-down")
        {
            Symptom = Refused,
            Directive = "proxy_pass http://127.0.0.1:5000",
            Also = ["response-header-too-big"],
        });
    });

    [SkippableFact]
    public void AppStartedAgain_IsRecovered() => LabMachine.Run(nameof(AppStartedAgain_IsRecovered), machine =>
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 6);
        Node.Start(machine, 3000);
        client.MustGet(200, "/", times: 10);
        Recovered(machine, nginx, Refused, "upstream-down");
    });

    [SkippableFact]
    public void SocketPermissionMended_IsRecovered() => LabMachine.Run(nameof(SocketPermissionMended_IsRecovered), machine =>
    {
        Gunicorn.Start(machine, "unix:/run/app.sock");
        machine.Must("chmod", "0600", "/run/app.sock");
        machine.Must("chown", "root:", "/run/app.sock");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://unix:/run/app.sock"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 6);
        machine.Must("chown", "www-data:", "/run/app.sock");
        client.MustGet(200, "/", times: 10);
        Recovered(machine, nginx, "(13: Permission denied)", cause: null);
    });

    /// <summary>A repaired fault beside a current one never comes first.</summary>
    [SkippableFact]
    public void RepairedBesideCurrent_CurrentIsFirst() => LabMachine.Run(nameof(RepairedBesideCurrent_CurrentIsFirst), machine =>
    {
        var nginx = NginxServer.Start(
            machine,
            Site.Proxy("http://127.0.0.1:3000") + "\n" + Site.Proxy("http://unix:/run/admin.sock", name: "admin.example.com"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 20);
        Node.Start(machine, 3000);
        client.MustGet(200, "/", times: 10);
        new Client(machine, host: "admin.example.com").MustGet(502, "/", times: 2);
        Examination.Faulty(machine, nginx, new Expected("socket-missing")
        {
            Symptom = "(2: No such file or directory)",
            Directive = "proxy_pass http://unix:/run/admin.sock",
            Alongside = ["upstream-down"],

            // Without rights the refusal of before may weigh as much.
            UnprivilegedMay = [],
        });
    });

    private static void Recovered(LabMachine machine, NginxServer nginx, string symptom, string? cause)
    {
        nginx.WaitForLogged(symptom);
        var diagnosis = Examination.Healthy(machine, nginx, mayBeUnknown: false);
        Assert.All(diagnosis.Findings, finding => Assert.Equal("recovered", finding.State));
        if (cause is not null && diagnosis.Findings.Count > 0)
        {
            Assert.Equal(cause, diagnosis.Findings[0].Cause);
        }
    }

    private static string Group(string settings) => $$"""
        upstream backend {
            server 127.0.0.1:3001 {{settings}};
            server 127.0.0.1:3002 {{settings}};
        }

        """ + Site.Proxy("http://backend");
}
