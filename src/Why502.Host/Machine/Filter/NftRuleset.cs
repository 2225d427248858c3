using System.Text.Json;

namespace Why502.Host.Machine;

/// <summary>Reads <c>nft -j list ruleset</c> (libnftables-json(5)) into chains.</summary>
internal sealed class NftRuleset
{
    private readonly Dictionary<(string Family, string Table, string Name), JsonElement> sets = [];
    private readonly Dictionary<(string Family, string Table, string Name), FilterChain> chains = [];
    private readonly IReadOnlyDictionary<(string Family, string Table, long Handle), string> texts;

    private NftRuleset(IReadOnlyDictionary<(string Family, string Table, long Handle), string> texts) => this.texts = texts;

    /// <summary>Null when it is not such a document.</summary>
    public static IReadOnlyList<FilterChain>? Parse(string json, string listing)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("nftables", out var items) || items.ValueKind != JsonValueKind.Array)
            {
                return null;
            }

            var ruleset = new NftRuleset(NftListing.Rules(listing));
            ruleset.Read(items);
            return [.. ruleset.chains.Values];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Read(JsonElement items)
    {
        // Sets come before the rules that use them in the list of a table, but tables may be cut in pieces.
        foreach (var item in items.EnumerateArray())
        {
            if (Member(item, "set") is { } set)
            {
                sets[(Text(set, "family"), Text(set, "table"), Text(set, "name"))] = set;
            }

            if (Member(item, "map") is { } map)
            {
                sets[(Text(map, "family"), Text(map, "table"), Text(map, "name"))] = map;
            }

            if (Member(item, "chain") is { } chain)
            {
                // bridge, netdev and arp see frames that do not end here.
                var hook = Text(chain, "family") is "ip" or "ip6" or "inet" ? Text(chain, "hook") : "";
                chains[(Text(chain, "family"), Text(chain, "table"), Text(chain, "name"))] = new(
                    "nft",
                    Text(chain, "family"),
                    Text(chain, "table"),
                    Text(chain, "name"),
                    hook,
                    Text(chain, "policy") == "drop",
                    []);
            }
        }

        foreach (var item in items.EnumerateArray())
        {
            if (Member(item, "rule") is { } rule && chains.TryGetValue((Text(rule, "family"), Text(rule, "table"), Text(rule, "chain")), out var chain))
            {
                chain.Steps.AddRange(StepsOf(rule, chain));
            }
        }
    }

    private List<FilterStep> StepsOf(JsonElement rule, FilterChain chain)
    {
        var handle = rule.TryGetProperty("handle", out var number) && number.TryGetInt64(out var value) ? value : (long?)null;
        var text = handle is { } known && texts.TryGetValue((chain.Family, chain.Table, known), out var listed) ? listed : "";
        var matches = new NftMatches(name => sets.TryGetValue((chain.Family, chain.Table, name), out var set) ? set : null, text);
        var steps = new List<FilterStep>();
        long? packets = null;
        if (!rule.TryGetProperty("expr", out var expressions) || expressions.ValueKind != JsonValueKind.Array)
        {
            return steps;
        }

        foreach (var expression in expressions.EnumerateArray())
        {
            if (OnlyMember(expression) is not { } member)
            {
                continue;
            }

            var name = member.Name;

            if (name == "counter")
            {
                packets = member.Value.ValueKind == JsonValueKind.Object && member.Value.TryGetProperty("packets", out var count) && count.TryGetInt64(out var counted) ? counted : null;
            }
            else if (name == "vmap")
            {
                steps.AddRange(matches.VerdictMap(member.Value).Select(found => new FilterStep(found.Match, found.Verdict, found.Target, null, packets, handle, text)));
            }
            else if (VerdictOf(name, member.Value) is { } verdict)
            {
                steps.Add(new(matches.Match, verdict.Verdict, verdict.Target, verdict.RejectWith, packets, handle, text));
            }
            else
            {
                matches.Add(name, member.Value);
            }
        }

        return steps;
    }

    internal static (FilterVerdict Verdict, string? Target, string? RejectWith)? VerdictOf(string name, JsonElement value) => name switch
    {
        "accept" => (FilterVerdict.Accept, null, null),
        "drop" => (FilterVerdict.Drop, null, null),
        "return" => (FilterVerdict.Return, null, null),
        "jump" => (FilterVerdict.Jump, Text(value, "target"), null),
        "goto" => (FilterVerdict.GoTo, Text(value, "target"), null),
        "reject" => (FilterVerdict.Reject, null, RejectWith(value)),

        // Queued to a program: it decides.
        "queue" => (FilterVerdict.None, null, null),

        // iptables-nft keeps its targets as they are.
        "xt" when Text(value, "type") == "target" && Text(value, "name") is "REJECT" => (FilterVerdict.Reject, null, null),
        "xt" when Text(value, "type") == "target" && Text(value, "name") is "DROP" => (FilterVerdict.Drop, null, null),
        _ => null,
    };

    private static string? RejectWith(JsonElement value)
    {
        var type = Text(value, "type");
        var detail = Text(value, "expr");
        return type.Length == 0 ? null : detail.Length == 0 ? type : $"{type} {detail}";
    }

    /// <summary>A statement is an object with one member, whose name is the kind.</summary>
    internal static JsonProperty? OnlyMember(JsonElement item)
    {
        if (item.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in item.EnumerateObject())
            {
                return member;
            }
        }

        return null;
    }

    internal static JsonElement? Member(JsonElement item, string name)
        => item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    internal static string Text(JsonElement item, string name)
        => item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
