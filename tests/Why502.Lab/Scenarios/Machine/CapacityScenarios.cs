using System.Globalization;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>What nginx itself runs out of: connections, files, ports, memory, room, rights, and its own worker.</summary>
public sealed class CapacityScenarios
{
    [SkippableFact]
    public void AllConnectionsHeld_IsWorkerConnections() => LabMachine.Run(nameof(AllConnectionsHeld_IsWorkerConnections), machine =>
    {
        TcpPeer.Start(machine, "hang", "127.0.0.1:3000");
        var nginx = Tuned(machine, Site.Proxy("http://127.0.0.1:3000"), connections: 16);
        using var held = Held.Requests(new Client(machine), "/held", 9);
        Examination.Faulty(machine, nginx, new Expected("worker-connections-exhausted") { Symptom = "worker_connections are not enough", Confidence = 0.8 });
    });

    /// <summary>Four fifths of the connections are in use, and everything is served.</summary>
    [SkippableFact]
    public void MostConnectionsHeld_IsHealthy() => LabMachine.Run(nameof(MostConnectionsHeld_IsHealthy), machine =>
    {
        TcpPeer.Start(machine, "hang", "127.0.0.1:3001", name: "events");
        Node.Start(machine, 3000);
        var nginx = Tuned(machine, Shop("location /events { proxy_pass http://127.0.0.1:3001; proxy_read_timeout 1h; }"), connections: 64);
        using var held = Held.Requests(new Client(machine), "/events", 24);
        new Client(machine).MustGet(200, "/", times: 20);
        Examination.Healthy(machine, nginx);
    });

    /// <summary>A process that is stopped keeps its socket, and the kernel goes on taking connections for it.</summary>
    [SkippableFact]
    public void StoppedProcess_IsWorkerPool() => LabMachine.Run(nameof(StoppedProcess_IsWorkerPool), machine =>
    {
        var app = Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_read_timeout 1s;"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 3);
        machine.Must("kill", "-STOP", app.Process.Pid.ToString(CultureInfo.InvariantCulture));
        client.MustGet(504, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected("worker-pool-exhausted")
        {
            Symptom = "(110: Connection timed out) while reading response header from upstream",
            Directive = "proxy_pass",
            Confidence = 0.8,
        });
    });

    /// <summary>bind() fails before connect() is tried: an address that is not the machine's, and no lack of ports.</summary>
    [SkippableFact]
    public void ForeignBindAddress_IsConfigInvalid() => LabMachine.Run(nameof(ForeignBindAddress_IsConfigInvalid), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_bind 10.9.9.9;"));
        new Client(machine).MustGet(500, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected("config-invalid") { Symptom = "bind(10.9.9.9) failed (99: Cannot assign requested address)", Directive = "proxy_pass", Confidence = 0.8 });
    });

    [SkippableFact]
    public void AllFilesOpen_IsFileDescriptors() => LabMachine.Run(nameof(AllFilesOpen_IsFileDescriptors), machine =>
    {
        TcpPeer.Start(machine, "hang", "127.0.0.1:3000");
        var nginx = Tuned(machine, Site.Proxy("http://127.0.0.1:3000"), connections: 512, main: "worker_rlimit_nofile 24;");
        using var held = Held.Requests(new Client(machine), "/held", 12);
        Examination.Faulty(machine, nginx, new Expected("file-descriptors-exhausted") { Symptom = "(24: Too many open files)", Confidence = 0.8 });
    });

    [SkippableFact]
    public void PortsHeldByOpenConnections_IsEphemeralPorts() => LabMachine.Run(nameof(PortsHeldByOpenConnections_IsEphemeralPorts), machine =>
    {
        // Each request holds four ports towards the app, and one of the client's towards nginx: so the app's end first.
        TcpPeer.Start(machine, "hang", "127.0.0.1:3000");
        machine.Shell("echo '40000 40007' >/proc/sys/net/ipv4/ip_local_port_range");
        var nginx = NginxServer.Start(machine, """
            server {
                listen 127.0.0.1:8080;
                server_name shop.example.com;
                location / {
                    mirror /copy/1;
                    mirror /copy/2;
                    mirror /copy/3;
                    proxy_pass http://127.0.0.1:3000;
                }
                location /copy/ {
                    internal;
                    proxy_pass http://127.0.0.1:3000;
                }
            }
            """);
        using var held = Held.Requests(new Client(machine), "/held", 3);
        Examination.Faulty(machine, nginx, new Expected("ephemeral-ports-exhausted")
        {
            Symptom = "(99: Cannot assign requested address)",
            Directive = "proxy_pass http://127.0.0.1:3000",
            Confidence = 0.8,
        });
    });

    /// <summary>nginx closes first, as it does with an app that keeps connections: the ports stay in TIME_WAIT for a minute.</summary>
    [SkippableFact]
    public void PortsInTimeWait_IsEphemeralPorts() => LabMachine.Run(nameof(PortsInTimeWait_IsEphemeralPorts), machine =>
    {
        var nginx = Churning(machine, "40000 40031");
        new Client(machine).Get(80, "/");
        Examination.Faulty(machine, nginx, new Expected("ephemeral-ports-exhausted")
        {
            Symptom = "(99: Cannot assign requested address)",
            Directive = "proxy_pass http://127.0.0.1:3000",
            Confidence = 0.8,
        });
    });

    /// <summary>Hundreds of ports in TIME_WAIT, and as many left.</summary>
    [SkippableFact]
    public void ManyTimeWaitsWithPortsLeft_IsHealthy() => LabMachine.Run(nameof(ManyTimeWaitsWithPortsLeft_IsHealthy), machine =>
    {
        var nginx = Churning(machine, "40000 40600");
        new Client(machine).MustGet(200, "/", times: 200);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void TempFileSystemFull_IsDiskFull() => LabMachine.Run(nameof(TempFileSystemFull_IsDiskFull), machine =>
    {
        var nginx = Buffering(machine);
        machine.Shell($"mount -t tmpfs -o size=1m,mode=700,uid=$(id -u www-data) tmpfs {machine.PathOf("temp/proxy")}");
        using var slow = Held.Requests(new Client(machine), "/export", 1);
        Examination.Faulty(machine, nginx, new Expected("disk-full") { Symptom = "(28: No space left on device)", Confidence = 0.8 });
    });

    [SkippableFact]
    public void TempFileSystemWithoutInodes_IsDiskFull() => LabMachine.Run(nameof(TempFileSystemWithoutInodes_IsDiskFull), machine =>
    {
        var nginx = Buffering(machine);
        machine.Shell($"mount -t tmpfs -o size=64m,nr_inodes=16,mode=700,uid=$(id -u www-data) tmpfs {machine.PathOf("temp/proxy")}; n=0; while touch {machine.PathOf("temp/proxy")}/$n 2>/dev/null; do n=$((n+1)); done");
        using var slow = Held.Requests(new Client(machine), "/export", 1);
        Examination.Faulty(machine, nginx, new Expected("disk-full") { Symptom = "(28: No space left on device)", Confidence = 0.8 });
    });

    [SkippableFact]
    public void BodyFileSystemFull_IsDiskFull() => LabMachine.Run(nameof(BodyFileSystemFull_IsDiskFull), machine =>
    {
        var nginx = Buffering(machine);
        machine.Shell($"mount -t tmpfs -o size=64k,mode=700,uid=$(id -u www-data) tmpfs {machine.PathOf("temp/body")}");
        Upload(machine, 500);
        Examination.Faulty(machine, nginx, new Expected("disk-full") { Symptom = "(28: No space left on device)", Confidence = 0.8 });
    });

    [SkippableFact]
    public void TempPathOfAnotherUser_IsTempPath() => LabMachine.Run(nameof(TempPathOfAnotherUser_IsTempPath), machine =>
    {
        var nginx = Buffering(machine);
        machine.Must("chown", "root:root", machine.PathOf("temp/proxy"));
        using var slow = Held.Requests(new Client(machine), "/export", 1);
        Examination.Faulty(machine, nginx, new Expected("temp-path-unwritable") { Symptom = "(13: Permission denied) while reading upstream", Confidence = 0.8 });
    });

    [SkippableFact]
    public void BodyPathOfAnotherUser_IsTempPath() => LabMachine.Run(nameof(BodyPathOfAnotherUser_IsTempPath), machine =>
    {
        var nginx = Buffering(machine);
        machine.Must("chown", "root:root", machine.PathOf("temp/body"));
        Upload(machine, 500);
        Examination.Faulty(machine, nginx, new Expected("temp-path-unwritable") { Symptom = "(13: Permission denied)", Confidence = 0.8 });
    });

    [SkippableFact]
    public void TempPathReadOnly_IsTempPath() => LabMachine.Run(nameof(TempPathReadOnly_IsTempPath), machine =>
    {
        var nginx = Buffering(machine);
        machine.Shell($"mount -t tmpfs -o size=1m,mode=700,uid=$(id -u www-data),ro tmpfs {machine.PathOf("temp/proxy")}");
        using var slow = Held.Requests(new Client(machine), "/export", 1);
        Examination.Faulty(machine, nginx, new Expected("temp-path-unwritable") { Symptom = "(30: Read-only file system)", Confidence = 0.8 });
    });

    /// <summary>Large answers go through temp files as they should.</summary>
    [SkippableFact]
    public void TempFilesWritten_IsHealthy() => LabMachine.Run(nameof(TempFilesWritten_IsHealthy), machine =>
    {
        var nginx = Buffering(machine);
        machine.Shell($"mount -t tmpfs -o size=32m,mode=700,uid=$(id -u www-data) tmpfs {machine.PathOf("temp/proxy")}");
        Upload(machine, 200);
        new Client(machine).MustGet(200, "/export", times: 2);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void WorkerKilledBySegv_IsNginxWorkerCrashed() => LabMachine.Run(nameof(WorkerKilledBySegv_IsNginxWorkerCrashed), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(200, "/", times: 5);
        machine.Shell($"kill -SEGV {Worker(machine)}");
        Examination.Faulty(machine, nginx, new Expected("nginx-worker-crashed") { Symptom = "exited on signal 11", Confidence = 0.8 });
    });

    /// <summary>RLIMIT_AS just above what the worker has: its next buffer is refused by the kernel.</summary>
    [SkippableFact]
    public void AddressSpaceLimited_IsMemory() => LabMachine.Run(nameof(AddressSpaceLimited_IsMemory), machine =>
    {
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_buffer_size 64m; proxy_buffers 4 64m; proxy_busy_buffers_size 128m;"));
        new Client(machine).MustGet(200, "/", times: 3);
        machine.Shell($"setpriv --reuid=www-data --regid=www-data --clear-groups prlimit --as=67108864 --pid {Worker(machine)}");
        new Client(machine).Get(4, "/");
        Examination.Faulty(machine, nginx, new Expected("host-memory-exhausted") { Symptom = "(12: Cannot allocate memory)", Confidence = 0.8 });
    });

    private static string Worker(LabMachine machine)
        => machine.Shell("for p in /proc/[0-9]*; do grep -q 'nginx: worker proces[s]' $p/cmdline 2>/dev/null && basename $p; done | sort -n | tail -1").Trim();

    /// <summary>A configuration with other limits than the lab's.</summary>
    private static NginxServer Tuned(LabMachine machine, string http, int connections, string main = "")
    {
        var nginx = NginxServer.Prepare(machine, http);
        var text = File.ReadAllText(nginx.Config).Replace("worker_connections 512", string.Create(CultureInfo.InvariantCulture, $"worker_connections {connections}"), StringComparison.Ordinal);
        machine.Write("nginx.conf", main + "\n" + text);
        nginx.StartMaster();
        return nginx;
    }

    private static string Shop(string location) => $$"""
        server {
            listen 127.0.0.1:8080;
            server_name shop.example.com;
            location / {
                proxy_pass http://127.0.0.1:3000;
            }
            {{location}}
        }
        """;

    /// <summary>Every request a new connection, which nginx closes: HTTP/1.1 to an app that would keep it, without a pool.</summary>
    private static NginxServer Churning(LabMachine machine, string range)
    {
        Node.Start(machine, 3000);
        machine.Shell($"echo '{range}' >/proc/sys/net/ipv4/ip_local_port_range; echo 0 >/proc/sys/net/ipv4/tcp_tw_reuse");
        return NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_http_version 1.1; proxy_set_header Connection keep-alive;"));
    }

    private static NginxServer Buffering(LabMachine machine)
    {
        Node.Start(machine, 3000, routes: [new Route("/export") { Body = 12_000_000 }, new Route("/upload")]);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_buffers 4 4k; client_body_buffer_size 8k; client_max_body_size 8m;"));
        new Client(machine).MustGet(200, "/", times: 10);
        return nginx;
    }

    private static void Upload(LabMachine machine, int status)
    {
        machine.Shell("head -c 2000000 /dev/zero >body");
        var got = machine.Shell("curl -s -o /dev/null -w '%{http_code}' -H 'Host: shop.example.com' -H 'Expect:' --data-binary @body http://127.0.0.1:8080/upload").Trim();
        Assert.Equal(status.ToString(CultureInfo.InvariantCulture), got);
    }

    /// <summary>Connections that stay open until the scenario ends.</summary>
    private sealed class Held : IDisposable
    {
        private readonly List<IDisposable> _connections = [];

        public static Held Requests(Client client, string target, int count)
        {
            var held = new Held();
            for (var i = 0; i < count; i++)
            {
                try
                {
                    held._connections.Add(client.Leave(target));
                }
                catch (IOException)
                {
                    break;
                }

                Thread.Sleep(30);
            }

            return held;
        }

        public void Dispose() => _connections.ForEach(connection => connection.Dispose());
    }
}
