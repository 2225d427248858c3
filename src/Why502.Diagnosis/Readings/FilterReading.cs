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
    public static Fix Allow(FilterRule rule, Endpoint peer, PacketFilterFact filter, bool isOurs)
    {
        var family = peer.IsLiteralIPv6 ? "ip6" : "ip";
        var port = peer.Port.ToString(CultureInfo.InvariantCulture);
        string[] match = [family, "daddr", peer.Host!, "tcp", "dport", port];
        var text = new FixStep($"The rule is in table {rule.Table}, chain {rule.Chain}: {rule.Text}. Whoever wrote it may have meant it; this lets nothing through but {peer}.");
        var step = Owned(rule, peer, filter) is { } owned ? owned
            : rule.Table == "firewalld" ? []
            : rule.Tool switch
            {
                "nft" => [text with
                {
                    Command = $"nft insert rule {rule.Family} {Words.Shell(rule.Table)} {Words.Shell(rule.Chain)}{(rule.Handle is { } handle ? $" handle {handle.ToString(CultureInfo.InvariantCulture)}" : "")} {string.Join(' ', match)} accept",
                    Action = new RepairAction.AllowThroughFilter(rule.Family, rule.Table, rule.Chain, rule.Handle, match),
                }],
                "iptables" or "ip6tables" => [Run(text.Text, [rule.Tool, "-t", rule.Table, "-I", rule.Chain, "-p", "tcp", "-d", peer.Host!, "--dport", port, "-j", "ACCEPT"], [rule.Tool, "-t", rule.Table, "-D", rule.Chain, "-p", "tcp", "-d", peer.Host!, "--dport", port, "-j", "ACCEPT"])],
                _ => new FixStep[] { text },
            };
        return new Fix
        {
            Summary = $"Allow TCP to {peer} before the rule that refuses it.",
            Steps =
            [
                .. step.Length == 0 ? [text] : isOurs && IPAddress.TryParse(peer.Host, out _) ? step : step.Select(one => one with { Action = null }),
                .. Owned(rule, peer, filter) is null ? new[] { new FixStep("Write the same rule where your firewall is kept (nftables.conf, ufw, firewalld), or it is gone after the next boot.") } : [],
            ],
        };
    }

    /// <summary>The tool that writes these rules keeps what it is told over a boot, and overwrites what it is not told.</summary>
    private static FixStep[]? Owned(FilterRule rule, Endpoint peer, PacketFilterFact filter)
    {
        var port = peer.Port.ToString(CultureInfo.InvariantCulture);
        if (rule.Chain.StartsWith("ufw", StringComparison.Ordinal) || (rule.IsPolicy && filter.Rules.Any(other => other.Chain.StartsWith("ufw", StringComparison.Ordinal))))
        {
            string[] way = rule.Hook == "output" ? ["allow", "out"] : ["allow"];
            string[] route = rule.Hook == "forward" ? ["route"] : [];
            string[] what = [.. way, "proto", "tcp", "to", peer.Host!, "port", port];
            return [Run($"ufw keeps these rules (chain {rule.Chain}): it is told, first of all, to let through {peer} and nothing else.", ["ufw", .. route, "prepend", .. what], ["ufw", .. route, "delete", .. what])];
        }

        return rule.Table == "firewalld" && rule.Hook == "input"
            ?
            [
                Run($"firewalld keeps these rules: port {port} is opened now …", ["firewall-cmd", $"--add-port={port}/tcp"], ["firewall-cmd", $"--remove-port={port}/tcp"]),
                Run("… and after the next boot.", ["firewall-cmd", "--permanent", $"--add-port={port}/tcp"], ["firewall-cmd", "--permanent", $"--remove-port={port}/tcp"]),
            ]
            : null;
    }

    private static FixStep Run(string text, string[] command, string[] undo) => new(text, string.Join(' ', command.Select(Words.Shell))) { Action = new RepairAction.RunProgram(command, undo) };
}
