using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Workers that are busy because they wait for somebody else: it is said for whom.</summary>
public sealed class WaitScenarios
{
    private const string TimedOut = "upstream timed out (110: Connection timed out) while reading response header from upstream";

    [SkippableFact]
    public void EveryWorkerWaitsForTheDatabase_IsPoolExhaustedAndSaysSo() => LabMachine.Run(nameof(EveryWorkerWaitsForTheDatabase_IsPoolExhaustedAndSaysSo), machine =>
    {
        TcpPeer.Start(machine, "hang", "127.0.0.1:3306", name: "mysql");
        Gunicorn.Start(machine, "127.0.0.1:8000", workers: 2, routes: new Route("/report") { Waits = "127.0.0.1:3306", Sleep = [25] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000", "proxy_read_timeout 700ms;"));
        var client = new Client(machine);
        client.MustGet(200, "/fast", times: 5);
        client.GetTogether(3, "/report");
        client.MustGet(504, "/fast", times: 3);
        var answer = Examination.Faulty(machine, nginx, Expect("worker-pool-exhausted", "proxy_pass") with { Alongside = ["listen-queue-full"] });
        Assert.Contains(answer.Findings[0].Evidence, evidence => evidence.Text.Contains("127.0.0.1:3306 (MySQL)", StringComparison.Ordinal));
    });

    [SkippableFact]
    public void OneRouteWaitsForTheDatabase_IsSlowAndSaysSo() => LabMachine.Run(nameof(OneRouteWaitsForTheDatabase_IsSlowAndSaysSo), machine =>
    {
        TcpPeer.Start(machine, "hang", "127.0.0.1:5432", name: "postgres");
        Gunicorn.Start(machine, "127.0.0.1:8000", workers: 6, routes: new Route("/report") { Waits = "127.0.0.1:5432", Sleep = [25] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000", "proxy_read_timeout 700ms;"));
        var client = new Client(machine);
        client.MustGet(200, "/fast", times: 5);
        client.GetTogether(2, "/report");
        LogClock.Pass();
        client.MustGet(200, "/fast", times: 10);
        var answer = Examination.Faulty(machine, nginx, Expect("upstream-slow", "proxy_pass") with { Alongside = ["timeout-too-short"], UnprivilegedMay = ["timeout-too-short"] });
        Assert.Contains(answer.Findings[0].Evidence, evidence => evidence.Text.Contains("127.0.0.1:5432 (PostgreSQL)", StringComparison.Ordinal));
    });

    /// <summary>Threads take each connection from the queue and let it wait inside: nothing waits outside, and nothing is answered.</summary>
    [SkippableFact]
    public void EveryThreadIsHeld_IsPoolExhausted() => LabMachine.Run(nameof(EveryThreadIsHeld_IsPoolExhausted), machine =>
    {
        Gunicorn.Start(machine, "127.0.0.1:8000", workers: 1, options: ["--threads", "3", "--timeout", "120"], routes: [new Route("/report") { Sleep = [40] }, new Route("/a"), new Route("/b")]);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000", "proxy_read_timeout 700ms;"));
        var client = new Client(machine);
        client.MustGet(200, "/fast", times: 9);
        client.MustGet(200, "/a", times: 9);
        LogClock.Pass();
        client.GetTogether(4, "/report");
        client.MustGet(504, "/fast", times: 3);
        client.MustGet(504, "/a", times: 3);
        client.MustGet(504, "/b", times: 3);
        Examination.Faulty(machine, nginx, Expect("worker-pool-exhausted", "proxy_pass"));
    });

    private static Expected Expect(string cause, string directive) => new(cause)
    {
        Symptom = TimedOut,
        Directive = directive,
        Confidence = 0.5,
    };
}
