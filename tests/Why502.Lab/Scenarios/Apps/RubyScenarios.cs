using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Puma and Unicorn: sockets in the wrong place, threads and workers that are all taken, workers that their own master kills.</summary>
public sealed class RubyScenarios
{
    private const string TimedOut = "upstream timed out (110: Connection timed out) while reading response header from upstream";
    private const string Missing = "(2: No such file or directory) while connecting to upstream";
    private const string Refused = "(111: Connection refused) while connecting to upstream";

    [SkippableFact]
    public void PumaSocketElsewhere_IsPathMismatch() => LabMachine.Run(nameof(PumaSocketElsewhere_IsPathMismatch), machine =>
    {
        Ruby.Puma(machine, $"unix://{Sockets(machine)}/puma.sock");
        var nginx = NginxServer.Start(machine, Site.Proxy($"http://unix:{machine.PathOf("sockets/shop.sock")}"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("socket-path-mismatch") { Symptom = Missing, Directive = "proxy_pass", Confidence = 0.8, UnprivilegedMay = ["socket-missing"] });
    });

    [SkippableFact]
    public void PumaKilled_IsStale() => LabMachine.Run(nameof(PumaKilled_IsStale), machine =>
    {
        var app = Ruby.Puma(machine, $"unix://{Sockets(machine)}/puma.sock", workers: 0);
        var nginx = NginxServer.Start(machine, Site.Proxy($"http://unix:{machine.PathOf("sockets/puma.sock")}"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 3);
        app.Process.Kill();
        client.MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("socket-stale") { Symptom = Refused, Directive = "proxy_pass", Confidence = 0.8 });
    });

    [SkippableFact]
    public void PumaStopped_IsDown() => LabMachine.Run(nameof(PumaStopped_IsDown), machine =>
    {
        var app = Ruby.Puma(machine, "tcp://127.0.0.1:9292");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:9292"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 3);
        app.Process.Stop();
        client.MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("upstream-down") { Symptom = Refused, Directive = "proxy_pass", Confidence = 0.8 });
    });

    [SkippableFact]
    public void OneSlowRouteInPuma_IsSlow() => LabMachine.Run(nameof(OneSlowRouteInPuma_IsSlow), machine =>
    {
        Ruby.Puma(machine, "tcp://127.0.0.1:9292", workers: 2, routes: new Route("/report") { Sleep = [20] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:9292", "proxy_read_timeout 700ms;"));
        Slow(machine, together: 3);
        Examination.Faulty(machine, nginx, new Expected("upstream-slow") { Symptom = TimedOut, Directive = "proxy_pass", Confidence = 0.5, UnprivilegedMay = ["timeout-too-short"] });
    });

    [SkippableFact]
    public void EveryPumaThreadTaken_IsExhausted() => LabMachine.Run(nameof(EveryPumaThreadTaken_IsExhausted), machine =>
    {
        Ruby.Puma(machine, "tcp://127.0.0.1:9292", workers: 0, routes: new Route("/report") { Sleep = [300] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:9292", "proxy_read_timeout 700ms;"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        client.GetTogether(8, "/report");
        client.MustGet(504, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected("worker-pool-exhausted") { Symptom = TimedOut, Directive = "proxy_pass", UnprivilegedMay = ["upstream-slow", "host-overloaded"] });
    });

    [SkippableFact]
    public void PumaWorkerDies_IsCrashed() => LabMachine.Run(nameof(PumaWorkerDies_IsCrashed), machine =>
    {
        Ruby.Puma(machine, "tcp://127.0.0.1:9292", routes: new Route("/pdf") { Signal = 6 });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:9292"));
        Fail(machine, "/pdf");
        Examination.Faulty(machine, nginx, WorkerEndScenarios.Expect(nginx, "worker-crashed", "proxy_pass"));
    });

    [SkippableFact]
    public void PumaDiesInTheMiddleOfABody_IsCrashed() => LabMachine.Run(nameof(PumaDiesInTheMiddleOfABody_IsCrashed), machine =>
    {
        Ruby.Puma(machine, "tcp://127.0.0.1:9292", routes: new Route("/export") { Cut = true, Body = 200_000 });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:9292"));
        Cut(machine, "/export");
        // Its master's log tells that a worker was started anew each time; who may not read it sees an answer that broke off.
        Examination.Faulty(machine, nginx, Truncated with { Cause = "worker-crashed", Alongside = ["response-truncated", "upstream-down"], UnprivilegedMay = ["response-truncated"] });
    });

    [SkippableFact]
    public void PumaServes_IsHealthy() => LabMachine.Run(nameof(PumaServes_IsHealthy), machine =>
    {
        Ruby.Puma(machine, $"unix://{Sockets(machine)}/puma.sock", routes: new Route("/bug") { Throw = true });
        var nginx = NginxServer.Start(machine, Site.Proxy($"http://unix:{machine.PathOf("sockets/puma.sock")}"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 20);
        client.MustGet(500, "/bug", times: 2);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    [SkippableFact]
    public void UnicornWorkerOverItsTimeout_IsKilledByTimeout() => LabMachine.Run(nameof(UnicornWorkerOverItsTimeout_IsKilledByTimeout), machine =>
    {
        Ruby.Unicorn(machine, "127.0.0.1:8081", timeout: 3, routes: new Route("/report") { Sleep = [40] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081"));
        Fail(machine, "/report");
        Examination.Faulty(machine, nginx, WorkerEndScenarios.Expect(nginx, "worker-killed-by-timeout", "proxy_pass"));
    });

    [SkippableFact]
    public void UnicornWorkerExits_IsCrashed() => LabMachine.Run(nameof(UnicornWorkerExits_IsCrashed), machine =>
    {
        Ruby.Unicorn(machine, "127.0.0.1:8081", timeout: 30, routes: new Route("/pdf") { Crash = true });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081"));
        Fail(machine, "/pdf");
        Examination.Faulty(machine, nginx, WorkerEndScenarios.Expect(nginx, "worker-crashed", "proxy_pass") with { Confidence = 0.6 });
    });

    [SkippableFact]
    public void UnicornSocketElsewhere_IsPathMismatch() => LabMachine.Run(nameof(UnicornSocketElsewhere_IsPathMismatch), machine =>
    {
        Ruby.Unicorn(machine, Sockets(machine) + "/unicorn.sock");
        var nginx = NginxServer.Start(machine, Site.Proxy($"http://unix:{machine.PathOf("sockets/app.sock")}"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("socket-path-mismatch") { Symptom = Missing, Directive = "proxy_pass", Confidence = 0.8, UnprivilegedMay = ["socket-missing"] });
    });

    [SkippableFact]
    public void EveryUnicornWorkerTaken_IsExhausted() => LabMachine.Run(nameof(EveryUnicornWorkerTaken_IsExhausted), machine =>
    {
        Ruby.Unicorn(machine, "127.0.0.1:8081", routes: new Route("/report") { Sleep = [40] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081", "proxy_read_timeout 700ms;"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        client.GetTogether(4, "/report");
        client.MustGet(504, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected("worker-pool-exhausted") { Symptom = TimedOut, Directive = "proxy_pass", UnprivilegedMay = ["upstream-slow", "host-overloaded"] });
    });

    [SkippableFact]
    public void UnicornServes_IsHealthy() => LabMachine.Run(nameof(UnicornServes_IsHealthy), machine =>
    {
        Ruby.Unicorn(machine, Sockets(machine) + "/unicorn.sock");
        var nginx = NginxServer.Start(machine, Site.Proxy($"http://unix:{machine.PathOf("sockets/unicorn.sock")}"));
        new Client(machine).MustGet(200, "/", times: 20);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    internal static Expected Truncated => new("response-truncated")
    {
        Symptom = "prematurely closed connection while reading upstream",
        Directive = "proxy_pass",
        Alongside = ["worker-crashed", "upstream-down"],
    };

    /// <summary>Ordinary requests around answers that end early.</summary>
    internal static void Cut(LabMachine machine, string route)
    {
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        for (var i = 0; i < 3; i++)
        {
            client.Get(route);
            Poll.Until(() => client.Get("/") == 200, "the next worker");
        }
    }

    /// <summary>Waits for a slow route while others are answered, before and after it by the clock of the log.</summary>
    internal static void Slow(LabMachine machine, int together)
    {
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        Assert.All(client.GetTogether(together, "/report"), status => Assert.Equal(504, status));
        LogClock.Pass();
        client.MustGet(200, "/fast", times: 5);
    }

    private static void Fail(LabMachine machine, string route)
    {
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);

        // A log line tells the second: what was started within it may have been started before.
        LogClock.Pass();
        for (var i = 0; i < 3; i++)
        {
            client.MustGet(502, route);
            Poll.Until(() => client.Get("/") == 200, "the next worker");
        }
    }

    private static string Sockets(LabMachine machine)
    {
        machine.Shell("mkdir -p sockets && chmod 1777 sockets");
        return machine.PathOf("sockets");
    }
}
