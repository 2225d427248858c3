using System.Globalization;
using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary>ngx_http_geo_module.</summary>
internal static class Geo
{
    /// <summary>Each range is compared with all before it; beyond so many they are believed.</summary>
    private const int ComparedRangesMax = 10_000;

    private static readonly Slot<State> Slot = new(() => new State());

    public static IEnumerable<DirectiveHandler> Handlers { get; } = [new("geo", DirectiveContexts.Http, Read)];

    private static void Read(in DirectiveCall call)
    {
        var variables = ComplexText.VariablesOf(call);
        if (VariableBlocks.Variable(call, 0) is not { } name)
        {
            return;
        }

        if (call.Arguments.Count == 2)
        {
            if (!ComplexText.Use(call, name) || VariableBlocks.Variable(call, 1) is not { } second)
            {
                return;
            }

            name = second;
        }

        if (variables.Define(call, name, -1))
        {
            call.EnterLines(ReadLine);
        }
    }

    /// <summary>ngx_http_geo.</summary>
    private static void ReadLine(in DirectiveCall call)
    {
        var state = call.Block.Get(Slot);
        if (call.Arguments.Count == 0 && call.Name == "ranges")
        {
            if (state.HasNetworks)
            {
                call.Fail("the \"ranges\" directive must be the first directive inside \"geo\" block");
            }

            state.InRanges = true;
            return;
        }

        if (call.Arguments.Count == 0 && call.Name == "proxy_recursive")
        {
            return;
        }

        if (call.Arguments.Count != 1)
        {
            call.Fail("invalid number of the geo parameters");
            return;
        }

        switch (call.Name)
        {
            case "include":
                call.FollowInclude();
                return;
            case "proxy":
                ReadNetwork(call, call.Arguments[0], 0);
                return;
        }

        if (state.InRanges)
        {
            ReadRange(call, state);
        }
        else
        {
            state.HasNetworks = true;
            ReadNetworkValue(call, state);
        }
    }

    private static void ReadNetworkValue(in DirectiveCall call, State state)
    {
        if (call.Name == "default")
        {
            Replace(call, state, "default", "default");
            return;
        }

        var delete = call.Name == "delete";
        var text = delete ? call.Arguments[0] : call.Name;
        if (ReadNetwork(call, text, delete ? 0 : -1) is not { } key)
        {
            return;
        }

        if (!delete)
        {
            Replace(call, state, key, text);
        }
        else if (!state.Values.Remove(key))
        {
            call.Warn($"no network \"{text}\" to delete");
        }
    }

    private static void Replace(in DirectiveCall call, State state, string key, string text)
    {
        if (state.Values.TryGetValue(key, out var old))
        {
            call.Warn($"duplicate network \"{text}\", value: \"{call.Arguments[0]}\", old value: \"{old}\"");
        }

        state.Values[key] = call.Arguments[0];
    }

    /// <summary>ngx_http_geo_cidr_value; null, and said, when it is no network.</summary>
    private static string? ReadNetwork(in DirectiveCall call, string text, int argument)
    {
        if (text == "255.255.255.255")
        {
            return "FFFFFFFF/32";
        }

        if (AddressText.Network(text) is not { } network)
        {
            call.Fail($"invalid network \"{text}\"", argument);
            return null;
        }

        if (!network.IsExact)
        {
            call.Warn($"low address bits of {text} are meaningless", argument);
        }

        return network.Key;
    }

    /// <summary>ngx_http_geo_range.</summary>
    private static void ReadRange(in DirectiveCall call, State state)
    {
        if (call.Name == "default")
        {
            return;
        }

        var delete = call.Name == "delete";
        var text = delete ? call.Arguments[0] : call.Name;
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0 || !AddressText.TryInet(text.AsSpan(0, dash), out var start) || !AddressText.TryInet(text.AsSpan(dash + 1), out var end) || start > end)
        {
            if (!(text == "255.255.255.255-255.255.255.255" && !delete))
            {
                call.Fail($"invalid range \"{text}\"", delete ? 0 : -1);
            }

            return;
        }

        if (delete)
        {
            if (state.Ranges.RemoveAll(range => range.Start == start && range.End == end) == 0)
            {
                call.Warn($"no address range \"{text}\" to delete");
            }

            return;
        }

        if (state.Ranges.Count < ComparedRangesMax && Overlapping(state, start, end) is { } overlap)
        {
            call.Fail($"range \"{text}\" overlaps \"{Address(overlap.Start)}-{Address(overlap.End)}\"");
            return;
        }

        state.Ranges.Add((start, end));
    }

    /// <summary>Ranges may lie within each other; they must not cut. nginx compares them within each 65,536 addresses.</summary>
    private static (uint Start, uint End)? Overlapping(State state, uint start, uint end)
    {
        foreach (var range in state.Ranges)
        {
            var apart = end < range.Start || start > range.End;
            var within = (start >= range.Start && end <= range.End) || (start <= range.Start && end >= range.End);
            if (!apart && !within)
            {
                var high = Math.Max(start, range.Start) & 0xffff0000;
                return (Math.Max(range.Start, high), Math.Min(range.End, high | 0xffff));
            }
        }

        return null;
    }

    private static string Address(uint address) =>
        string.Create(CultureInfo.InvariantCulture, $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}");

    private sealed class State
    {
        public bool InRanges { get; set; }

        public bool HasNetworks { get; set; }

        public Dictionary<string, string> Values { get; } = new(StringComparer.Ordinal);

        public List<(uint Start, uint End)> Ranges { get; } = [];
    }
}
