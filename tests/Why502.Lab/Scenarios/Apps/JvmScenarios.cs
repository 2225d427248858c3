using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Jetty behind nginx: another port, threads that are all taken, one slow route, an end without a word.</summary>
public sealed class JvmScenarios
{
    private const string TimedOut = "upstream timed out (110: Connection timed out) while reading response header from upstream";

    [SkippableFact]
    public void JettyOnAnotherPort_IsWrongAddress() => LabMachine.Run(nameof(JettyOnAnotherPort_IsWrongAddress), machine =>
    {
        Jetty.Start(machine, 8081);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8082"));
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("upstream-wrong-address") { Symptom = "(111: Connection refused) while connecting to upstream", Directive = "proxy_pass", Confidence = 0.8, UnprivilegedMay = ["upstream-down"] });
    });

    [SkippableFact]
    public void JettyStopped_IsDown() => LabMachine.Run(nameof(JettyStopped_IsDown), machine =>
    {
        var app = Jetty.Start(machine, 8081);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 3);
        app.Process.Stop();
        client.MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("upstream-down") { Symptom = "(111: Connection refused) while connecting to upstream", Directive = "proxy_pass", Confidence = 0.8 });
    });

    [SkippableFact]
    public void OneSlowRouteInJetty_IsSlow() => LabMachine.Run(nameof(OneSlowRouteInJetty_IsSlow), machine =>
    {
        Jetty.Start(machine, 8081, threads: 32, routes: new Route("/report") { Sleep = [30] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081", "proxy_read_timeout 700ms;"));
        RubyScenarios.Slow(machine, together: 3);
        Examination.Faulty(machine, nginx, new Expected("upstream-slow") { Symptom = TimedOut, Directive = "proxy_pass", UnprivilegedMay = ["timeout-too-short"] });
    });

    [SkippableFact]
    public void EveryJettyThreadTaken_IsExhausted() => LabMachine.Run(nameof(EveryJettyThreadTaken_IsExhausted), machine =>
    {
        Jetty.Start(machine, 8081, threads: 6, routes: new Route("/report") { Sleep = [300] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081", "proxy_read_timeout 700ms;"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        client.GetTogether(10, "/report");
        client.MustGet(504, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected("worker-pool-exhausted") { Symptom = TimedOut, Directive = "proxy_pass", UnprivilegedMay = ["upstream-slow", "host-overloaded"] });
    });

    [SkippableFact]
    public void JettyEndsInTheMiddleOfABody_IsTruncated() => LabMachine.Run(nameof(JettyEndsInTheMiddleOfABody_IsTruncated), machine =>
    {
        Jetty.Start(machine, 8081, routes: new Route("/export") { Cut = true, Body = 200_000 });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        client.Get("/export");
        nginx.WaitForLogged("prematurely closed connection while reading upstream");
        Jetty.Start(machine, 8081);
        LogClock.Pass();
        client.MustGet(200, "/", times: 5);
        Examination.Faulty(machine, nginx, RubyScenarios.Truncated);
    });

    [SkippableFact]
    public void JettyServes_IsHealthy() => LabMachine.Run(nameof(JettyServes_IsHealthy), machine =>
    {
        Jetty.Start(machine, 8081, routes: new Route("/bug") { Throw = true });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8081"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 20);
        client.MustGet(500, "/bug", times: 2);
        Examination.Healthy(machine, nginx, mayBeUnknown: false);
    });
}
