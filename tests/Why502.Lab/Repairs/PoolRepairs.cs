using System.Globalization;
using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>Edits of a real PHP-FPM's pool, which systemd runs and reloads.</summary>
public sealed class PoolRepairs
{
    [SkippableFact]
    public void SocketOfAnotherOwner_IsGivenToNginx() => LabMachine.RunWithSystemd(nameof(SocketOfAnotherOwner_IsGivenToNginx), machine =>
    {
        var script = Start(machine, machine.PathOf("sockets/php.sock"), "listen.owner = root\nlisten.group = root\nlisten.mode = 0600");
        var nginx = NginxServer.Start(machine, Site.FastCgi($"unix:{machine.PathOf("sockets/php.sock")}", script));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 3);
        Repaired.ProveOfMachine(machine, nginx, "socket-permission-denied", () => client.Get() == 200, ["-listen.owner = root", "listen.owner = www-data", "-listen.mode = 0600", "listen.mode = 0660"]);
    });

    [SkippableFact]
    public void NginxNotAmongAllowedClients_IsLetIn() => LabMachine.RunWithSystemd(nameof(NginxNotAmongAllowedClients_IsLetIn), machine =>
    {
        var script = Start(machine, "127.0.0.1:9000", "listen.allowed_clients = 10.0.0.1");
        var nginx = NginxServer.Start(machine, Site.FastCgi("127.0.0.1:9000", script));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 3);

        // A close is a reset where the request had come before it.
        var cause = nginx.CountLogged("(104: Connection reset by peer)") + nginx.CountLogged("(32: Broken pipe)") > nginx.CountLogged("prematurely closed") ? "upstream-reset" : "upstream-closed-early";
        Repaired.ProveOfMachine(machine, nginx, cause, () => client.Get() == 200, ["-listen.allowed_clients = 10.0.0.1", "listen.allowed_clients = 10.0.0.1,127.0.0.1"]);
    });

    [SkippableFact]
    public void AllChildrenBusy_MoreOfThem() => LabMachine.RunWithSystemd(nameof(AllChildrenBusy_MoreOfThem), machine =>
    {
        var script = Start(machine, "127.0.0.1:9000", "pm = static\npm.max_children = 2", new Route("/slow") { Sleep = [600] });
        var nginx = NginxServer.Start(machine, $$"""
            server {
                listen 127.0.0.1:8080;
                server_name shop.example.com;
                location / { fastcgi_read_timeout 2s; {{NginxServer.FastCgi(script)}} fastcgi_pass 127.0.0.1:9000; }
                location /slow { fastcgi_read_timeout 900s; {{NginxServer.FastCgi(script)}} fastcgi_pass 127.0.0.1:9000; }
            }
            """);
        var client = new Client(machine);
        client.MustGet(200, "/", times: 2);
        foreach (var name in (string[])["one", "two"])
        {
            machine.Start(name, "sh", "-c", "while :; do curl -s -o /dev/null -H 'Host: shop.example.com' http://127.0.0.1:8080/slow; sleep 0.05; done");
        }

        Poll.Until(() => client.Get() == 504, "both workers to be taken", seconds: 30);
        client.MustGet(504, "/", times: 2);
        Repaired.ProveOfMachine(machine, nginx, "worker-pool-exhausted", () => client.Get() == 200, ["-pm.max_children = 2", "pm.max_children = 4"]);
    });

    [SkippableFact]
    public void EndedBeforeNginxGivesUp_MayWorkAsLong() => LabMachine.RunWithSystemd(nameof(EndedBeforeNginxGivesUp_MayWorkAsLong), machine =>
    {
        var script = Start(machine, "127.0.0.1:9000", "request_terminate_timeout = 2s", new Route("/report") { Sleep = [4] });
        var nginx = NginxServer.Start(machine, Site.FastCgi("127.0.0.1:9000", script, "fastcgi_read_timeout 20s;"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 2);
        client.MustGet(502, "/report", times: 2);
        Repaired.ProveOfMachine(machine, nginx, "worker-killed-by-timeout", () => client.Get("/report") == 200, ["-request_terminate_timeout = 2s", "request_terminate_timeout = 20s"]);
    });

    /// <summary>PHP-FPM keeps its listening socket over a reload: only a restart makes it anew.</summary>
    [SkippableTheory]
    [InlineData(4096)]
    [InlineData(128)]
    public void BacklogTooShortForABurst_IsLonger(int somaxconn) => LabMachine.RunWithSystemd(nameof(BacklogTooShortForABurst_IsLonger), machine =>
    {
        machine.Shell($"mount -t tmpfs tmpfs /etc/sysctl.d; echo {somaxconn} >/proc/sys/net/core/somaxconn");
        var script = Start(machine, "/run/php.sock", "pm = static\npm.max_children = 1\nlisten.owner = www-data\nlisten.backlog = 1", new Route("/list") { Sleep = [0.05] });
        var nginx = NginxServer.Start(machine, Site.FastCgi("unix:/run/php.sock", script));
        var client = new Client(machine);
        client.MustGet(200, "/list", times: 2);
        bool BurstIsServed() => client.GetTogether(40, "/list").Concat(client.GetTogether(40, "/list")).All(status => status == 200);
        Assert.False(BurstIsServed());
        machine.Start("bursts", "sh", "-c", "while :; do for i in $(seq 40); do curl -s -o /dev/null -H 'Host: shop.example.com' http://127.0.0.1:8080/list & done; wait; sleep 0.5; done");
        Thread.Sleep(3000);
        string[] kernel = somaxconn < 1024 ? [Head, "net.core.somaxconn = 1024"] : [];
        Repaired.ProveApplied(machine, nginx, "listen-queue-full", BurstIsServed, ["-listen.backlog = 1", "listen.backlog = 1024", .. kernel], "/etc/sysctl.d");
        Assert.Equal(somaxconn.ToString(CultureInfo.InvariantCulture), machine.Must("cat", "/proc/sys/net/core/somaxconn").Trim());
    });

    [SkippableFact]
    public void UnitOfPhpFpmThatIsStopped_IsStarted() => LabMachine.RunWithSystemd(nameof(UnitOfPhpFpmThatIsStopped_IsStarted), machine =>
    {
        // The distribution's own unit, master file and place for pools.
        var folder = Directory.EnumerateDirectories("/etc/php").Select(version => version + "/fpm").FirstOrDefault(fpm => File.Exists(fpm + "/php-fpm.conf"));
        Skip.If(folder is null, "PHP-FPM of the distribution is not installed");
        var unit = $"php{folder!.Split('/')[3]}-fpm.service";
        var script = PhpFpm.Deploy(machine, "php") + "/index.php";
        machine.Shell($"mount -t tmpfs tmpfs {folder}/pool.d; mkdir -p /run/php; printf '[shop]\nuser = www-data\ngroup = www-data\nlisten = 127.0.0.1:9000\npm = static\npm.max_children = 2\n' >{folder}/pool.d/shop.conf");
        machine.Must("systemctl", "start", unit);
        machine.WaitForPort(9000);
        var nginx = NginxServer.Start(machine, Site.FastCgi("127.0.0.1:9000", script));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 2);
        machine.Must("systemctl", "stop", unit);
        client.MustGet(502, "/", times: 3);
        Repaired.ProveOfMachine(machine, nginx, "upstream-down", () => client.Get() == 200, []);
    });

    private const string Head = "# Written by why502 fix; taken back by why502 fix --undo.";

    /// <summary>Returns the script's path.</summary>
    private static string Start(LabMachine machine, string listen, string pool, params Route[] routes)
    {
        var folder = PhpFpm.Deploy(machine, "php", routes);
        var configuration = PhpFpm.Configure(machine, listen, pool);
        if (listen.StartsWith('/'))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(listen)!);
        }

        machine.WriteUnit("php-fpm.service", $"ExecStart={Programs.Find("php-fpm?.?")} --nodaemonize --fpm-config {configuration}\nExecReload=/bin/kill -USR2 $MAINPID\nRestart=always");
        machine.Must("systemctl", "start", "php-fpm.service");
        Poll.Until(() => File.Exists(machine.PathOf("php.log")) && File.ReadAllText(machine.PathOf("php.log")).Contains("ready to handle connections", StringComparison.Ordinal), "php-fpm");
        return folder + "/index.php";
    }
}
