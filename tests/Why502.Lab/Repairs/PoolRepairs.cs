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

        Thread.Sleep(500);
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
