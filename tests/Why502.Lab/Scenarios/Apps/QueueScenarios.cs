using System.Net;
using System.Net.Sockets;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>The app is there and takes nobody in: a full backlog, or every worker busy.</summary>
public sealed class QueueScenarios
{
    private const string TimedOutConnecting = "upstream timed out (110: Connection timed out) while connecting to upstream";
    private const string TimedOutReading = "upstream timed out (110: Connection timed out) while reading response header from upstream";

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    public void UnixBacklogFull_IsQueueFull(int backlog) => LabMachine.Run(nameof(UnixBacklogFull_IsQueueFull), machine =>
    {
        TcpPeer.Start(machine, "never-accept", machine.PathOf("peer.sock"), backlog);
        using var waiting = new Waiting(machine, new UnixDomainSocketEndPoint(machine.PathOf("peer.sock")), backlog + 1);
        var nginx = NginxServer.Start(machine, Site.Proxy($"http://unix:{machine.Directory}/peer.sock"));
        new Client(machine).MustGet(502, "/", times: 5);
        Examination.Faulty(machine, nginx, new Expected("listen-queue-full")
        {
            Symptom = "(11: Resource temporarily unavailable) while connecting to upstream",
            Directive = "proxy_pass http://unix:",
            Confidence = 0.5,
            Alongside = ["worker-pool-exhausted"],
        });
    });

    [SkippableFact]
    public void TcpBacklogFull_IsQueueFull() => LabMachine.Run(nameof(TcpBacklogFull_IsQueueFull), machine =>
    {
        TcpPeer.Start(machine, "never-accept", "127.0.0.1:7000", 1);
        using var waiting = new Waiting(machine, new IPEndPoint(IPAddress.Loopback, 7000), 2);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:7000", "proxy_connect_timeout 300ms;"));
        new Client(machine).MustGet(504, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected("listen-queue-full")
        {
            Symptom = TimedOutConnecting,
            Directive = "proxy_pass http://127.0.0.1:7000",
            Confidence = 0.5,
            Alongside = ["worker-pool-exhausted"],
        });
    });

    [SkippableTheory]
    [InlineData("127.0.0.1:9000", "127.0.0.1:9000")]
    [InlineData("/run/php.sock", "unix:/run/php.sock")]
    public void EveryPhpChildBusy_IsPoolExhausted(string listen, string pass) => LabMachine.Run(nameof(EveryPhpChildBusy_IsPoolExhausted), machine =>
    {
        var php = PhpFpm.Start(machine, listen, "pm = static\npm.max_children = 2", routes: new Route("/report") { Sleep = [30] });
        var nginx = NginxServer.Start(machine, Site.FastCgi(pass, php.Folder + "/index.php", "fastcgi_read_timeout 700ms;"));
        Busy(machine, nginx, senders: 3);
        Examination.Faulty(machine, nginx, Exhausted("fastcgi_pass " + pass));
    });

    [SkippableFact]
    public void DynamicPoolAtItsLimit_IsPoolExhausted() => LabMachine.Run(nameof(DynamicPoolAtItsLimit_IsPoolExhausted), machine =>
    {
        var php = PhpFpm.Start(
            machine,
            "/run/php.sock",
            "pm = dynamic\npm.max_children = 3\npm.start_servers = 1\npm.min_spare_servers = 1\npm.max_spare_servers = 2",
            routes: new Route("/report") { Sleep = [30] });
        var nginx = NginxServer.Start(machine, Site.FastCgi("unix:/run/php.sock", php.Folder + "/index.php", "fastcgi_read_timeout 1500ms;"));
        var client = new Client(machine);
        client.MustGet(200, "/fast", times: 5);
        client.GetTogether(4, "/report");
        client.MustGet(504, "/fast", times: 2);
        nginx.WaitForLogged("server reached pm.max_children", machine.PathOf("php.log"));
        Examination.Faulty(machine, nginx, Exhausted("fastcgi_pass unix:/run/php.sock"));
    });

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    public void EveryGunicornWorkerBusy_IsPoolExhausted(int workers) => LabMachine.Run(nameof(EveryGunicornWorkerBusy_IsPoolExhausted), machine =>
    {
        Gunicorn.Start(machine, "127.0.0.1:8000", workers, routes: new Route("/report") { Sleep = [25] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000", "proxy_read_timeout 700ms;"));
        Busy(machine, nginx, senders: workers + 1);
        Examination.Faulty(machine, nginx, Exhausted("proxy_pass http://127.0.0.1:8000"));
    });

    [SkippableFact]
    public void NodeEventLoopBlocked_IsPoolExhausted() => LabMachine.Run(nameof(NodeEventLoopBlocked_IsPoolExhausted), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/report") { Block = 25 });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_read_timeout 700ms;"));
        Busy(machine, nginx, senders: 1);
        Examination.Faulty(machine, nginx, Exhausted("proxy_pass http://127.0.0.1:3000"));
    });

    [SkippableFact]
    public void ProbesStayAwayFromAFullPool() => LabMachine.Run(nameof(ProbesStayAwayFromAFullPool), machine =>
    {
        var app = Gunicorn.Start(machine, "127.0.0.1:8000", 1, routes: new Route("/report") { Sleep = [4] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000", "proxy_read_timeout 500ms;"));
        var client = new Client(machine);
        client.MustGet(200, "/fast", times: 3);
        using var first = client.Leave("/report");
        client.MustGet(504, "/fast", times: 3);
        Examination.Faulty(machine, nginx, Exhausted("proxy_pass http://127.0.0.1:8000") with { Unprivileged = false });
        Poll.Until(() => app.Requests().Count >= 7, "the queued requests to be served");
        Assert.All(app.Requests(), request => Assert.Null(request.Agent));
    });

    /// <summary>Fast requests first, then as many slow ones as take every worker, then fast ones that hang.</summary>
    private static void Busy(LabMachine machine, NginxServer nginx, int senders)
    {
        var client = new Client(machine);
        client.MustGet(200, "/fast", times: 5);
        client.GetTogether(senders, "/report");
        client.MustGet(504, "/fast", times: 3);
        nginx.WaitForLogged("GET /fast");
    }

    private static Expected Exhausted(string directive) => new("worker-pool-exhausted")
    {
        Symptom = TimedOutReading,
        Directive = directive,
        Confidence = 0.5,
        Alongside = ["listen-queue-full"],
    };

    /// <summary>Connections that sit in a listener's queue.</summary>
    private sealed class Waiting(LabMachine machine, EndPoint address, int count) : IDisposable
    {
        private readonly List<Socket> _sockets = [.. Enumerable.Range(0, count).Select(_ => machine.Connect(address))];

        public void Dispose() => _sockets.ForEach(socket => socket.Dispose());
    }
}
