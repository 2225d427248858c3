using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>Apps that do not run, started by whoever keeps them: systemd and supervisord.</summary>
public sealed class ServiceRepairs
{
    private const string Head = "# Written by why502 fix; taken back by why502 fix --undo.";

    [SkippableFact]
    public void UnitThatFailed_IsStartedAndKept() => LabMachine.RunWithSystemd(nameof(UnitThatFailed_IsStartedAndKept), machine =>
    {
        machine.WriteUnit("shop.service", "ExecStart=/usr/bin/python3 -m http.server 3000 --bind 127.0.0.1");
        machine.Must("systemctl", "start", "shop.service");
        machine.WaitForPort(3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 2);
        machine.Must("systemctl", "kill", "-s", "ABRT", "shop.service");
        Poll.Until(() => machine.Execute("systemctl", "is-active", "shop.service").Output.Trim() == "failed", "the service to fail");
        client.MustGet(502, "/", times: 3);
        Repaired.ProveOfMachine(machine, nginx, "upstream-down", () => client.Get() == 200, [Head, "[Service]", "Restart = on-failure"], "/etc/systemd/system");
        Assert.False(Directory.Exists(machine.FileSystem + "/etc/systemd/system/shop.service.d"), "the drop-in's directory is left");
    });

    [SkippableFact]
    public void DisabledUnit_IsEnabledAndStarted() => LabMachine.RunWithSystemd(nameof(DisabledUnit_IsEnabledAndStarted), machine =>
    {
        machine.WriteUnit("shop.service", "ExecStart=/usr/bin/python3 -m http.server 3000 --bind 127.0.0.1\nRestart=always\n[Install]\nWantedBy=multi-user.target");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 3);
        Repaired.ProveOfMachine(machine, nginx, "upstream-down", () => client.Get() == 200 && Enabled(machine) == "enabled", []);
        Assert.Equal("disabled", Enabled(machine));
    });

    [SkippableFact]
    public void ProgramOfSupervisor_IsStarted() => LabMachine.Run(nameof(ProgramOfSupervisor_IsStarted), machine =>
    {
        var folder = Route.Deploy(machine, "app", "app.py", []);
        var supervisor = Supervisor.Start(machine, "gunicorn --bind 127.0.0.1:8000 app:app", $"directory={folder}");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        var client = new Client(machine);
        Poll.Until(() => client.Get() == 200, "the app");
        supervisor.Control("stop", "shop");
        client.MustGet(502, "/", times: 3);
        Repaired.ProveOfMachine(machine, nginx, "upstream-down", () => client.Get() == 200, []);
    });

    /// <summary>The engine is a stand-in with recorded answers; docker's command and the program in the container are real.</summary>
    [SkippableFact]
    public void ContainerThatEnded_IsStartedByItsEngine() => LabMachine.Run(nameof(ContainerThatEnded_IsStartedByItsEngine), machine =>
    {
        Programs.Require("docker", "python3");
        var program = machine.Write("engine.py", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Apps", "engine.py")));
        machine.Start("engine", "env", "-C", "/", "/usr/bin/python3", program, "/run/docker.sock", "shop", "3000", "/usr/bin/python3", "-m", "http.server", "3000", "--bind", "127.0.0.1");
        machine.WaitForSocket("/run/docker.sock");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 3);
        Repaired.ProveOfMachine(machine, nginx, "upstream-down", () => client.Get() == 200, []);
    });

    private static string Enabled(LabMachine machine) => machine.Execute("systemctl", "is-enabled", "shop.service").Output.Trim();
}
