using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>504 while reading the header: one slow route, or a limit below what the route needs.</summary>
public sealed class TimeoutScenarios
{
    private const string TimedOut = "upstream timed out (110: Connection timed out) while reading response header from upstream";

    // Around the limit of one second: most pass just below it, some just above.
    private static readonly double[] Crowded = [0.80, 0.90, 1.15, 0.85, 0.93, 0.88, 1.2, 0.91, 0.86, 0.94];

    [SkippableFact]
    public void OneSlowRouteInNode_IsSlow() => LabMachine.Run(nameof(OneSlowRouteInNode_IsSlow), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/report") { Sleep = [60] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_read_timeout 700ms;"));
        Slow(machine);
        Examination.Faulty(machine, nginx, Expect("upstream-slow", "proxy_pass http://127.0.0.1:3000"));
    });

    /// <summary>Two sites write one log that does not tell whose a row is: what the app answers is asked.</summary>
    [SkippableFact]
    public void OneSlowRouteBesideAnotherSite_IsSlow() => LabMachine.Run(nameof(OneSlowRouteBesideAnotherSite_IsSlow), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/report") { Sleep = [60] });
        Node.Start(machine, 3001, name: "stock");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_read_timeout 700ms;") + "\n" + Site.Proxy("http://127.0.0.1:3001", name: "stock.example.com"), "combined");
        new Client(machine, host: "stock.example.com").MustGet(200, "/", times: 5);
        Slow(machine);
        Examination.Faulty(machine, nginx, Expect("upstream-slow", "proxy_pass http://127.0.0.1:3000") with { Confidence = 0.8 });
    });

    [SkippableFact]
    public void OneSlowRouteInGunicorn_IsSlow() => LabMachine.Run(nameof(OneSlowRouteInGunicorn_IsSlow), machine =>
    {
        Gunicorn.Start(machine, "127.0.0.1:8000", workers: 6, routes: new Route("/report") { Sleep = [20] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:8000", "proxy_read_timeout 700ms;"));
        Slow(machine);
        Examination.Faulty(machine, nginx, Expect("upstream-slow", "proxy_pass http://127.0.0.1:8000"));
    });

    /// <summary>nginx writes no colon between a socket and the URI of a request that timed out.</summary>
    [SkippableFact]
    public void OneSlowRouteOnASocket_IsSlow() => LabMachine.Run(nameof(OneSlowRouteOnASocket_IsSlow), machine =>
    {
        Gunicorn.Start(machine, "unix:/run/app.sock", workers: 6, routes: new Route("/report") { Sleep = [20] });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://unix:/run/app.sock", "proxy_read_timeout 700ms;"));
        Slow(machine);
        Examination.Faulty(machine, nginx, Expect("upstream-slow", "proxy_pass http://unix:/run/app.sock"));
    });

    [SkippableTheory]
    [InlineData("timed")]
    [InlineData("combined")]
    public void OneSlowRouteInPhp_IsSlow(string accessLog) => LabMachine.Run(nameof(OneSlowRouteInPhp_IsSlow), machine =>
    {
        var php = PhpFpm.Start(machine, "/run/php.sock", "pm = static\npm.max_children = 8", routes: new Route("/report") { Sleep = [20] });
        var nginx = NginxServer.Start(machine, Site.FastCgi("unix:/run/php.sock", php.Folder + "/index.php", "fastcgi_read_timeout 700ms;"), accessLog);
        Slow(machine);
        Examination.Faulty(machine, nginx, Expect("upstream-slow", "fastcgi_pass unix:/run/php.sock"));
    });

    [SkippableFact]
    public void NodeSuccessesCrowdUnderTheLimit_IsTooShort() => LabMachine.Run(nameof(NodeSuccessesCrowdUnderTheLimit_IsTooShort), machine =>
    {
        Node.Start(machine, 3000, routes: new Route("/search") { Sleep = Crowded });
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_read_timeout 1s;"));
        TooShort(machine);
        Examination.Faulty(machine, nginx, Expect("timeout-too-short", "proxy_pass http://127.0.0.1:3000") with { UnprivilegedMay = [] });
    });

    [SkippableFact]
    public void PhpSuccessesCrowdUnderTheLimit_IsTooShort() => LabMachine.Run(nameof(PhpSuccessesCrowdUnderTheLimit_IsTooShort), machine =>
    {
        var php = PhpFpm.Start(machine, "127.0.0.1:9000", "pm = static\npm.max_children = 24", routes: new Route("/search") { Sleep = Crowded });
        var nginx = NginxServer.Start(machine, Site.FastCgi("127.0.0.1:9000", php.Folder + "/index.php", "fastcgi_read_timeout 1s;"));
        TooShort(machine);
        Examination.Faulty(machine, nginx, Expect("timeout-too-short", "fastcgi_pass 127.0.0.1:9000"));
    });

    private static void Slow(LabMachine machine)
    {
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        Assert.All(client.GetTogether(3, "/report"), status => Assert.Equal(504, status));

        // Logs count in seconds: other routes are answered in a later one, and that is no recovery of this route.
        LogClock.Pass();
        client.MustGet(200, "/fast", times: 10);
    }

    private static void TooShort(LabMachine machine)
    {
        var client = new Client(machine);
        client.MustGet(200, "/", times: 5);
        var statuses = client.GetTogether(20, "/search");
        Assert.InRange(statuses.Count(status => status == 504), 3, 8);
        Assert.InRange(statuses.Count(status => status == 200), 12, 17);
    }

    private static Expected Expect(string cause, string directive) => new(cause)
    {
        Symptom = TimedOut,
        Directive = directive,
    };
}
