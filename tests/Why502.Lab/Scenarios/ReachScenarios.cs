using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Six reasons for one log line, "111: Connection refused", and their neighbours.</summary>
public sealed class ReachScenarios
{
    private const string Refused = "connect() failed (111: Connection refused) while connecting to upstream";

    [SkippableFact]
    public void NodeCrashed_IsDown() => LabMachine.Run(nameof(NodeCrashed_IsDown), machine =>
    {
        var app = Node.Start(machine, 3000, routes: new Route("/buy") { Crash = true });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 3);
        client.MustGet(502, "/buy");
        app.Process.WaitForExit();
        client.MustGet(502, "/", times: 5);
        Examination.Faulty(machine, nginx, new Expected("upstream-down")
        {
            Symptom = Refused,
            Directive = "proxy_pass http://127.0.0.1:3000",
            Confidence = 0.8,
            Alongside = ["upstream-closed-early"],
        });
    });
}
