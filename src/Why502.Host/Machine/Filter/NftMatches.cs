using System.Text.Json;

namespace Why502.Host.Machine;

/// <summary>Gathers the conditions of one nft rule. What is not modelled makes the rule "not understood", never ignored.</summary>
/// <param name="text">The rule as <c>nft list</c> writes it, where matches of iptables are put into nft's words; empty where it is not known.</param>
internal sealed class NftMatches(Func<string, JsonElement?> findSet, string text = "")
{
    /// <summary>Elements of a set that are kept; a longer one is not understood.</summary>
    private const int ElementsMax = 1000;

    private static readonly HashSet<string> WithoutCondition = ["log", "comment", "mangle", "notrack", "ct helper", "meter", "counter", "flow", "set"];

    public FilterMatch Match { get; private set; } = FilterMatch.Any;

    public void Add(string name, JsonElement value)
    {
        if (name == "match")
        {
            Match = Matched(Match, value);
        }
        else if (name == "xt" && OfIptables(NftRuleset.Text(value, "name")) is { } match)
        {
            Match = match;
        }
        else if (!WithoutCondition.Contains(name))
        {
            // limit, quota, xt matches, lookups …
            Match = Match.NotUnderstood;
        }
    }

    /// <summary>
    /// iptables-nft keeps <c>-m conntrack</c> and <c>-m multiport</c> as its own matches, of which the JSON has the name alone; the listing says them in nft's words, as
    /// <c>ct state related,established</c> and <c>tcp dport { 80, 443 }</c> (the xlate functions of libxt_conntrack.c and libxt_multiport.c). Null where neither tells what is asked.
    /// </summary>
    private FilterMatch? OfIptables(string extension) => extension switch
    {
        "comment" => Match,
        "conntrack" or "state" when Asked("ct state ") is { } states => states.Values.All(state => state.All(char.IsAsciiLetterLower))
            ? states.Values.Contains("new") != states.IsNot ? Match : Match.Impossible
            : null,
        "multiport" when Asked("tcp dport ") is { } ports => ports.Values.All(port => port.All(letter => char.IsAsciiDigit(letter) || letter == '-'))
            ? Match.And(new() { Protocol = "tcp", DestinationPorts = ports.IsNot ? PortRanges.Except(ports.Values) : ports.Values })
            : null,
        _ => null,
    };

    /// <summary>What stands behind these words in the listing: one value, <c>a,b</c> or <c>{ a, b }</c>, perhaps after <c>!=</c> or <c>!</c>. Null where they do not begin a condition.</summary>
    private (bool IsNot, List<string> Values)? Asked(string words)
    {
        var at = text.IndexOf(words, StringComparison.Ordinal);
        if (at < 0 || text.Contains(". " + words, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = text[(at + words.Length)..];
        var isNot = rest.StartsWith('!');
        rest = isNot ? rest[(rest.IndexOf(' ') + 1)..] : rest;
        var values = rest.StartsWith('{') && rest.IndexOf('}') is > 0 and var end ? rest[1..end] : rest.Split(' ', 2)[0];
        return (isNot, [.. values.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]);
    }

    /// <summary>One step for each verdict of a verdict map.</summary>
    public List<(FilterMatch Match, FilterVerdict Verdict, string? Target)> VerdictMap(JsonElement map)
    {
        var steps = new List<(FilterMatch, FilterVerdict, string?)>();
        if (map.ValueKind != JsonValueKind.Object || !map.TryGetProperty("key", out var key) || !map.TryGetProperty("data", out var data))
        {
            return steps;
        }

        foreach (var pair in Elements(data) ?? [])
        {
            if (pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2
                && NftRuleset.OnlyMember(pair[1]) is { } member
                && NftRuleset.VerdictOf(member.Name, member.Value) is { } verdict)
            {
                steps.Add((Compared(Match, key, "==", pair[0]), verdict.Verdict, verdict.Target));
            }
        }

        return steps;
    }

    private FilterMatch Matched(FilterMatch match, JsonElement value)
        => value.ValueKind == JsonValueKind.Object && value.TryGetProperty("left", out var left) && value.TryGetProperty("right", out var right)
            ? Compared(match, left, NftRuleset.Text(value, "op"), right)
            : match.NotUnderstood;

    private FilterMatch Compared(FilterMatch match, JsonElement left, string operation, JsonElement right)
    {
        var isNot = operation == "!=";
        if (operation is not ("==" or "in" or "!=") || Values(right) is not { } values)
        {
            return match.NotUnderstood;
        }

        if (values.Count == 0)
        {
            return isNot ? match : match.Impossible;
        }

        if (NftRuleset.Member(left, "payload") is { } payload)
        {
            return OfPayload(match, NftRuleset.Text(payload, "protocol"), NftRuleset.Text(payload, "field"), isNot, values);
        }

        if (NftRuleset.Member(left, "meta") is { } meta)
        {
            return OfMeta(match, NftRuleset.Text(meta, "key"), isNot, values);
        }

        return NftRuleset.Member(left, "ct") is { } track && NftRuleset.Text(track, "key") == "state"
            ? values.Contains("new") != isNot ? match : match.Impossible
            : match.NotUnderstood;
    }

    private static FilterMatch OfPayload(FilterMatch match, string protocol, string field, bool isNot, IReadOnlyList<string> values) => (protocol, field) switch
    {
        ("tcp" or "udp" or "th" or "sctp" or "dccp" or "udplite", "dport") => match.And(new()
        {
            Protocol = protocol == "th" ? null : protocol,
            DestinationPorts = isNot ? PortRanges.Except(values) : values,
        }),
        ("ip" or "ip6", "daddr") when !isNot => match.And(new() { Destinations = values }),
        ("ip" or "ip6", "saddr") when !isNot => match.And(new() { Sources = values }),
        ("ip", "protocol") or ("ip6", "nexthdr") => OfProtocol(match, isNot, values),
        _ => match.NotUnderstood,
    };

    private static FilterMatch OfMeta(FilterMatch match, string key, bool isNot, IReadOnlyList<string> values) => key switch
    {
        "iif" or "iifname" => OfInterface(match, isNot, values, name => new() { InInterface = name }),
        "oif" or "oifname" => OfInterface(match, isNot, values, name => new() { OutInterface = name }),
        "l4proto" => OfProtocol(match, isNot, values),
        _ => match.NotUnderstood,
    };

    /// <summary>Several interfaces are one condition only when there is one; a name with "*" is a prefix and is kept so.</summary>
    private static FilterMatch OfInterface(FilterMatch match, bool isNot, IReadOnlyList<string> values, Func<string, FilterMatch> condition)
        => values.Count == 1 ? match.And(condition(isNot ? "!" + values[0] : values[0])) : match.NotUnderstood;

    private static FilterMatch OfProtocol(FilterMatch match, bool isNot, IReadOnlyList<string> values)
    {
        var isTcp = values.Any(value => value is "tcp" or "6");
        if (isNot)
        {
            // "not udp" still means TCP; "not TCP" does not concern an upstream over TCP.
            return isTcp ? match.Impossible : match;
        }

        // { tcp, udp } concerns TCP; and only that is asked about here.
        return values.Count > 1 && isTcp ? match.And(new() { Protocol = "tcp" }) : match.And(new() { Protocol = isTcp ? "tcp" : values[0] });
    }

    /// <summary>The right side as texts: one value, a list, an anonymous or a named set. Null when it is not understood.</summary>
    private List<string>? Values(JsonElement right)
    {
        if (Elements(right) is not { } elements)
        {
            return null;
        }

        var values = new List<string>();
        foreach (var element in elements)
        {
            if (values.Count == ElementsMax || ValueOf(element) is not { } value)
            {
                return null;
            }

            values.Add(value);
        }

        return values;
    }

    private List<JsonElement>? Elements(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString() is ['@', .. var name])
        {
            return findSet(name) is { } set ? set.TryGetProperty("elem", out var members) && members.ValueKind == JsonValueKind.Array ? [.. members.EnumerateArray()] : [] : null;
        }

        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("set", out var anonymous))
        {
            return anonymous.ValueKind == JsonValueKind.Array ? [.. anonymous.EnumerateArray()] : [anonymous];
        }

        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
    }

    private static string? ValueOf(JsonElement element)
    {
        if (element.ValueKind is JsonValueKind.String or JsonValueKind.Number)
        {
            return element.ToString();
        }

        if (NftRuleset.Member(element, "prefix") is { } prefix && prefix.TryGetProperty("len", out var length))
        {
            return $"{NftRuleset.Text(prefix, "addr")}/{length}";
        }

        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("range", out var range) && range.ValueKind == JsonValueKind.Array && range.GetArrayLength() == 2)
        {
            return $"{range[0]}-{range[1]}";
        }

        return NftRuleset.Member(element, "elem") is { } timed && timed.TryGetProperty("val", out var inner) ? ValueOf(inner) : null;
    }
}
