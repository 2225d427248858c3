using Why502.Lab.Machine;
using Why502.Lab.Scenarios;
using Why502.Lab.Servers;
using Xunit;

namespace Why502.Lab.Repairs;

/// <summary>Limits of the kernel: its parameters, now and for the next boot, and what a service may open.</summary>
public sealed class KernelRepairs
{
    private const string Head = "# Written by why502 fix; taken back by why502 fix --undo.";

    [SkippableFact]
    public void PortsInTimeWait_AreMore() => LabMachine.Run(nameof(PortsInTimeWait_AreMore), machine =>
    {
        Node.Start(machine, 3000);
        machine.Shell("mount -t tmpfs tmpfs /etc/sysctl.d; echo '40000 40031' >/proc/sys/net/ipv4/ip_local_port_range; echo 0 >/proc/sys/net/ipv4/tcp_tw_reuse");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_http_version 1.1; proxy_set_header Connection keep-alive;"));
        var client = new Client(machine);
        client.Get(80, "/");
        Repaired.ProveOfMachine(machine, nginx, "ephemeral-ports-exhausted", () => client.Get(60, "/").All(status => status == 200), [Head, "net.ipv4.ip_local_port_range = 10240 40031"], "/etc/sysctl.d");
        Assert.Equal("40000\t40031", machine.Must("cat", "/proc/sys/net/ipv4/ip_local_port_range").Trim());
    });

    [SkippableFact]
    public void ServiceAtItsLimitOfFiles_MayOpenMore() => LabMachine.RunWithSystemd(nameof(ServiceAtItsLimitOfFiles_MayOpenMore), machine =>
    {
        // A thread and a descriptor for each connection; at its limit accept(2) fails, and the kernel's queue holds who comes. It has room for all: who came to a full one would believe to be connected.
        var app = machine.Write("app.py", """
            from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

            class Server(ThreadingHTTPServer):
                request_queue_size = 512

            Server(("127.0.0.1", 3000), SimpleHTTPRequestHandler).serve_forever()
            """);
        machine.WriteUnit("shop.service", $"ExecStart=/usr/bin/python3 {app}\nLimitNOFILE=40\nRestart=always");
        machine.Must("systemctl", "start", "shop.service");
        machine.WaitForPort(3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_connect_timeout 1s; proxy_read_timeout 2s;"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 2);
        machine.Start("holders", "/usr/bin/python3", machine.Write("hold.py", """
            import socket, threading, time

            def hold():
                while True:
                    try:
                        with socket.create_connection(("127.0.0.1", 3000), timeout=1) as held:
                            held.settimeout(None)
                            held.recv(1)
                    except OSError:
                        pass
                    time.sleep(0.3)

            for _ in range(60):
                threading.Thread(target=hold).start()
            """));
        Poll.Until(() => client.Get() == 504, "the app's limit", seconds: 20);
        client.Get(2, "/");
        Repaired.ProveOfMachine(machine, nginx, "file-descriptors-exhausted", () => KeepsServing(client), [Head, "[Service]", "LimitNOFILE = 65536"], "/etc/systemd/system");
    });

    [SkippableFact]
    public void WorkersAtTheirLimitOfFiles_MayOpenMore() => LabMachine.Run(nameof(WorkersAtTheirLimitOfFiles_MayOpenMore), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/slow") { Sleep = [0, 600] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_read_timeout 900s;"), errorLog: $"error_log {machine.PathOf("logs/error.log")} error;\nworker_rlimit_nofile 24;");
        var client = new Client(machine);
        client.MustGet(200, "/", times: 2);

        // What is asked again to prove it has no query, and is answered at once.
        // Each that waits holds two descriptors of its worker, and of no other one after a reload. A worker without any does not even hear that it is to end.
        var held = Enumerable.Range(0, 10).Select(_ => client.Leave("/slow?n=1")).ToList();
        nginx.WaitForLogged("(24: Too many open files)");
        Repaired.ProveBesideReload(machine, nginx, "file-descriptors-exhausted", () => machine.Execute("curl", "-sf", "-m", "5", "-H", "Host: shop.example.com", "http://127.0.0.1:8080/").ExitCode == 0, ["-worker_rlimit_nofile 24;", "worker_rlimit_nofile 2048;"]);
        held.ForEach(request => request.Dispose());
    });

    /// <summary>Those that hold its connections come back after a restart, one by one.</summary>
    private static bool KeepsServing(Client client)
    {
        for (var second = 0; second < 12; second++)
        {
            if (client.Get() != 200)
            {
                return false;
            }

            Thread.Sleep(1000);
        }

        return true;
    }
}
