using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
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

    [SkippableFact]
    public void ProgramThatSupervisorGaveUp_IsStarted() => LabMachine.Run(nameof(ProgramThatSupervisorGaveUp_IsStarted), machine =>
    {
        var folder = Route.Deploy(machine, "app", "app.py", []);
        File.Move(Path.Combine(folder, "app.py"), Path.Combine(folder, "away.py"));
        var supervisor = Supervisor.Start(machine, "gunicorn --bind 127.0.0.1:8000 app:app", $"directory={folder}\nstartretries=1");
        Poll.Until(() => supervisor.Logged("FATAL"), "supervisord to give up", seconds: 30);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 3);
        File.Move(Path.Combine(folder, "away.py"), Path.Combine(folder, "app.py"));
        Repaired.ProveOfMachine(machine, nginx, "upstream-down", () => client.Get() == 200, []);
    });

    /// <summary>The daemon is www-data's, and the repair is root's: PM2 is asked in its user's name.</summary>
    [SkippableFact]
    public void AppThatPm2HasStopped_IsStartedByItsOwner() => LabMachine.Run(nameof(AppThatPm2HasStopped_IsStartedByItsOwner), machine =>
    {
        Pm2.StartOf(machine, "www-data", 3000, "shop", machine.Write("shop/server.js", Listen));
        machine.WaitForPort(3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(200, "/");
        Pm2.Control(machine, "www-data", "stop", "shop");
        client.MustGet(502, "/", times: 3);
        Repaired.ProveOfMachine(machine, nginx, "upstream-down", () => client.Get() == 200, []);
        Assert.Equal("www-data", machine.Must("stat", "-c", "%U", machine.PathOf("pm2/rpc.sock")).Trim());
        Assert.False(Directory.Exists(machine.FileSystem + "/root/.pm2"), "root has a PM2 of its own now");
    });

    /// <summary>It ended too often; what ended it is mended meanwhile.</summary>
    [SkippableFact]
    public void AppThatPm2GaveUp_IsStarted() => LabMachine.Run(nameof(AppThatPm2GaveUp_IsStarted), machine =>
    {
        var needed = machine.PathOf("shop/settings.json");
        Pm2.StartOf(machine, "www-data", 3000, "shop", machine.Write("shop/server.js", $"require('fs').readFileSync('{needed}');\n{Listen}"));
        Poll.Until(() => File.Exists(Pm2.Log(machine)) && File.ReadAllText(Pm2.Log(machine)).Contains("errored", StringComparison.Ordinal), "PM2 to give up", seconds: 40);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 3);
        machine.Write("shop/settings.json", "{}");
        Repaired.ProveOfMachine(machine, nginx, "upstream-down", () => client.Get() == 200, []);
    });

    /// <summary>The machine was booted, and nothing starts PM2: its user's saved list is there.</summary>
    [SkippableFact]
    public void Pm2ThatDoesNotRun_IsResurrectedByItsOwner() => LabMachine.Run(nameof(Pm2ThatDoesNotRun_IsResurrectedByItsOwner), machine =>
    {
        var script = machine.Write("shop/server.js", Listen);
        var home = Pm2.StartAtHome(machine, "www-data", "/var/www", 3000, "shop", script);
        Pm2.AtHome(machine, "www-data", "/var/www", "PORT=3001", "pm2", "start", script, "--name", "blog");
        machine.WaitForPort(3000);
        machine.WaitForPort(3001);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(200, "/");
        Pm2.AtHome(machine, "www-data", "/var/www", "pm2", "save");
        Pm2.AtHome(machine, "www-data", "/var/www", "pm2", "kill");
        client.MustGet(502, "/", times: 3);
        Repaired.ProveOfMachine(machine, nginx, "upstream-down", () => client.Get() == 200, []);
        Assert.Equal("www-data", machine.Must("stat", "-c", "%U", home + "/pm2.log").Trim());
        Assert.False(Directory.Exists(machine.FileSystem + "/root/.pm2"), "root has a PM2 of its own now");

        // Another app of the list runs otherwise meanwhile: it would be started twice.
        machine.Start("blog", "env", "-C", "/", "python3", "-m", "http.server", "3001", "--bind", "127.0.0.1");
        machine.WaitForPort(3001);
        client.MustGet(502, "/", times: 3);
        var shown = Tool.On(machine).Run("fix", "--config", nginx.Config);
        Assert.True(System.Text.RegularExpressions.Regex.Replace(shown.Output, @"\s+", " ").Contains("blog is served already", StringComparison.Ordinal), shown.Output);
        Assert.DoesNotContain("Apply with", shown.Output, StringComparison.Ordinal);
    });

    /// <summary>The look-alike: two stopped apps were told the same port, and which of them nginx wants nobody here knows.</summary>
    [SkippableFact]
    public void TwoAppsOfPm2ForOneAddress_AreLeftToAPerson() => LabMachine.Run(nameof(TwoAppsOfPm2ForOneAddress_AreLeftToAPerson), machine =>
    {
        var script = machine.Write("shop/server.js", Listen);
        Pm2.StartOf(machine, "www-data", 3000, "shop", script);
        machine.WaitForPort(3000);
        Pm2.Control(machine, "www-data", "stop", "shop");
        Pm2.Control(machine, "www-data", "start", script, "--name", "old-shop", "--", "3000");
        Pm2.Control(machine, "www-data", "stop", "old-shop");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 3);
        var shown = Tool.On(machine).Run("fix", "--config", nginx.Config, "--cause", "upstream-down");
        Assert.DoesNotContain("bin/pm2", shown.Output, StringComparison.Ordinal);
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

    private const string Listen = "require('http').createServer((request, response) => response.end('shop')).listen(process.env.PORT, '127.0.0.1');\n";

    private static string Enabled(LabMachine machine) => machine.Execute("systemctl", "is-enabled", "shop.service").Output.Trim();
}
