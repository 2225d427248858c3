using System.Globalization;
using Why502.Nginx.Directives;

namespace Why502.Nginx.Checks.Http;

/// <summary><c>map</c>, <c>split_clients</c> and <c>charset_map</c>: blocks with lines of their own.</summary>
internal static class VariableBlocks
{
    private const DirectiveContexts Anywhere = DirectiveContexts.Http | DirectiveContexts.Server | DirectiveContexts.Location;
    private static readonly Slot<MapState> Map = new(() => new MapState());
    private static readonly Slot<SplitState> Split = new(() => new SplitState());

    public static IEnumerable<DirectiveHandler> Handlers { get; } =
    [
        new("map", DirectiveContexts.Http, ReadMap),
        new("map_hash_max_size", DirectiveContexts.Http, ReadMapHash),
        new("map_hash_bucket_size", DirectiveContexts.Http, ReadMapHash),
        new("split_clients", DirectiveContexts.Http, ReadSplitClients),
        new("charset_map", DirectiveContexts.Http, ReadCharsetMap),
        new("charset", Anywhere | DirectiveContexts.IfInLocation, ReadCharset),
        new("source_charset", Anywhere | DirectiveContexts.IfInLocation, ReadCharset),
    ];

    private static void ReadMapHash(in DirectiveCall call)
    {
        if (call.SetOnce() && Number.Of(call.Arguments[0]) < 0)
        {
            call.Refuse("invalid number", 0);
        }
    }

    /// <summary><c>$name</c> of a block that defines a variable; null, and said, when it is none.</summary>
    public static string? Variable(in DirectiveCall call, int argument)
    {
        var text = call.Arguments[argument];
        if (!text.StartsWith('$'))
        {
            call.Fail($"invalid variable name \"{text}\"", argument);
            return null;
        }

        return text[1..];
    }

    private static void ReadMap(in DirectiveCall call)
    {
        // The first map fixes the sizes of the hash: a directive behind it is taken for a second one.
        call.Block.TrySet("map_hash_max_size", call.Directive);
        call.Block.TrySet("map_hash_bucket_size", call.Directive);
        if (ComplexText.Compile(call, call.Arguments[0], 0) && Variable(call, 1) is { } name && ComplexText.VariablesOf(call).Define(call, name, 1))
        {
            call.EnterLines(ReadMapLine, FinishMap);
        }
    }

    /// <summary>ngx_http_map.</summary>
    private static void ReadMapLine(in DirectiveCall call)
    {
        var map = call.Block.Get(Map);
        if (call.Arguments.Count == 0 && call.Name is "hostnames" or "volatile")
        {
            map.HasHostnames |= call.Name == "hostnames";
            return;
        }

        if (call.Arguments.Count != 1)
        {
            call.Fail("invalid number of the map parameters");
            return;
        }

        if (call.Name == "include")
        {
            call.FollowInclude();
            return;
        }

        if (map.Values.Add(call.Arguments[0]) && !ComplexText.Compile(call, call.Arguments[0], 0))
        {
            return;
        }

        if (call.Name == "default")
        {
            if (map.HasDefault)
            {
                call.Fail("duplicate default map parameter");
            }

            map.HasDefault = true;
            return;
        }

        if (call.Name.StartsWith('~'))
        {
            Regex.Compile(call, call.Name[(call.Name.StartsWith("~*", StringComparison.Ordinal) ? 2 : 1)..]);
            return;
        }

        var key = call.Name.StartsWith('\\') ? call.Name[1..] : call.Name;
        switch (map.Keys.Add(key, map.HasHostnames))
        {
            case HashKeyResult.Invalid:
                call.Fail($"invalid hostname or wildcard \"{key}\"");
                break;
            case HashKeyResult.Taken:
                call.Fail($"conflicting parameter \"{key.ToLowerInvariant()}\"");
                break;
        }
    }

    private static void FinishMap(in BlockEnd end)
    {
        var map = end.Block.Get(Map);
        var bucket = HashSize.Of(end.Block, "map_hash_bucket_size", HashSize.CacheLine);
        if (map.Keys.Exact.Count > 0
            && HashSize.Mistake("map_hash", map.Keys.Exact, HashSize.Of(end.Block, "map_hash_max_size", 2048), HashSize.Align(bucket, HashSize.CacheLine)) is { } mistake)
        {
            end.FailNowhere(mistake, null, end.Block.Directive);
        }
    }

    private static void ReadSplitClients(in DirectiveCall call)
    {
        if (ComplexText.Compile(call, call.Arguments[0], 0) && Variable(call, 1) is { } name && ComplexText.VariablesOf(call).Define(call, name, 1))
        {
            call.EnterLines(ReadPercent, FinishSplit);
        }
    }

    /// <summary>ngx_http_split_clients: a percentage with up to two decimals, or the rest.</summary>
    private static void ReadPercent(in DirectiveCall call)
    {
        var share = call.Name == "*" ? 0 : call.Name.EndsWith('%') ? Hundredths(call.Name[..^1]) : -1;
        if (share < 0 || (share == 0 && call.Name != "*"))
        {
            call.Fail($"invalid percent value \"{call.Name}\"");
            return;
        }

        call.Block.Get(Split).Shares.Add(share);
    }

    /// <summary>ngx_atofp(…, 2).</summary>
    private static long Hundredths(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            var whole = Number.Of(text);
            return whole < 0 || whole > long.MaxValue / 100 ? -1 : whole * 100;
        }

        var fraction = text[(dot + 1)..];
        var digits = text[..dot] + fraction;
        return fraction.Length > 2 || digits.Length == 0 || Number.Of(digits) < 0 ? -1 : Number.Of(digits + new string('0', 2 - fraction.Length));
    }

    private static void FinishSplit(in BlockEnd end)
    {
        var sum = 0L;
        foreach (var share in end.Block.Get(Split).Shares)
        {
            sum = share > 0 ? sum + share : 10_000;
            if (sum > 10_000)
            {
                end.Fail("percent total is greater than 100%");
                return;
            }
        }
    }

    private static void ReadCharset(in DirectiveCall call)
    {
        var text = call.Arguments[0];
        if (!call.SetOnce() || (call.Name == "charset" && text == "off"))
        {
            return;
        }

        if (text.StartsWith('$'))
        {
            ComplexText.Use(call, text[1..]);
        }
    }

    private static void ReadCharsetMap(in DirectiveCall call)
    {
        var (source, target) = (call.Arguments[0], call.Arguments[1]);
        if (source.Equals(target, StringComparison.OrdinalIgnoreCase))
        {
            call.Fail($"\"charset_map\" between the same charsets \"{source}\" and \"{target}\"");
            return;
        }

        if (!call.Shared.Get(CharsetTables.Slot).Add(source, target))
        {
            call.Fail($"duplicate \"charset_map\" between \"{source}\" and \"{target}\"");
            return;
        }

        var utf8 = target.Equals("utf-8", StringComparison.OrdinalIgnoreCase);
        call.EnterLines(utf8 ? ReadUtf8Line : ReadByteLine);
    }

    private static void ReadByteLine(in DirectiveCall call) => ReadCharsetLine(call, utf8: false);

    private static void ReadUtf8Line(in DirectiveCall call) => ReadCharsetLine(call, utf8: true);

    private static void ReadCharsetLine(in DirectiveCall call, bool utf8)
    {
        if (call.Arguments.Count != 1)
        {
            call.Fail("invalid parameters number");
        }
        else if (!IsByte(call.Name))
        {
            call.Fail($"invalid value \"{call.Name}\"");
        }
        else if (utf8 ? !IsUtf8(call.Arguments[0]) : !IsByte(call.Arguments[0]))
        {
            call.Fail($"invalid value \"{call.Arguments[0]}\"", 0);
        }
    }

    private static bool IsUtf8(string text) => text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit) && IsCharacter(Convert.FromHexString(text));

    /// <summary>ngx_utf8_decode as ngx_http_charset_map asks it: a character of two or three bytes. The bytes behind it are not looked at, nor is the second bit of those that follow the first.</summary>
    private static bool IsCharacter(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [>= 0xc2 and < 0xe0, >= 0x80, ..] => true,
        [0xe0, var second and >= 0x80, >= 0x80, ..] => (second & 0x20) != 0,
        [> 0xe0 and < 0xf0, >= 0x80, >= 0x80, ..] => true,
        _ => false,
    };

    private static bool IsByte(string text) => int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 255;

    private sealed class MapState
    {
        public HashSet<string> Values { get; } = new(StringComparer.Ordinal);

        public HashKeys Keys { get; } = new();

        public bool HasDefault { get; set; }

        public bool HasHostnames { get; set; }
    }

    private sealed class SplitState
    {
        public List<long> Shares { get; } = [];
    }
}

/// <summary>Between which charsets there are tables.</summary>
internal sealed class CharsetTables
{
    public static readonly Slot<CharsetTables> Slot = new(() => new CharsetTables());

    private readonly HashSet<(string, string)> pairs = [];

    public bool Add(string source, string target)
    {
        var (one, other) = (source.ToLowerInvariant(), target.ToLowerInvariant());
        return !pairs.Contains((other, one)) && pairs.Add((one, other));
    }

    public bool Has(string source, string target)
    {
        var (one, other) = (source.ToLowerInvariant(), target.ToLowerInvariant());
        return pairs.Contains((other, one)) || pairs.Contains((one, other));
    }
}
