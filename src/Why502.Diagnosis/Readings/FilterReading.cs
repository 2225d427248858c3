using System.Globalization;
using System.Net;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>Finds the packet-filter rule that stands between nginx and a peer.</summary>
public static class FilterReading
{
    /// <summary>The first rule that refuses new TCP connections to the peer; a chain's policy only when no rule does.</summary>
    public static FilterRule? Matching(PacketFilterFact filter, Endpoint peer, bool local) => Matching(filter, peer, local, local ? ["output", "input", "prerouting", "ingress"] : ["output"]);

    /// <summary>The rule on the way through a machine's own namespace that forwards between containers: docker's DOCKER-USER and FORWARD chains.</summary>
    public static FilterRule? Forwarding(PacketFilterFact filter, Endpoint peer) => Matching(filter, peer, local: false, ["forward", "prerouting"]);

    /// <summary>The rule in the namespace that the peer's address belongs to.</summary>
    public static FilterRule? Receiving(PacketFilterFact filter, Endpoint peer) => Matching(filter, peer, local: false, ["input", "prerouting", "ingress"]);

    private static FilterRule? Matching(PacketFilterFact filter, Endpoint peer, bool local, IReadOnlyList<string> hooks)
    {
        if (!IPAddress.TryParse(peer.Host, out var address))
        {
            return null;
        }

        return filter.Rules
            .Where(rule => rule.Verdict is "drop" or "reject" && Concerns(rule, address, peer.Port, local, hooks) && !filter.Accepts.Any(accept => Precedes(accept, rule) && Concerns(accept, address, peer.Port, local, hooks)))
            .OrderBy(rule => rule.IsPolicy)
            .ThenByDescending(rule => rule.Understood)
            .FirstOrDefault();
    }

    private static bool Concerns(FilterRule rule, IPAddress address, int port, bool local, IReadOnlyList<string> hooks)
    {
        var v6 = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        var loopback = IPAddress.IsLoopback(address);
        return (rule.Protocol is null or "tcp")
            && (rule.Family switch { "ip" => !v6, "ip6" => v6, _ => true })
            && (rule.Hook.Length == 0 || hooks.Contains(rule.Hook))
            && (rule.DestinationPorts.Count == 0 || rule.DestinationPorts.Any(range => InRange(range, port)))
            && (rule.Destinations.Count == 0 || rule.Destinations.Any(prefix => InPrefix(prefix, address)))
            && (rule.Sources.Count == 0 || !loopback || rule.Sources.Any(prefix => InPrefix(prefix, address)))
            && (rule.Hook != "input" || MayBe(rule.InInterface, local))
            && MayBe(rule.OutInterface, local)
            // A policy on loopback is nearly always preceded by an accept for lo: it is no evidence.
            && (!rule.IsPolicy || !local);
    }

    /// <summary>Traffic to an own address goes through lo; to another machine through any interface but lo.</summary>
    private static bool MayBe(string? interfaceName, bool local) => interfaceName switch
    {
        null => true,
        "lo" => local,
        "!lo" => !local,
        ['!', ..] => true,
        _ => !local,
    };

    private static bool Precedes(FilterRule accept, FilterRule rule)
        => accept.Understood && accept.Tool == rule.Tool && accept.Family == rule.Family && accept.Table == rule.Table && accept.BaseChain == rule.BaseChain && accept.Order < rule.Order;

    private static bool InRange(string range, int port)
    {
        var ends = range.Split('-');
        return ends.Length is 1 or 2
            && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var low)
            && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var high)
            && port >= low && port <= high;
    }

    private static bool InPrefix(string prefix, IPAddress address)
        => prefix.Contains('/', StringComparison.Ordinal)
            ? IPNetwork.TryParse(prefix, out var network) && network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address)
            : IPAddress.TryParse(prefix, out var single) && single.Equals(address);

    /// <summary>One rule before the one that refuses, for this peer alone.</summary>
    public static Fix Allow(FilterRule rule, Endpoint peer)
    {
        var v6 = peer.IsLiteralIPv6;
        var family = v6 ? "ip6" : "ip";
        var nft = rule.Handle is { } handle
            ? $"nft insert rule {rule.Family} {Words.Shell(rule.Table)} {Words.Shell(rule.Chain)} handle {handle.ToString(CultureInfo.InvariantCulture)} {family} daddr {peer.Host} tcp dport {peer.Port} accept"
            : null;
        var command = rule.Tool switch
        {
            "nft" => nft,
            "iptables" or "ip6tables" => $"{rule.Tool} -I {Words.Shell(rule.Chain)} -p tcp -d {peer.Host} --dport {peer.Port} -j ACCEPT",
            _ => null,
        };
        return new Fix
        {
            Summary = $"Allow TCP to {peer} before the rule that refuses it.",
            Steps =
            [
                new($"The rule is in table {rule.Table}, chain {rule.Chain}: {rule.Text}. Whoever wrote it may have meant it; this lets nothing through but {peer}.", command),
                new("Write the same rule where your firewall is kept (nftables.conf, ufw, firewalld), or it is gone after the next boot."),
            ],
        };
    }
}
