using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>Limits and marks of upstream groups and of nginx itself.</summary>
public sealed class ConfigurationRepairsCapacity
{
    [SkippableFact]
    public void UpstreamMarkedDown() => LabMachine.Run(nameof(UpstreamMarkedDown), machine =>
    {
        Node.Start(machine, 3001, name: "one");
        Node.Start(machine, 3002, name: "two");
        var nginx = NginxServer.Start(machine, "upstream backend {\n    server 127.0.0.1:3001 down;\n    server 127.0.0.1:3002 down;\n}\n" + Site.Proxy("http://backend"));
        var client = new Client(machine);
        client.MustGet(502, "/", times: 4);
        Repaired.Prove(machine, nginx, "upstream-marked-down", () => client.Get() == 200, ["-server 127.0.0.1:3001 down;", "server 127.0.0.1:3001;"]);
    });

    /// <summary>The slow request goes on being slow; the others are served beside it.</summary>
    [SkippableFact]
    public void PassiveCheckPoisoned() => LabMachine.Run(nameof(PassiveCheckPoisoned), machine =>
    {
        Route[] routes = [new Route("/report") { Sleep = [30] }];
        Node.Start(machine, 3001, name: "one", routes: routes);
        Node.Start(machine, 3002, name: "two", routes: routes);
        var nginx = NginxServer.Start(machine, "upstream backend {\n    server 127.0.0.1:3001 fail_timeout=60s;\n    server 127.0.0.1:3002 fail_timeout=60s;\n}\n" + Site.Proxy("http://backend", "proxy_read_timeout 1s;"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 20);
        client.Get("/report");
        client.MustGet(502, "/", times: 4);
        client.MustGet(502, "/fast", times: 4);
        Repaired.Prove(machine, nginx, "passive-check-poisoned", () => client.Get("/report") == 504 && client.Get("/fast") == 200,
            ["-server 127.0.0.1:3001 fail_timeout=60s;", "server 127.0.0.1:3001 fail_timeout=60s max_fails=0;", "-server 127.0.0.1:3002 fail_timeout=60s;", "server 127.0.0.1:3002 fail_timeout=60s max_fails=0;"]);
    });

    [SkippableFact]
    public void UpstreamConnectionLimit() => LabMachine.Run(nameof(UpstreamConnectionLimit), machine =>
    {
        Node.Start(machine, 3001, name: "one", routes: new Route("/slow") { Sleep = [120] });
        var nginx = NginxServer.Start(machine, "upstream backend {\n    zone backend 64k;\n    server 127.0.0.1:3001 max_conns=1;\n}\n" + Site.Proxy("http://backend"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        using var one = client.Leave("/slow");
        Poll.Until(() => client.Get() == 502, "the server's limit");
        client.MustGet(502, "/", times: 4);

        // A reload makes the group's shared memory anew, with nobody counted in it.
        Repaired.Prove(machine, nginx, "upstream-connection-limit", () => Beside(client), ["-server 127.0.0.1:3001 max_conns=1;", "server 127.0.0.1:3001 max_conns=2;"]);
    });

    [SkippableFact]
    public void WorkerConnectionsExhausted() => LabMachine.Run(nameof(WorkerConnectionsExhausted), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/held") { Sleep = [120] });
        var nginx = NginxServer.Prepare(machine, Site.Proxy("http://127.0.0.1:3000"));
        File.WriteAllText(nginx.Config, File.ReadAllText(nginx.Config).Replace("worker_connections 512;", "worker_connections 16;", StringComparison.Ordinal));
        nginx.StartMaster();
        var client = new Client(machine);
        client.MustGet(200, "/", times: 5);
        Held(client);
        Repaired.Prove(machine, nginx, "worker-connections-exhausted", () => Held(client), ["-worker_connections 16;", "worker_connections 1024;"]);
    });

    /// <summary>The ports in TIME_WAIT come back after a minute, and no new ones are spent.</summary>
    [SkippableFact]
    public void EphemeralPortsExhausted() => LabMachine.Run(nameof(EphemeralPortsExhausted), machine =>
    {
        Node.Start(machine, 3000);
        machine.Shell("echo '40000 40031' >/proc/sys/net/ipv4/ip_local_port_range; echo 0 >/proc/sys/net/ipv4/tcp_tw_reuse");
        var nginx = NginxServer.Start(machine, "upstream backend {\n    server 127.0.0.1:3000;\n}\n" + Site.Proxy("http://backend", "proxy_http_version 1.1;\n        proxy_set_header Connection keep-alive;"));
        var client = new Client(machine);
        client.Get(80, "/");
        Repaired.Prove(machine, nginx, "ephemeral-ports-exhausted", () => client.Get(80, "/").All(status => status == 200),
            ["keepalive 64;", "-proxy_set_header Connection keep-alive;", "proxy_set_header Connection \"\";"]);
    });

    /// <summary>Whether a request is answered while another one takes its time.</summary>
    private static bool Beside(Client client)
    {
        using var one = client.Leave("/slow");
        Thread.Sleep(200);
        return client.Get() == 200;
    }

    /// <summary>Whether a request is answered while nine take their time.</summary>
    private static bool Held(Client client)
    {
        var held = Enumerable.Range(0, 9).Select(_ => client.Leave("/held")).ToList();
        Thread.Sleep(300);
        var status = client.Get();
        held.ForEach(one => one.Dispose());
        return status == 200;
    }
}
