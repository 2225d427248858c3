using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>Limits of gunicorn and uWSGI below nginx's, in their configuration files and in the commands of their units.</summary>
public sealed class AppServerRepairs
{
    private const string Head = "# Written by why502 fix; taken back by why502 fix --undo.";

    [SkippableFact]
    public void TimeoutInGunicornsFile_IsNginxs() => LabMachine.RunWithSystemd(nameof(TimeoutInGunicornsFile_IsNginxs), machine =>
    {
        machine.Write("conf/gunicorn.conf.py", "# the shop\nbind = \"127.0.0.1:8000\"\ntimeout = 2  # seconds\nworkers = 2\n");
        Gunicorn(machine, machine.PathOf("conf/gunicorn.conf.py"));
        Prove(machine, "worker-killed-by-timeout", ["-timeout = 2  # seconds", "timeout = 20  # seconds"], machine.PathOf("conf"));
    });

    [SkippableFact]
    public void TimeoutInGunicornsCommand_IsNginxs() => LabMachine.RunWithSystemd(nameof(TimeoutInGunicornsCommand_IsNginxs), machine =>
    {
        var command = Gunicorn(machine, "", "--bind 127.0.0.1:8000 --timeout 2 --workers 2");
        Prove(machine, "worker-killed-by-timeout", [Head, "[Service]", "ExecStart=", "ExecStart=" + command.Replace("--timeout 2", "--timeout 20", StringComparison.Ordinal)], "/etc/systemd/system");
        Assert.False(Directory.Exists(machine.FileSystem + "/etc/systemd/system/shop.service.d"), "the drop-in's directory is left");
    });

    [SkippableFact]
    public void HarakiriInUwsgisFile_IsNginxs() => LabMachine.RunWithSystemd(nameof(HarakiriInUwsgisFile_IsNginxs), machine =>
    {
        Uwsgi(machine, "harakiri = 2");
        var nginx = NginxServer.Start(machine, Site.Uwsgi("127.0.0.1:3031", "uwsgi_read_timeout 20s;"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 2);
        client.MustGet(502, "/report", times: 2);
        Repaired.ProveOfMachine(machine, nginx, "worker-killed-by-timeout", () => client.Get("/report") == 200, ["-harakiri = 2", "harakiri = 20"], machine.PathOf("uwsgi"));
    });

    /// <summary>nginx in a container and the app on the machine, on loopback: its unit gets the bridge's address and no other.</summary>
    [SkippableFact]
    public void LoopbackOfTheMachine_GetsTheBridgesAddress() => LabMachine.RunWithSystemd(nameof(LoopbackOfTheMachine_GetsTheBridgesAddress), machine =>
    {
        var web = NetworkSpace.Create(machine, "web");
        var command = Gunicorn(machine, "", "--bind 127.0.0.1:8000 --workers 2");
        var nginx = NginxServer.Start(machine, Site.Proxy($"http://{NetworkSpace.Gateway}:8000", listen: "172.18.0.3:8080"), within: web.Enter);
        var client = new Client(machine, address: web.Address);
        client.MustGet(502, "/", times: 3);
        Repaired.ProveApplied(machine, nginx, "container-loopback", () => client.Get() == 200, [Head, "[Service]", "ExecStart=", "ExecStart=" + command.Replace("--bind 127.0.0.1:8000", $"--bind 127.0.0.1:8000 --bind {NetworkSpace.Gateway}:8000", StringComparison.Ordinal)], "/etc/systemd/system");
        Assert.False(Directory.Exists(machine.FileSystem + "/etc/systemd/system/shop.service.d"), "the drop-in's directory is left");
    });

    /// <summary>Cookies have grown past what uWSGI takes by default; the proof does not send them.</summary>
    [SkippableFact]
    public void BufferOfUwsgiTooSmall_IsAsLargeAsNginxs() => LabMachine.RunWithSystemd(nameof(BufferOfUwsgiTooSmall_IsAsLargeAsNginxs), machine =>
    {
        Uwsgi(machine, "buffer-size = 4096");
        var nginx = NginxServer.Start(machine, Site.Uwsgi("127.0.0.1:3031"));
        var client = new Client(machine);
        bool Works() => client.Get("/fast", "Cookie: cart=" + new string('c', 6000)) == 200;
        client.MustGet(200, "/fast", times: 4);
        for (var request = 0; request < 5; request++)
        {
            Assert.False(Works());
        }

        Repaired.ProveApplied(machine, nginx, "request-too-large-for-upstream", Works, ["-buffer-size = 4096", "buffer-size = 32768"], machine.PathOf("uwsgi"));
    });

    private static string Gunicorn(LabMachine machine, string file, string options = "")
    {
        Programs.Require("gunicorn");
        var folder = Route.Deploy(machine, "app", "app.py", [new Route("/report") { Sleep = [4] }]);
        var command = $"{Programs.Find("gunicorn")} {(file.Length > 0 ? "--config " + file : options)} --chdir {folder} app:app";
        machine.WriteUnit("shop.service", $"Environment=PYTHONDONTWRITEBYTECODE=1\nExecStart={command}\nRestart=always");
        machine.Must("systemctl", "start", "shop.service");
        machine.WaitForPort(8000);
        return command;
    }

    private static void Uwsgi(LabMachine machine, string setting)
    {
        Programs.Require("uwsgi");
        var folder = Route.Deploy(machine, "app", "app.py", [new Route("/report") { Sleep = [4] }]);
        var ini = machine.Write("uwsgi/app.ini", $"[uwsgi]\nplugins = python3\nsocket = 127.0.0.1:3031\nchdir = {folder}\nmodule = app:app\nmaster = true\nprocesses = 2\n; the shop\n{setting}\nlogto = {machine.PathOf("app.log")}\n");
        machine.WriteUnit("shop.service", $"ExecStart={Programs.Find("uwsgi")} --ini {ini}\nKillSignal=SIGQUIT\nRestart=always");
        machine.Must("systemctl", "start", "shop.service");
        machine.WaitForPort(3031);
        Poll.Until(() => File.Exists(machine.PathOf("app.log")) && File.ReadAllText(machine.PathOf("app.log")).Contains("spawned uWSGI worker 2", StringComparison.Ordinal), "uWSGI's workers");
    }

    private static void Prove(LabMachine machine, string cause, string[] changed, string watched)
    {
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000", "proxy_read_timeout 20s;"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 2);
        client.MustGet(502, "/report", times: 2);
        Repaired.ProveOfMachine(machine, nginx, cause, () => client.Get("/report") == 200, changed, watched);
    }
}
