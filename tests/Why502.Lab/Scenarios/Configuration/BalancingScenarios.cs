using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>Groups that have no server left although every server answers.</summary>
public sealed class BalancingScenarios
{
    private const string NoneLive = "no live upstreams while connecting to upstream";

    [SkippableFact]
    public void EveryServerDown_IsMarkedDown() => LabMachine.Run(nameof(EveryServerDown_IsMarkedDown), machine =>
    {
        var nginx = Two(machine, "server 127.0.0.1:3001 down; server 127.0.0.1:3002 down;");
        new Client(machine).MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("upstream-marked-down") { Symptom = NoneLive, Directive = "proxy_pass http://backend", Confidence = 0.8 });
    });

    /// <summary>One is down by configuration, the other by its fault: that lies beneath.</summary>
    [SkippableFact]
    public void OneMarkedDownTheOtherDead_IsDown() => LabMachine.Run(nameof(OneMarkedDownTheOtherDead_IsDown), machine =>
    {
        Node.Start(machine, 3001, name: "one");
        var nginx = NginxServer.Start(machine, "upstream backend { server 127.0.0.1:3001 down; server 127.0.0.1:3002; }\n" + Site.Proxy("http://backend"));
        new Client(machine).MustGet(502, "/", times: 6);
        Examination.Faulty(machine, nginx, new Expected("upstream-down")
        {
            Symptom = "(111: Connection refused)",
            Directive = "proxy_pass http://backend",
            Alongside = ["upstream-group-exhausted"],
        });
    });

    [SkippableFact]
    public void AllConnectionsOfTheGroupTaken_IsConnectionLimit() => LabMachine.Run(nameof(AllConnectionsOfTheGroupTaken_IsConnectionLimit), machine =>
    {
        Route[] routes = [new Route("/slow") { Sleep = [120] }];
        Node.Start(machine, 3001, name: "one", routes: routes);
        Node.Start(machine, 3002, name: "two", routes: routes);
        var nginx = NginxServer.Start(machine, "upstream backend { zone backend 64k; server 127.0.0.1:3001 max_conns=2; server 127.0.0.1:3002 max_conns=2; }\n" + Site.Proxy("http://backend"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        using var one = client.Leave("/slow");
        using var two = client.Leave("/slow");
        using var three = client.Leave("/slow");
        using var four = client.Leave("/slow");
        Poll.Until(() => client.Get() == 502, "the servers' limit");
        client.MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("upstream-connection-limit")
        {
            Symptom = NoneLive,
            Directive = "proxy_pass http://backend",
            Confidence = 0.8,
            UnprivilegedMay = ["upstream-group-exhausted"],
        });
    });

    /// <summary>The burst is over when somebody looks, and its requests are logged after those that were turned away: the limit is as low as before.</summary>
    [SkippableFact]
    public void BurstBeyondTheLimit_IsConnectionLimitStill() => LabMachine.Run(nameof(BurstBeyondTheLimit_IsConnectionLimitStill), machine =>
    {
        Route[] routes = [new Route("/slow") { Sleep = [1.5] }];
        Node.Start(machine, 3001, name: "one", routes: routes);
        Node.Start(machine, 3002, name: "two", routes: routes);
        var nginx = NginxServer.Start(machine, "upstream backend { zone backend 64k; server 127.0.0.1:3001 max_conns=2; server 127.0.0.1:3002 max_conns=2; }\n" + Site.Proxy("http://backend"));
        var client = new Client(machine);
        client.GetTogether(14, "/slow");
        client.MustGet(200, "/", times: 5);
        Examination.Faulty(machine, nginx, new Expected("upstream-connection-limit") { Symptom = NoneLive, Directive = "proxy_pass http://backend", Confidence = 0.8, State = "intermittent" });
    });

    /// <summary>A group of one server is never marked failed: only max_conns can have done it.</summary>
    [SkippableFact]
    public void OnlyServerHasItsFill_IsConnectionLimit() => LabMachine.Run(nameof(OnlyServerHasItsFill_IsConnectionLimit), machine =>
    {
        Node.Start(machine, 3001, name: "one", routes: new Route("/slow") { Sleep = [120] });
        var nginx = NginxServer.Start(machine, "upstream backend { server 127.0.0.1:3001 max_conns=1; }\n" + Site.Proxy("http://backend"));
        var client = new Client(machine);
        client.MustGet(200, "/", times: 10);
        using var one = client.Leave("/slow");
        Poll.Until(() => client.Get() == 502, "the server's limit");
        client.MustGet(502, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("upstream-connection-limit") { Symptom = NoneLive, Directive = "proxy_pass http://backend", Confidence = 0.8 });
    });

    [SkippableFact]
    public void OneSlowRouteMarksHealthyServers_IsPoisoned() => LabMachine.Run(nameof(OneSlowRouteMarksHealthyServers_IsPoisoned), machine =>
    {
        var nginx = Slow(machine, "fail_timeout=60s");
        var client = new Client(machine);
        client.MustGet(200, "/", times: 20);
        client.Get("/report");
        client.MustGet(502, "/", times: 4);
        client.MustGet(502, "/fast", times: 4);
        nginx.WaitForLogged(NoneLive);
        Examination.Faulty(machine, nginx, new Expected("passive-check-poisoned")
        {
            Symptom = "(110: Connection timed out) while reading response header from upstream",
            Directive = "proxy_pass http://backend",
            Confidence = 0.8,
            UnprivilegedMay = ["upstream-slow"],
        });
    });

    /// <summary>The same slow route where no failure counts: nobody else notices.</summary>
    [SkippableFact]
    public void OneSlowRouteWithoutChecks_IsSlow() => LabMachine.Run(nameof(OneSlowRouteWithoutChecks_IsSlow), machine =>
    {
        var nginx = Slow(machine, "max_fails=0");
        var client = new Client(machine);
        client.MustGet(200, "/", times: 20);
        client.Get("/report");
        client.MustGet(200, "/", times: 4);
        Examination.Faulty(machine, nginx, new Expected("upstream-slow")
        {
            Symptom = "(110: Connection timed out) while reading response header from upstream",
            Directive = "proxy_pass http://backend",
            UnprivilegedMay = ["timeout-too-short", "worker-pool-exhausted"],
        });
    });

    private static NginxServer Two(LabMachine machine, string servers)
    {
        Node.Start(machine, 3001, name: "one");
        Node.Start(machine, 3002, name: "two");
        return NginxServer.Start(machine, $"upstream backend {{ {servers} }}\n" + Site.Proxy("http://backend"));
    }

    private static NginxServer Slow(LabMachine machine, string settings)
    {
        Route[] routes = [new Route("/report") { Sleep = [30] }];
        Node.Start(machine, 3001, name: "one", routes: routes);
        Node.Start(machine, 3002, name: "two", routes: routes);
        return NginxServer.Start(machine, $"upstream backend {{ server 127.0.0.1:3001 {settings}; server 127.0.0.1:3002 {settings}; }}\n" + Site.Proxy("http://backend", "proxy_read_timeout 1s;"));
    }
}
