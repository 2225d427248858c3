using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>ASP.NET Core behind nginx: stopped, on another port or loopback family, slow, ended by what nobody catches.</summary>
public sealed class KestrelScenarios
{
    private const string Refused = "(111: Connection refused) while connecting to upstream";

    [SkippableFact]
    public void KestrelStopped_IsDown() => LabMachine.Run(nameof(KestrelStopped_IsDown), machine =>
    {
        var app = Kestrel.Start(machine, "http://127.0.0.1:5000");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:5000"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 3);
        app.Process.Stop();
        client.MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("upstream-down"));
    });

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void KestrelOnItsNewDefaultPort_IsWrongAddress(bool ownProgram) => LabMachine.Run(nameof(KestrelOnItsNewDefaultPort_IsWrongAddress), machine =>
    {
        // 5000 until .NET 7, 8080 in the images since .NET 8.
        Kestrel.Start(machine, "http://127.0.0.1:8081", ownProgram);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:5000"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("upstream-wrong-address") with { UnprivilegedMay = ["upstream-down"] });
    });

    [SkippableFact]
    public void KestrelOnTheOtherLoopback_IsMismatch() => LabMachine.Run(nameof(KestrelOnTheOtherLoopback_IsMismatch), machine =>
    {
        Kestrel.Start(machine, "http://[::1]:5000");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:5000"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, Expect("loopback-mismatch"));
    });

    [SkippableFact]
    public void OneSlowRouteInKestrel_IsSlow() => LabMachine.Run(nameof(OneSlowRouteInKestrel_IsSlow), machine =>
    {
        Kestrel.Start(machine, "http://127.0.0.1:5000", routes: new Route("/report") { Sleep = [30] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:5000", "proxy_read_timeout 700ms;"));
        RubyScenarios.Slow(machine, together: 3);
        Examination.Faulty(machine, nginx, Expect("upstream-slow") with { Symptom = "upstream timed out (110: Connection timed out) while reading response header from upstream", Confidence = 0.5, UnprivilegedMay = ["timeout-too-short"] });
    });

    [SkippableFact]
    public void KestrelEndsByAnException_IsCrashed() => LabMachine.Run(nameof(KestrelEndsByAnException_IsCrashed), machine =>
    {
        var supervisor = Kestrel.StartSupervised(machine, "http://127.0.0.1:5000", new Route("/pdf") { Throw = true });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:5000"));
        Fail(machine, supervisor, "/pdf");
        Examination.Faulty(machine, nginx, WorkerEndScenarios.Expect(nginx, "worker-crashed", "proxy_pass") with { Confidence = 0.6, Alongside = ["upstream-down", "upstream-closed-early"] });
    });

    /// <summary>The runtime's last words tell why the answer broke off; without them it would be a truncated answer and no more.</summary>
    [SkippableFact]
    public void KestrelEndsInTheMiddleOfABody_IsCrashed() => LabMachine.Run(nameof(KestrelEndsInTheMiddleOfABody_IsCrashed), machine =>
    {
        var supervisor = Kestrel.StartSupervised(machine, "http://127.0.0.1:5000", new Route("/export") { Cut = true, Body = 200_000 });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:5000"));
        Fail(machine, supervisor, "/export");
        Examination.Faulty(machine, nginx, RubyScenarios.Truncated with { Cause = "worker-crashed", Alongside = ["response-truncated", "upstream-down"], UnprivilegedMay = ["response-truncated"] });
    });

    [SkippableFact]
    public void KestrelServes_IsHealthy() => LabMachine.Run(nameof(KestrelServes_IsHealthy), machine =>
    {
        Kestrel.Start(machine, "http://127.0.0.1:5000", ownProgram: true);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:5000"));
        new Client(machine).MustGet(200, "/", times: 20);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });

    /// <summary>Requests that end the app, which is started again.</summary>
    private static void Fail(LabMachine machine, Supervisor supervisor, string route)
    {
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        for (var i = 0; i < 2; i++)
        {
            LogClock.Pass();
            client.Get(route);
            supervisor.WaitForStarts(i + 2);
            machine.WaitForPort(5000);
            client.MustGet(200, "/");
        }
    }

    private static Expected Expect(string cause) => new(cause) { Symptom = Refused, Directive = "proxy_pass", Confidence = 0.8 };
}
