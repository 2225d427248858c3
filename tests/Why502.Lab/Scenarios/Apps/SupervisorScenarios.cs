using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Apps that supervisord keeps alive, until it gives up.</summary>
public sealed class SupervisorScenarios
{
    private const string Refused = "(111: Connection refused) while connecting to upstream";

    [SkippableFact]
    public void SupervisorGaveUp_IsDown() => LabMachine.Run(nameof(SupervisorGaveUp_IsDown), machine =>
    {
        Supervisor.Start(machine, "gunicorn --bind 127.0.0.1:8000 nosuchmodule:app", "startretries=1\nstartsecs=10");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        new Client(machine).MustGet(502, "/", times: 4);
        var answer = Examination.Faulty(machine, nginx, new Expected("upstream-down") { Symptom = Refused, Directive = "proxy_pass", Confidence = 0.8 });
        Assert.Contains(answer.Findings[0].Evidence, evidence => evidence.Text.Contains("FATAL", StringComparison.Ordinal) || evidence.Text.Contains("gave up", StringComparison.Ordinal));
    });

    [SkippableFact]
    public void StoppedThroughSupervisor_IsDown() => LabMachine.Run(nameof(StoppedThroughSupervisor_IsDown), machine =>
    {
        var folder = Route.Deploy(machine, "app", "app.py", []);
        var supervisor = Supervisor.Start(machine, "gunicorn --bind 127.0.0.1:8000 app:app", $"directory={folder}");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        var client = new Client(machine);
        Poll.Until(() => client.Get("/") == 200, "the app");
        LogClock.Pass();
        supervisor.Control("stop", "shop");
        client.MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("upstream-down") { Symptom = Refused, Directive = "proxy_pass", Confidence = 0.8 });
    });

    [SkippableFact]
    public void SupervisedAppOnAnotherPort_IsWrongAddress() => LabMachine.Run(nameof(SupervisedAppOnAnotherPort_IsWrongAddress), machine =>
    {
        var folder = Route.Deploy(machine, "app", "app.py", []);
        Supervisor.Start(machine, "gunicorn --bind 127.0.0.1:8001 app:app", $"directory={folder}");
        machine.WaitForPort(8001);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("upstream-wrong-address") { Symptom = Refused, Directive = "proxy_pass", Confidence = 0.8, UnprivilegedMay = ["upstream-down"] });
    });

    [SkippableFact]
    public void SupervisedNodeThatThrows_IsCrashed() => LabMachine.Run(nameof(SupervisedNodeThatThrows_IsCrashed), machine =>
    {
        var folder = Route.Deploy(machine, "app", "app.js", [new Route("/pdf") { Throw = true }]);
        var supervisor = Supervisor.Start(machine, $"node {folder}/app.js 127.0.0.1 3000");
        machine.WaitForPort(3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        for (var i = 0; i < 3; i++)
        {
            LogClock.Pass();
            client.MustGet(502, "/pdf");
            supervisor.WaitForStarts(i + 2);
            machine.WaitForPort(3000);
            client.MustGet(200, "/");
        }

        Examination.Faulty(machine, nginx, WorkerEndScenarios.Expect(nginx, "worker-crashed", "proxy_pass") with { Confidence = 0.6, Alongside = ["upstream-down", "upstream-closed-early"] });
    });

    [SkippableFact]
    public void SupervisedAppServes_IsHealthy() => LabMachine.Run(nameof(SupervisedAppServes_IsHealthy), machine =>
    {
        var folder = Route.Deploy(machine, "app", "app.py", []);
        Supervisor.Start(machine, "gunicorn --bind 127.0.0.1:8000 app:app", $"directory={folder}");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        var client = new Client(machine);
        machine.WaitForPort(8000);
        client.MustGet(200, "/", times: 20);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });
}
