using System.Globalization;
using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Nobody dies: an idle connection that the app closes, a request that is too large, a restart.</summary>
public sealed class ReuseScenarios
{
    private const string Keep = """
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        """;

    [SkippableFact]
    public void NodeClosesIdleConnectionsFirst_IsRace() => LabMachine.Run(nameof(NodeClosesIdleConnectionsFirst_IsRace), machine =>
    {
        Race(machine, keepAlive: "1000");
        var nginx = NginxServer.Start(machine, Group("keepalive 8;") + Site.Proxy("http://app", Keep));
        LoseRaces(machine);
        Examination.Faulty(machine, nginx, WorkerEndScenarios.Expect(nginx, "keepalive-race", "proxy_pass") with { State = "intermittent" });
    });

    /// <summary>The same configuration and the same lines, and the app's process dies of its requests.</summary>
    [SkippableFact]
    public void WorkerBehindKeptConnectionsDies_IsCrashed() => LabMachine.Run(nameof(WorkerBehindKeptConnectionsDies_IsCrashed), machine =>
    {
        Gunicorn.Start(machine, "127.0.0.1:3000", options: ["--threads", "2", "--keep-alive", "2"], routes: new Route("/pdf") { Signal = 11 });
        var nginx = NginxServer.Start(machine, Group("keepalive 8;") + Site.Proxy("http://app", Keep));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        LogClock.Pass();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(502, client.Send("POST /pdf HTTP/1.1", "Content-Length: 0"));
            Poll.Until(() => client.Get("/") == 200, "the next worker");
        }

        Examination.Faulty(machine, nginx, WorkerEndScenarios.Expect(nginx, "worker-crashed", "proxy_pass"));
    });

    [SkippableFact]
    public void PeerThatResetsEveryReusedAndNewConnection_IsReset() => LabMachine.Run(nameof(PeerThatResetsEveryReusedAndNewConnection_IsReset), machine =>
    {
        TcpPeer.Start(machine, "reset", "127.0.0.1:3000");
        var nginx = NginxServer.Start(machine, Group("keepalive 8;") + Site.Proxy("http://app", Keep));
        // A log line tells the second: a server that was started within it may have been restarted.
        LogClock.Pass();
        new Client(machine).MustGet(502, "/", times: 6);
        Examination.Faulty(machine, nginx, WorkerEndScenarios.Expect(nginx, "upstream-reset", "proxy_pass") with { Confidence = 0.4 });
    });

    [SkippableFact]
    public void IdleLimitsInTheRightOrder_AreHealthy() => LabMachine.Run(nameof(IdleLimitsInTheRightOrder_AreHealthy), machine =>
    {
        Race(machine, keepAlive: "65 * 1000");
        var nginx = NginxServer.Start(machine, Group("keepalive 8;") + Site.Proxy("http://app", Keep));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 20);
        Assert.Equal(200, client.Send("POST /cart HTTP/1.1", "Content-Length: 0"));
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void BodyThatTomcatDoesNotSwallow_IsTooLarge() => LabMachine.Run(nameof(BodyThatTomcatDoesNotSwallow_IsTooLarge), machine =>
    {
        Tomcat.Start(machine, 8081, """connectionTimeout="20000" maxSwallowSize="65536" """);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081", "client_max_body_size 100m;"));
        var client = new Client(machine);
        client.MustGet(200, "/index.html", times: 5);
        Poll.Until(() => Upload(machine) == 502, "an upload that fails", seconds: 20);
        Upload(machine);
        Upload(machine);
        LogClock.Pass();
        client.MustGet(200, "/index.html", times: 3);
        Examination.Faulty(machine, nginx, WorkerEndScenarios.Expect(nginx, "request-too-large-for-upstream", "proxy_pass") with { Confidence = 0.5, State = "intermittent" });
    });

    [SkippableFact]
    public void GunicornIsRestartedUnderRequests_IsReloadCut() => LabMachine.Run(nameof(GunicornIsRestartedUnderRequests_IsReloadCut), machine =>
    {
        var app = Gunicorn.Start(machine, "127.0.0.1:8000", options: ["--graceful-timeout", "1"], routes: new Route("/export") { Sleep = [20] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        var under = new Thread(() => client.GetTogether(2, "/export"));
        under.Start();
        app.WaitFor(2, "/export");
        machine.Must("kill", "-TERM", app.Process.Pid.ToString(CultureInfo.InvariantCulture));
        under.Join();
        app.Process.WaitForExit();
        Gunicorn.Start(machine, "127.0.0.1:8000", routes: new Route("/export"));
        LogClock.Pass();
        client.MustGet(200, "/export", times: 5);
        Examination.Faulty(machine, nginx, WorkerEndScenarios.Expect(nginx, "reload-cut", "proxy_pass") with { State = "recovered", Verdict = "healthy", Confidence = 0.6 });
    });

    [SkippableFact]
    public void PhpIsRestartedUnderRequests_IsReloadCut() => LabMachine.Run(nameof(PhpIsRestartedUnderRequests_IsReloadCut), machine =>
    {
        var php = PhpFpm.Start(machine, "/run/php.sock", routes: new Route("/export") { Sleep = [20] });
        var nginx = NginxServer.Start(machine, Site.FastCgi("unix:/run/php.sock", php.Folder + "/index.php"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        var under = new Thread(() => client.GetTogether(2, "/export"));
        under.Start();
        php.WaitFor(2, "/export");
        machine.Must("kill", "-TERM", php.Process.Pid.ToString(CultureInfo.InvariantCulture));
        under.Join();
        php.Process.WaitForExit();
        PhpFpm.Start(machine, "/run/php.sock", routes: new Route("/export"));
        LogClock.Pass();
        client.MustGet(200, "/export", times: 5);
        Examination.Faulty(machine, nginx, WorkerEndScenarios.Expect(nginx, "reload-cut", "fastcgi_pass") with { State = "recovered", Verdict = "healthy", Confidence = 0.6 });
    });

    /// <summary>nginx's own limit for old workers: nothing is in the error log, and $status is 000.</summary>
    [SkippableFact]
    public void ReloadWithShutdownTimeout_IsReloadCut() => LabMachine.Run(nameof(ReloadWithShutdownTimeout_IsReloadCut), machine =>
    {
        var app = Node.Start(machine, 3000, routes: new Route("/export") { Sleep = [30] });
        var nginx = NginxServer.Prepare(machine, Site.Proxy("http://127.0.0.1:3000"));
        machine.Write("nginx.conf", "worker_shutdown_timeout 1s;\n" + File.ReadAllText(nginx.Config));
        nginx.StartMaster();
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        var under = new Thread(() => client.GetTogether(3, "/export"));
        under.Start();
        app.WaitFor(3, "/export");
        // Workers of the master's own start are none of a reload.
        LogClock.Pass(3);
        nginx.Reload();
        under.Join();
        nginx.WaitForLogged(" 000 ", nginx.AccessLog);
        LogClock.Pass();
        client.MustGet(200, "/", times: 5);
        Examination.Faulty(machine, nginx, new("reload-cut")
        {
            Symptom = " 000 ",
            Source = "access-log",
            ErrorLog = nginx.AccessLog,
            Directive = "proxy_pass",
            State = "recovered",
            Verdict = "healthy",
            Confidence = 0.8,
        });
    });

    /// <summary>The same reload without the limit: the old worker waits, and everybody is served.</summary>
    [SkippableFact]
    public void ReloadThatWaits_IsHealthy() => LabMachine.Run(nameof(ReloadThatWaits_IsHealthy), machine =>
    {
        var app = Node.Start(machine, 3000, routes: new Route("/export") { Sleep = [3] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        var under = new Thread(() => client.GetTogether(3, "/export"));
        under.Start();
        app.WaitFor(3, "/export");
        nginx.Reload();
        under.Join();
        client.MustGet(200, "/", times: 5);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    internal static string Group(string settings) => $$"""
        upstream app {
            server 127.0.0.1:3000;
            {{settings}}
        }

        """;

    internal static void Race(LabMachine machine, string keepAlive)
    {
        Programs.Require("node");
        var program = machine.Write("race/race.js", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Apps", "race.js")).Replace("KEEP_ALIVE", keepAlive, StringComparison.Ordinal));
        machine.Start("race", "node", program, "3000");
        machine.WaitForPort(3000);
    }

    /// <summary>
    /// Two connections are kept, and the app closes them while its FIN is on its way for long: a filter loses it, as a busy network delays it.
    /// What is posted meanwhile finds a closed socket, whose kernel answers with a reset (RFC 9293, 3.10.7.4).
    /// </summary>
    /// <param name="machine">Where the app runs.</param>
    /// <param name="idle">Milliseconds after which the app has closed. Newer versions wait a second longer than they say (keepAliveTimeoutBuffer).</param>
    internal static void LoseRaces(LabMachine machine, int idle = 2700)
    {
        Programs.Require("nft");
        var client = new Client(machine);
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 15; i++)
            {
                Assert.Equal(200, client.Send("POST /cart HTTP/1.1", "Content-Length: 0"));
            }

            Assert.Equal(502, Reused(machine, idle));
            LogClock.Pass();
        }

        Poll.Until(() => client.Send("POST /cart HTTP/1.1", "Content-Length: 0") == 200, "a request that is answered");
    }

    /// <summary>What is answered to a request after the app has closed two kept connections, and its FIN has not arrived.</summary>
    internal static int Reused(LabMachine machine, int idle)
    {
        var client = new Client(machine);
        machine.Must("nft", "add table ip slow; add chain ip slow out { type filter hook output priority 0; }; add rule ip slow out tcp sport 3000 tcp flags & fin == fin drop");
        client.GetTogether(2, "/slow");
        Thread.Sleep(idle);
        var status = client.Send("POST /cart HTTP/1.1", "Content-Length: 0");
        machine.Must("nft", "delete table ip slow");
        return status;
    }

    private static int Upload(LabMachine machine)
    {
        var body = machine.PathOf("upload.bin");
        if (!File.Exists(body))
        {
            File.WriteAllBytes(body, new byte[30_000_000]);
        }

        var answer = machine.Execute("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Host: shop.example.com", "-H", "Expect:", "--data-binary", "@" + body, "http://127.0.0.1:8080/index.html");
        return int.TryParse(answer.Output.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : 0;
    }
}
