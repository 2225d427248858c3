using Why502.Diagnosis.Stacks;
namespace Why502.Host.Machine;

/// <summary>Reads the output of iptables-save and ip6tables-save into chains.</summary>
internal static class IptablesSave
{
    /// <summary>Matches that ask nothing, because what follows them does.</summary>
    private static readonly string[] Carriers = ["tcp", "udp", "multiport", "conntrack", "state", "comment"];

    public static IReadOnlyList<FilterChain> Parse(string text, string tool, string family)
    {
        var chains = new Dictionary<(string Table, string Name), FilterChain>();
        var table = "";
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith('*'))
            {
                table = line[1..].Trim();
            }
            else if (line.StartsWith(':') && line[1..].Split(' ') is [var name, var policy, ..])
            {
                // ":INPUT DROP [12:3456]"; a chain that is only jumped to has "-".
                var packets = line.IndexOf('[') is var open and > 0 && long.TryParse(line[(open + 1)..].Split(':')[0], out var count) ? count : (long?)null;
                chains[(table, name)] = new(tool, family, table, name, policy == "-" ? "" : name.ToLowerInvariant(), policy == "DROP", []) { PolicyPackets = packets };
            }
            else if (Options.Split(line) is var words && StepOf(words, line) is { } step && ChainOf(words) is { } chain && chains.TryGetValue((table, chain), out var found))
            {
                found.Steps.Add(step);
            }
        }

        return [.. chains.Values];
    }

    private static string? ChainOf(List<string> words) => words.IndexOf("-A") is var at and >= 0 && at + 1 < words.Count ? words[at + 1] : null;

    private static FilterStep? StepOf(List<string> words, string line)
    {
        var at = words.IndexOf("-A");
        if (at < 0)
        {
            return null;
        }

        // With -c each rule begins with its counters: "[12:3456] -A INPUT …".
        long? packets = at == 1 && words[0].StartsWith('[') && long.TryParse(words[0][1..].Split(':')[0], out var count) ? count : null;
        var match = FilterMatch.Any;
        var verdict = FilterVerdict.None;
        string? target = null;
        string? rejectWith = null;
        for (var i = at + 2; i < words.Count; i++)
        {
            var isNot = words[i] == "!";
            i += isNot ? 1 : 0;
            if (i + 1 >= words.Count)
            {
                break;
            }

            var value = words[i + 1];
            switch (words[i])
            {
                case "-j" or "-g":
                    (verdict, target) = VerdictOf(value, words[i] == "-g");
                    break;
                case "--reject-with":
                    rejectWith = value;
                    break;
                default:
                    match = Matched(match, words[i], isNot, value);
                    break;
            }

            i++;
        }

        return new(match, verdict, target, rejectWith, packets, null, line.Trim());
    }

    private static (FilterVerdict Verdict, string? Target) VerdictOf(string target, bool goes) => target switch
    {
        "ACCEPT" => (FilterVerdict.Accept, null),
        "DROP" => (FilterVerdict.Drop, null),
        "REJECT" => (FilterVerdict.Reject, null),
        "RETURN" => (FilterVerdict.Return, null),

        // Extensions that let the packet go on have no chain of their name; a jump there finds none.
        _ => (goes ? FilterVerdict.GoTo : FilterVerdict.Jump, target),
    };

    private static FilterMatch Matched(FilterMatch match, string option, bool isNot, string value) => option switch
    {
        "-p" or "--protocol" => isNot ? value == "tcp" ? match.Impossible : match : match.And(new() { Protocol = value }),
        "--dport" or "--dports" => match.And(new() { DestinationPorts = isNot ? PortRanges.Except(Ports(value)) : Ports(value) }),
        "-d" when !isNot => match.And(new() { Destinations = value.Split(',') }),
        "-s" when !isNot => match.And(new() { Sources = value.Split(',') }),
        "-i" => match.And(new() { InInterface = isNot ? "!" + value : value }),
        "-o" => match.And(new() { OutInterface = isNot ? "!" + value : value }),
        "--ctstate" or "--state" => value.Split(',').Contains("NEW") != isNot ? match : match.Impossible,
        "--comment" => match,
        "-m" when Carriers.Contains(value) => match,
        _ => match.NotUnderstood,
    };

    /// <summary>"80", "8000:8010", "80,443".</summary>
    private static List<string> Ports(string text) => [.. text.Split(',').Select(range => range.Replace(':', '-'))];
}
