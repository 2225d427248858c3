using System.Text;

namespace Why502.Logs.Commands;

/// <summary>
/// <c>nft list ruleset</c>, <c>nft -a list chain …</c> and files like nftables.conf (nft(8)), as the iptables rules that they stand for. A condition that has no such form is kept as one that
/// nobody knows, so that the rule never counts as understood.
/// </summary>
public sealed class RulesetListing : ICommandReader
{
    private const string Unknown = " -m unknown";

    public string Command => "nft list ruleset";

    public bool Looks(PastedText text) => text.Any(IsTable) && text.Any(line => line.TrimStart().StartsWith("chain ", StringComparison.Ordinal));

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var (chains, rules) = (new StringBuilder(), new StringBuilder());
        var (chain, family) = ("", "");
        foreach (var line in text.Lines)
        {
            var words = Words(line.Text);
            switch (words)
            {
                case ["table", var of, _, "{", ..]:
                    (family, chain) = (of, "");
                    break;
                case ["table", _, "{", ..]:
                    (family, chain) = ("ip", "");
                    break;
                case ["chain", var name, "{", ..]:
                    chain = family is "ip" or "inet" ? name : "";
                    break;
                case ["type", "filter", "hook", var hook, .. var rest] when chain.Length > 0:
                    chains.Append(Base(hook, chain, rest));
                    rules.Append(System.Globalization.CultureInfo.InvariantCulture, $"-A {hook.ToUpperInvariant()} -j {chain}\n");
                    break;
                case ["}" or "elements" or "type" or "flags" or "policy" or "set" or "map" or "comment", ..] or []:
                    break;
                default:
                    rules.Append(chain.Length > 0 ? Rule(chain, words) : "");
                    break;
            }

            if (words is ["chain", ..] && chain.Length > 0)
            {
                chains.Append(System.Globalization.CultureInfo.InvariantCulture, $":{chain} - [0:0]\n");
            }
        }

        if (chains.Length > 0)
        {
            yield return new FilterText($"*filter\n{chains}{rules}", "iptables") { Line = text.First(IsTable)?.Number ?? 0 };
        }
    }

    private static bool IsTable(string line) => Words(line) is ["table", "ip" or "ip6" or "inet", _, "{", ..] or ["table", _, "{"];

    /// <summary>Without the handle that <c>-a</c> adds, and with braces and commas apart from what they hold.</summary>
    private static string[] Words(string line)
    {
        var end = line.IndexOf(" # handle ", StringComparison.Ordinal);
        var text = (end < 0 ? line : line[..end]).Replace("{", " { ", StringComparison.Ordinal).Replace("}", " } ", StringComparison.Ordinal).Replace(",", " ", StringComparison.Ordinal).Replace(";", " ; ", StringComparison.Ordinal);
        return line.Length > CommandReaders.LineCharsMax ? [] : text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The chain at the hook jumps to the one that the ruleset names, since iptables has but one of each.</summary>
    private static string Base(string hook, string chain, string[] rest)
    {
        var at = Array.IndexOf(rest, "policy");
        var drops = at >= 0 && at + 1 < rest.Length && rest[at + 1] == "drop";
        return $":{hook.ToUpperInvariant()} {(drops ? "DROP" : "ACCEPT")} [0:0]\n";
    }

    private static string Rule(string chain, string[] words)
    {
        var rule = new StringBuilder($"-A {chain}");
        for (var at = 0; at < words.Length; at++)
        {
            var (next, value) = Value(words, at + 2);
            var subject = at + 1 < words.Length ? $"{words[at]} {words[at + 1]}" : words[at];
            if (Condition(subject, value) is { } condition)
            {
                rule.Append(condition);
                at = next;
            }
            else if (words[at] is "iif" or "iifname" or "oif" or "oifname")
            {
                (next, value) = Value(words, at + 1);
                rule.Append(value.Contains(',', StringComparison.Ordinal) ? Unknown : $" {(words[at][0] == 'i' ? "-i" : "-o")} {value}");
                at = next;
            }
            else if (words[at] is "counter")
            {
                at += words.Length > at + 1 && words[at + 1] == "packets" ? 4 : 0;
            }
            else if (words[at] is "log" or "comment" or "prefix" || words[at].StartsWith('"') || words[at].EndsWith('"'))
            {
                continue;
            }
            else
            {
                return Verdict(rule, words[at..]);
            }
        }

        return "";
    }

    private static string? Condition(string subject, string value) => subject switch
    {
        "tcp dport" or "th dport" => $" -p tcp -m multiport --dports {value.Replace('-', ':')}",
        "udp dport" or "icmp type" or "icmpv6 type" => " -p udp",
        "ip daddr" => $" -d {value}",
        "ip saddr" => $" -s {value}",
        "ip6 daddr" or "ip6 saddr" => " -p ipv6",
        "ip protocol" or "meta l4proto" => value.Split(',').Contains("tcp") ? " -p tcp" : $" -p {value.Split(',')[0]}",
        "ct state" => $" -m state --state {value.ToUpperInvariant()}",
        _ => null,
    };

    /// <summary>One word, or all in braces; "!=" makes it a condition that is not modelled.</summary>
    private static (int Last, string Text) Value(string[] words, int at)
    {
        if (at >= words.Length)
        {
            return (at, "");
        }

        if (words[at] == "!=")
        {
            var (last, _) = Value(words, at + 1);
            return (last, Unknown);
        }

        var close = words[at] == "{" ? Array.IndexOf(words, "}", at) : -1;
        return close > at ? (close, string.Join(',', words[(at + 1)..close])) : (at, words[at].Trim('"'));
    }

    private static string Verdict(StringBuilder rule, string[] words)
    {
        rule.Append(words switch
        {
            ["accept", ..] => " -j ACCEPT",
            ["drop", ..] => " -j DROP",
            ["reject", "with", "tcp", "reset", ..] => " -j REJECT --reject-with tcp-reset",
            ["reject", ..] => " -j REJECT",
            ["return", ..] => " -j RETURN",
            ["jump", var target, ..] => $" -j {target}",
            ["goto", var target, ..] => $" -g {target}",

            // What this rule asks is not modelled: its verdict counts, and that it is not understood.
            _ when words.Contains("drop") => Unknown + " -j DROP",
            _ when words.Contains("reject") => Unknown + " -j REJECT",
            _ when words.Contains("accept") => Unknown + " -j ACCEPT",
            _ => "",
        });
        return rule.ToString().Contains(" -j ", StringComparison.Ordinal) || rule.ToString().Contains(" -g ", StringComparison.Ordinal) ? rule.Append('\n').ToString() : "";
    }
}
