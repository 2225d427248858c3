using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>The app listens, and nginx does not get through to it.</summary>
public sealed class FilterScenarios
{
    [SkippableTheory]
    [InlineData("reject with tcp reset", "(111: Connection refused) while connecting to upstream", 502)]
    [InlineData("reject with icmpx type admin-prohibited", "(113: No route to host) while connecting to upstream", 502)]
    [InlineData("drop", "upstream timed out (110: Connection timed out) while connecting to upstream", 504)]
    public void RuleOnTheAppsPort_IsFirewall(string verdict, string symptom, int status) => LabMachine.Run(nameof(RuleOnTheAppsPort_IsFirewall), machine =>
    {
        Programs.Require("nft");
        Node.Start(machine, 3000);
        Filter(machine, $"tcp dport 3000 {verdict}");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_connect_timeout 300ms;"));
        new Client(machine).MustGet(status, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected("firewall-blocked")
        {
            Symptom = symptom,
            Directive = "proxy_pass http://127.0.0.1:3000",
            Confidence = 0.8,
            UnprivilegedMay = ["connect-timeout", "host-unreachable"],
        });
    });

    /// <summary>What leaves the machine passes one more hook after the routing decision; a rule there for another port is not in the way.</summary>
    [SkippableTheory]
    [InlineData(3000, 504)]
    [InlineData(3001, 200)]
    public void RuleAfterTheRoutingDecision_IsFirewall(int port, int status) => LabMachine.Run(nameof(RuleAfterTheRoutingDecision_IsFirewall), machine =>
    {
        Programs.Require("nft");
        Node.Start(machine, 3000);
        machine.Must("nft", $"add table inet guard; add chain inet guard out {{ type filter hook postrouting priority 0; }}; add rule inet guard out tcp dport {port} drop");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_connect_timeout 300ms;"));
        new Client(machine).MustGet(status, "/", times: 3);
        if (status == 200)
        {
            Examination.Healthy(machine, nginx);
            return;
        }

        Examination.Faulty(machine, nginx, new Expected("firewall-blocked")
        {
            Symptom = "upstream timed out (110: Connection timed out) while connecting to upstream",
            Directive = "proxy_pass http://127.0.0.1:3000",
            Confidence = 0.8,
            UnprivilegedMay = ["connect-timeout"],
        });
    });

    /// <summary>Nothing comes in that no rule names, and that is true of loopback too: the rule that lets it through is the one that is missing.</summary>
    [SkippableTheory]
    [InlineData("", "firewall-blocked", 504)]
    [InlineData("add rule inet guard in iif lo accept;", "healthy", 200)]
    public void DefaultDropWithoutLoopback_IsFirewall(string loopback, string verdict, int status) => LabMachine.Run(nameof(DefaultDropWithoutLoopback_IsFirewall), machine =>
    {
        Programs.Require("nft");
        Node.Start(machine, 3000);
        machine.Must("nft", $"add table inet guard; add chain inet guard in {{ type filter hook input priority 0; policy drop; }}; add rule inet guard in ct state established,related accept; add rule inet guard in tcp dport {{ 22, 8080 }} accept; {loopback}");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000", "proxy_connect_timeout 300ms;"));
        new Client(machine).MustGet(status, "/", times: 3);
        if (verdict == "healthy")
        {
            Examination.Healthy(machine, nginx);
            return;
        }

        Examination.Faulty(machine, nginx, new Expected(verdict)
        {
            Symptom = "upstream timed out (110: Connection timed out) while connecting to upstream",
            Directive = "proxy_pass http://127.0.0.1:3000",
            Confidence = 0.8,
            UnprivilegedMay = ["connect-timeout"],
        });
    });

    /// <summary>Everybody gets through but nginx's worker: asked as root, the app answers.</summary>
    [SkippableFact]
    public void RuleForTheWorkersUser_IsFirewall() => LabMachine.Run(nameof(RuleForTheWorkersUser_IsFirewall), machine =>
    {
        Programs.Require("nft");
        Node.Start(machine, 3000);
        machine.Must("nft", "add table inet guard; add chain inet guard out { type filter hook output priority 0; }; add rule inet guard out meta skuid www-data tcp dport 3000 reject with tcp reset");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        LogClock.Pass(2);
        new Client(machine).MustGet(502, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected("firewall-blocked")
        {
            Symptom = "(111: Connection refused) while connecting to upstream",
            Directive = "proxy_pass http://127.0.0.1:3000",
            // The app has not run for long enough to have been there at both looks, and what the rule asks of the user is not modelled.
            Confidence = 0.6,
            Unprivileged = false,
        });
    });

    /// <summary>The look-alike: a rule rejects, but of another port; nothing listens on nginx's.</summary>
    [SkippableFact]
    public void RuleOnAnotherPort_IsDown() => LabMachine.Run(nameof(RuleOnAnotherPort_IsDown), machine =>
    {
        Programs.Require("nft");
        Filter(machine, "tcp dport 25 reject with tcp reset");
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(502, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected("upstream-down")
        {
            Symptom = "(111: Connection refused) while connecting to upstream",
            Directive = "proxy_pass http://127.0.0.1:3000",
            Confidence = 0.8,
        });
    });

    /// <summary>A neighbour that is there for ARP and answers no SYN: no rule here, no full queue.</summary>
    [SkippableFact]
    public void SynNeverAnswered_IsConnectTimeout() => LabMachine.Run(nameof(SynNeverAnswered_IsConnectTimeout), machine =>
    {
        BlackHole(machine);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://10.7.0.9:8080", "proxy_connect_timeout 300ms;"));
        new Client(machine).MustGet(504, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected("connect-timeout")
        {
            Symptom = "upstream timed out (110: Connection timed out) while connecting to upstream",
            Directive = "proxy_pass http://10.7.0.9:8080",
            Confidence = 0.5,
        });
    });

    internal static void BlackHole(LabMachine machine) => machine.Shell("""
        ip link add up0 type veth peer name up1
        ip addr add 10.7.0.1/24 dev up0
        ip link set up0 up
        ip link set up1 up
        ip neigh add 10.7.0.9 lladdr 02:00:00:00:00:09 dev up0
        """);

    private static void Filter(LabMachine machine, string rule) =>
        machine.Must("nft", $"add table inet guard; add chain inet guard input {{ type filter hook input priority 0; }}; add rule inet guard input {rule}");
}
