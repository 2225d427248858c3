using System.Text;

namespace Why502.Logs.Commands;

/// <summary>The rules of a packet filter as iptables-save would write them.</summary>
/// <param name="Text">In the form of iptables-save, whatever form was pasted.</param>
/// <param name="Tool">iptables or ip6tables.</param>
public sealed record FilterText(string Text, string Tool) : CommandRecord;

/// <summary>
/// <c>iptables-save</c>, <c>iptables -S</c>, and the table of <c>iptables -L -n</c> (iptables/iptables.c, print_firewall): the last is turned into the form of the first, as far as its columns say.
/// </summary>
public sealed class FilterListing : ICommandReader
{
    public string Command => "iptables-save";

    public bool Looks(PastedText text) => text.Any(IsSaved) || text.Any(IsChain);

    public IEnumerable<CommandRecord> Read(PastedText text)
    {
        var tool = text.Program.StartsWith("ip6tables", StringComparison.Ordinal) ? "ip6tables" : "iptables";
        var first = text.First(line => IsSaved(line) || IsChain(line));
        yield return new FilterText(text.Any(IsSaved) ? Saved(text) : Listed(text), tool) { Line = first?.Number ?? 0 };
    }

    private static bool IsSaved(string line) => (line.StartsWith("-A ", StringComparison.Ordinal) && line.Contains(" -j ", StringComparison.Ordinal)) || line.StartsWith("-P INPUT ", StringComparison.Ordinal) || line.StartsWith("-P OUTPUT ", StringComparison.Ordinal);

    private static bool IsChain(string line) => line.StartsWith("Chain ", StringComparison.Ordinal) && (line.Contains("(policy ", StringComparison.Ordinal) || line.Contains(" references)", StringComparison.Ordinal));

    /// <summary><c>-S</c> writes policies as -P and chains as -N; iptables-save as :NAME POLICY.</summary>
    private static string Saved(PastedText text)
    {
        var saved = new StringBuilder();
        if (!text.Any(line => line.StartsWith('*')))
        {
            saved.Append("*filter\n");
            foreach (var chain in text.Lines.Select(line => line.Words).Where(words => words is ["-A", _, ..]).Select(words => words[1]).Distinct())
            {
                if (!text.Any(line => line.StartsWith($"-P {chain} ", StringComparison.Ordinal) || line == $"-N {chain}" || line.StartsWith($":{chain} ", StringComparison.Ordinal)))
                {
                    saved.Append(Chain(chain, "ACCEPT"));
                }
            }
        }

        foreach (var line in text.Lines)
        {
            saved.Append(line.Words switch
            {
                ["-P", var chain, var policy, ..] => Chain(chain, policy),
                ["-N", var chain, ..] => $":{chain} - [0:0]\n",
                _ => line.Text + "\n",
            });
        }

        return saved.ToString();
    }

    /// <summary><c>REJECT  tcp  --  0.0.0.0/0  10.0.0.5  tcp dpt:3000 reject-with icmp-port-unreachable</c></summary>
    private static string Listed(PastedText text)
    {
        var (chains, rules) = (new StringBuilder("*filter\n"), new StringBuilder());
        var chain = "";
        var (target, isVerbose) = (0, false);
        foreach (var line in text.Lines)
        {
            var words = line.Words;
            if (IsChain(line.Text))
            {
                chain = words[1];
                chains.Append(Chain(chain, words is [_, _, "(policy", var policy, ..] ? policy.TrimEnd(')') : "-"));
            }
            else if (words.Contains("target") && words.Contains("prot") && words.Contains("source"))
            {
                (target, isVerbose) = (Array.IndexOf(words, "target"), words.Contains("in") && words.Contains("out"));
            }
            else if (chain.Length > 0 && words.Length >= target + 5 && words[target].All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            {
                rules.Append(Rule(chain, words[target..], isVerbose));
            }
        }

        return chains.Append(rules).ToString();
    }

    private static string Rule(string chain, string[] words, bool isVerbose)
    {
        // -v puts the interfaces between the options and the addresses.
        var (input, output) = isVerbose && words.Length >= 7 ? (words[3], words[4]) : ("*", "*");
        var at = isVerbose ? 5 : 3;
        if (words.Length < at + 2)
        {
            return "";
        }

        var rule = new StringBuilder($"-A {chain}");
        Add("-p", words[1] is "6" ? "tcp" : words[1] is "17" ? "udp" : words[1], "all", "0");
        Add("-s", words[at], "0.0.0.0/0", "anywhere");
        Add("-d", words[at + 1], "0.0.0.0/0", "anywhere");
        Add("-i", input, "*", "any");
        Add("-o", output, "*", "any");
        foreach (var word in words[(at + 2)..])
        {
            rule.Append(word switch
            {
                _ when word.StartsWith("dpt:", StringComparison.Ordinal) => $" --dport {word[4..]}",
                _ when word.StartsWith("dpts:", StringComparison.Ordinal) => $" --dport {word[5..]}",
                _ => "",
            });
        }

        if (Array.IndexOf(words, "dports") is > 0 and var dports && dports + 1 < words.Length)
        {
            rule.Append($" -m multiport --dports {words[dports + 1]}");
        }

        if (words.FirstOrDefault(word => word.Contains("ESTABLISHED", StringComparison.Ordinal)) is { } states)
        {
            rule.Append($" -m state --state {states}");
        }

        rule.Append($" -j {words[0]}");
        if (Array.IndexOf(words, "reject-with") is > 0 and var with && with + 1 < words.Length)
        {
            rule.Append($" --reject-with {words[with + 1]}");
        }

        return rule.Append('\n').ToString();

        void Add(string option, string value, string any, string alsoAny)
        {
            if (value != any && value != alsoAny)
            {
                rule.Append($" {option} {value}");
            }
        }
    }

    private static string Chain(string name, string policy) => $":{name} {policy} [0:0]\n";
}
