using Why502.Lab.Machine;
using Why502.Lab.Servers;
using Why502.Lab.Verdicts;
using Xunit;

namespace Why502.Lab.Scenarios;

/// <summary>No way to the upstream, in every number the kernel has for it.</summary>
public sealed class RouteScenarios
{
    [SkippableTheory]
    [InlineData("ip route add unreachable 10.6.0.0/24", "(113: No route to host) while connecting to upstream")]
    [InlineData("ip route add prohibit 10.6.0.0/24", "(13: Permission denied) while connecting to upstream")]
    [InlineData("ip route add blackhole 10.6.0.0/24", "(22: Invalid argument) while connecting to upstream")]
    [InlineData("true", "(101: Network is unreachable) while connecting to upstream")]
    public void RouteThatRefuses_IsUnreachable(string route, string symptom) => LabMachine.Run(nameof(RouteThatRefuses_IsUnreachable), machine =>
    {
        machine.Shell(route);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://10.6.0.9:8080"));
        new Client(machine).MustGet(502, "/", times: 3);
        Unreachable(machine, nginx, "http://10.6.0.9:8080", symptom);
    });

    /// <summary>Nobody answers ARP: the kernel gives up after about three seconds.</summary>
    [SkippableFact]
    public void HostThatIsOff_IsUnreachable() => LabMachine.Run(nameof(HostThatIsOff_IsUnreachable), machine =>
    {
        machine.Shell("""
            ip link add up0 type veth peer name up1
            ip addr add 10.7.0.1/24 dev up0
            ip link set up0 up
            ip link set up1 up
            """);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://10.7.0.9:8080", "proxy_connect_timeout 10s;"));
        new Client(machine).MustGet(502, "/", times: 1);
        Unreachable(machine, nginx, "http://10.7.0.9:8080", "(113: No route to host) while connecting to upstream", confidence: 0.7);
    });

    /// <summary>The look-alike: the same number, and it is a filter on the upstream's host that says it (firewalld's way to refuse).</summary>
    [SkippableFact]
    public void FilterOnTheOtherHost_IsFirewall() => LabMachine.Run(nameof(FilterOnTheOtherHost_IsFirewall), machine =>
    {
        Programs.Require("nft");
        var host = NetworkSpace.Create(machine, "host2");
        host.Node(3000, "0.0.0.0");
        machine.Must([.. host.Enter, "nft", "add table inet guard; add chain inet guard input { type filter hook input priority 0; }; add rule inet guard input tcp dport 3000 reject with icmpx type admin-prohibited"]);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://172.18.0.3:3000"));
        new Client(machine).MustGet(502, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected("firewall-blocked")
        {
            Symptom = "(113: No route to host) while connecting to upstream",
            Directive = "proxy_pass http://172.18.0.3:3000",
            Confidence = 0.7,
            UnprivilegedMay = ["host-unreachable"],
        });
    });

    /// <summary>A name with an IPv6 address on a machine whose IPv6 is switched off: connect() gives 99, or 101 where only the route is missing.</summary>
    [SkippableTheory]
    [InlineData(true, "(99: Cannot assign requested address) while connecting to upstream")]
    [InlineData(false, "(101: Network is unreachable) while connecting to upstream")]
    public void IPv6AddressWithoutIPv6_IsUnreachable(bool disabled, string symptom) => LabMachine.Run(nameof(IPv6AddressWithoutIPv6_IsUnreachable), machine =>
    {
        RequireIPv6(machine);
        Disable(machine, disabled);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://[2001:db8::9]:8080"));
        new Client(machine).MustGet(502, "/", times: 3);
        Unreachable(machine, nginx, "http://[2001:db8::9]:8080", symptom);
    });

    /// <summary>The same number for ::1, where the app listens on 127.0.0.1: the other loopback family.</summary>
    [SkippableFact]
    public void LoopbackOfAFamilyThatIsOff_IsMismatch() => LabMachine.Run(nameof(LoopbackOfAFamilyThatIsOff_IsMismatch), machine =>
    {
        RequireIPv6(machine);
        Disable(machine, true);
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://[::1]:3000"));
        new Client(machine).MustGet(502, "/", times: 3);
        Examination.Faulty(machine, nginx, new Expected("loopback-mismatch")
        {
            Symptom = "(99: Cannot assign requested address) while connecting to upstream",
            Directive = "proxy_pass http://[::1]:3000",
            Confidence = 0.8,
        });
    });

    /// <summary>The healthy neighbour: a refusing route to some other network.</summary>
    [SkippableFact]
    public void RouteToAnotherNetworkRefuses_IsHealthy() => LabMachine.Run(nameof(RouteToAnotherNetworkRefuses_IsHealthy), machine =>
    {
        machine.Shell("ip route add blackhole 10.6.0.0/24");
        Node.Start(machine, 3000);
        var nginx = NginxServer.Start(machine, Site.Proxy("http://127.0.0.1:3000"));
        new Client(machine).MustGet(200, "/", times: 4);
        Examination.Healthy(machine, nginx);
    });

    // A lab machine shares /proc/sys with nobody: net.ipv6 belongs to its network namespace.
    private static void Disable(LabMachine machine, bool disable)
    {
        if (disable)
        {
            machine.Shell("echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6");
        }
    }

    private static void RequireIPv6(LabMachine machine) =>
        Skip.IfNot(machine.Execute("ip", "-6", "addr", "show", "dev", "lo").Output.Contains("::1/128", StringComparison.Ordinal), "this kernel has no IPv6 loopback");

    private static void Unreachable(LabMachine machine, NginxServer nginx, string pass, string symptom, double confidence = 0.8) =>
        Examination.Faulty(machine, nginx, new Expected("host-unreachable") { Symptom = symptom, Directive = "proxy_pass " + pass, Confidence = confidence, UnprivilegedMay = ["access-control-denied", "firewall-blocked"] });
}
