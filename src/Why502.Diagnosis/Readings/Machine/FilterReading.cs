using System.Globalization;
using System.Net;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>Finds the packet-filter rule that stands between nginx and a peer.</summary>
public static class FilterReading
{
    /// <summary>The first rule that refuses new TCP connections to the peer; a chain's policy only when no rule does.</summary>
    public static FilterRule? Matching(PacketFilterFact filter, Endpoint peer, bool local) => Matching(filter, peer, local, local ? ["output", "postrouting", "prerouting", "input", "ingress"] : ["output", "postrouting"]);

    /// <summary>A chain that drops what no rule has taken, and no rule is there that could have taken a connection to the peer.</summary>
    public static bool IsShut(PacketFilterFact filter, FilterRule policy, Endpoint peer, bool local)
        => policy.IsPolicy && IPAddress.TryParse(peer.Host, out var address)
            && !filter.Accepts.Any(accept => IsBefore(accept, policy) && Concerns(accept, address, peer.Port, local, [policy.Hook], null));

    /// <summary>The rule on the way through a machine's own namespace that forwards between containers: docker's DOCKER-USER and FORWARD chains.</summary>
    public static FilterRule? Forwarding(PacketFilterFact filter, Endpoint peer) => Matching(filter, peer, local: false, ["prerouting", "forward", "postrouting"]);

    /// <summary>The rule in the namespace that the peer's address belongs to.</summary>
    /// <param name="arrival">How nginx's packets come in there; null where it is not known.</param>
    public static FilterRule? Receiving(PacketFilterFact filter, Endpoint peer, Arrival? arrival = null) => Matching(filter, peer, local: false, ["input", "prerouting", "ingress"], arrival);

    private static FilterRule? Matching(PacketFilterFact filter, Endpoint peer, bool local, IReadOnlyList<string> hooks, Arrival? arrival = null)
    {
        if (!IPAddress.TryParse(peer.Host, out var address))
        {
            return null;
        }

        return filter.Rules
            .Where(rule => rule.Verdict is "drop" or "reject" && Concerns(rule, address, peer.Port, local, hooks, arrival) && !filter.Accepts.Any(accept => Precedes(accept, rule) && Concerns(accept, address, peer.Port, local, hooks, arrival)))
            .OrderBy(rule => rule.IsPolicy)
            .ThenByDescending(rule => rule.Understood)
            .FirstOrDefault();
    }

    private static bool Concerns(FilterRule rule, IPAddress address, int port, bool local, IReadOnlyList<string> hooks, Arrival? arrival)
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
            && (arrival is null || (IsOn(rule.InInterface, arrival.Interface) && IsFrom(rule.Sources, arrival.Source)))
            && MayBe(rule.OutInterface, local);
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

    /// <summary>A zone of firewalld has its interfaces in its rules: only the zone of the one that is used counts.</summary>
    private static bool IsOn(string? written, string? used) => (written, used) switch
    {
        (null, _) or (_, null) => true,
        (['!', .. var other], _) => other != used,
        ([.. var prefix, '*'], _) => used.StartsWith(prefix, StringComparison.Ordinal),
        _ => written == used,
    };

    private static bool IsFrom(IReadOnlyList<string> sources, string? source)
        => sources.Count == 0 || !IPAddress.TryParse(source, out var from) || sources.Any(prefix => InPrefix(prefix, from));

    private static bool Precedes(FilterRule accept, FilterRule rule)
        => accept.Understood && IsBefore(accept, rule);

    private static bool IsBefore(FilterRule accept, FilterRule rule)
        => accept.Tool == rule.Tool && accept.Family == rule.Family && accept.Table == rule.Table && accept.BaseChain == rule.BaseChain && accept.Order < rule.Order;

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
    /// <param name="arrival">Of nginx's packets, where they come in by another network than the machine's own.</param>
    public static Fix Allow(FilterRule rule, Endpoint peer, PacketFilterFact filter, bool isOurs, Arrival? arrival = null)
    {
        var family = peer.IsLiteralIPv6 ? "ip6" : "ip";
        var port = peer.Port.ToString(CultureInfo.InvariantCulture);
        string[] match = [.. arrival?.Source is { } source && IPAddress.TryParse(source, out _) ? [family, "saddr", source] : Array.Empty<string>(), family, "daddr", peer.Host!, "tcp", "dport", port];
        var text = new FixStep($"The rule is in table {rule.Table}, chain {rule.Chain}: {rule.Text}. Whoever wrote it may have meant it; this lets nothing through but {peer}.");
        var owned = Owned(rule, peer, filter, arrival);
        var step = owned is not null ? owned
            : rule.Table == "firewalld" ? []
            : rule.Tool switch
            {
                "nft" => [text with
                {
                    Command = $"nft insert rule {rule.Family} {Shell.Quote(rule.Table)} {Shell.Quote(rule.Chain)}{(rule.Handle is { } handle ? $" handle {handle.ToString(CultureInfo.InvariantCulture)}" : "")} {string.Join(' ', match)} accept",
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
                .. owned is null ? new[] { new FixStep("Write the same rule where your firewall is kept (nftables.conf, ufw, firewalld), or it is gone after the next boot.") } : [],
            ],
        };
    }

    /// <summary>The tool that writes these rules keeps what it is told over a boot, and overwrites what it is not told.</summary>
    private static FixStep[]? Owned(FilterRule rule, Endpoint peer, PacketFilterFact filter, Arrival? arrival)
    {
        var port = peer.Port.ToString(CultureInfo.InvariantCulture);
        if (rule.Chain.StartsWith("ufw", StringComparison.Ordinal) || (rule.IsPolicy && filter.Rules.Any(other => other.Chain.StartsWith("ufw", StringComparison.Ordinal))))
        {
            string[] way = rule.Hook == "output" ? ["allow", "out"] : ["allow"];
            string[] route = rule.Hook == "forward" ? ["route"] : [];
            string[] what = [.. way, "proto", "tcp", "to", peer.Host!, "port", port];
            return [Run($"ufw keeps these rules (chain {rule.Chain}): it is told, first of all, to let through {peer} and nothing else.", ["ufw", .. route, "prepend", .. what], ["ufw", .. route, "delete", .. what])];
        }

        return rule.Table == "firewalld" && rule.Hook == "input" ? ToFirewalld(rule, peer, arrival) : null;
    }

    /// <summary>
    /// A rich rule for nginx's address, this address and this port (firewalld.richlanguage(5)): now, and for the next start. It is given twice instead of reloaded,
    /// because a reload takes away whatever others have set for the time being.
    /// </summary>
    private static FixStep[] ToFirewalld(FilterRule rule, Endpoint peer, Arrival? arrival)
    {
        var family = peer.IsLiteralIPv6 ? "ipv6" : "ipv4";
        var source = arrival?.Source is { } from && IPAddress.TryParse(from, out _) ? $"source address=\"{from}\" " : "";
        var rich = $"rule family=\"{family}\" {source}destination address=\"{peer.Host!.Trim('[', ']')}\" port port=\"{peer.Port.ToString(CultureInfo.InvariantCulture)}\" protocol=\"tcp\" accept";
        string[] zone = ZoneOf(rule.Chain) is { } name ? [$"--zone={name}"] : [];
        return
        [
            Run($"firewalld keeps these rules{(zone.Length > 0 ? $" (zone {zone[0][7..]})" : "")}: {(source.Length > 0 ? $"from {arrival!.Source} " : "")}to {peer} is let through, and nothing else …", ["firewall-cmd", .. zone, $"--add-rich-rule={rich}"], ["firewall-cmd", .. zone, $"--remove-rich-rule={rich}"]),
            Run("… and after its next start.", ["firewall-cmd", "--permanent", .. zone, $"--add-rich-rule={rich}"], ["firewall-cmd", "--permanent", .. zone, $"--remove-rich-rule={rich}"]),
        ];
    }

    /// <summary>filter_IN_public, filter_IN_public_deny: firewalld's chains of a zone (core/fw_zone.py, nftables.py). Null where the chain is none: then its default zone is meant.</summary>
    private static string? ZoneOf(string chain)
    {
        const string Head = "filter_IN_";
        if (!chain.StartsWith(Head, StringComparison.Ordinal))
        {
            return null;
        }

        var name = chain[Head.Length..];
        var tail = ((string[])["_pre", "_log", "_deny", "_allow", "_post"]).FirstOrDefault(end => name.EndsWith(end, StringComparison.Ordinal)) ?? "";
        name = name[..^tail.Length];
        return name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-') ? name : null;
    }

    private static FixStep Run(string text, string[] command, string[] undo) => new(text, string.Join(' ', command.Select(Shell.Quote))) { Action = new RepairAction.RunProgram(command, undo) };
}

/// <summary>How nginx's packets come into the namespace of the peer.</summary>
/// <param name="Interface">Where they come in.</param>
/// <param name="Source">The address that they come from.</param>
public sealed record Arrival(string? Interface, string? Source);
