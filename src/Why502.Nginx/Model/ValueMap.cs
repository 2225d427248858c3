namespace Why502.Nginx;

/// <summary>Which block defines it.</summary>
public enum ValueMapKind
{
    Map,
    Geo,
    SplitClients,

    /// <summary><c>types {}</c>: an extension's MIME type.</summary>
    Types,
    CharsetMap,
}

/// <summary>One line of a map: what is looked up, and what comes out. An included file's lines are among them.</summary>
public sealed record ValueMapEntry(string Key, string Value, SourceLine At);

/// <summary>A block that turns one value into another: <c>map</c>, <c>geo</c>, <c>split_clients</c>, <c>types</c>, <c>charset_map</c>.</summary>
public sealed class ValueMap
{
    private ValueMap(ValueMapKind kind, Directive block, string? source, string name, bool isStream)
    {
        Kind = kind;
        Block = block;
        Source = source;
        Name = name;
        IsStream = isStream;
    }

    public ValueMapKind Kind { get; }

    public Directive Block { get; }

    public SourceLine At => Block.At;

    /// <summary>What is looked up, as written; null for <c>geo</c> without an address (the client's is taken) and for <c>types</c>.</summary>
    public string? Source { get; }

    /// <summary>The variable it defines, without its dollar sign; the second charset of a charset_map; empty for <c>types</c>.</summary>
    public string Name { get; }

    public bool IsStream { get; }

    public IReadOnlyList<ValueMapEntry> Entries { get; private init; } = [];

    /// <summary>The value when nothing matches; null when none is given (nginx then takes the empty text).</summary>
    public ValueMapEntry? Default { get; private init; }

    /// <summary>The keys may be host names with masks.</summary>
    public bool Hostnames { get; private init; }

    public bool Volatile { get; private init; }

    /// <summary>A geo's entries are ranges of addresses.</summary>
    public bool Ranges { get; private init; }

    /// <summary>Everything that may come out, each once.</summary>
    public IEnumerable<string> Values => Entries.Select(e => e.Value).Append(Default?.Value ?? (Kind is ValueMapKind.Map or ValueMapKind.Geo ? string.Empty : null)).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>Null when the directive is no such block, or lacks its arguments.</summary>
    public static ValueMap? Of(Directive block, bool isStream)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (block.Block is null)
        {
            return null;
        }

        return (block.Name, block.Arguments) switch
        {
            ("map", [var source, ['$', .. var name]]) => Map(ValueMapKind.Map, block, source, name, isStream),
            ("geo", [['$', .. var name]]) => Map(ValueMapKind.Geo, block, null, name, isStream),
            ("geo", [var source, ['$', .. var name]]) => Map(ValueMapKind.Geo, block, source, name, isStream),
            ("split_clients", [var source, ['$', .. var name]]) => Map(ValueMapKind.SplitClients, block, source, name, isStream),
            ("charset_map", [var from, var to]) => Map(ValueMapKind.CharsetMap, block, from, to, isStream),
            ("types", []) => Types(block, isStream),
            _ => null,
        };
    }

    private static ValueMap Map(ValueMapKind kind, Directive block, string? source, string name, bool isStream)
    {
        var entries = new List<ValueMapEntry>();
        ValueMapEntry? fallback = null;
        foreach (var line in block.Block!)
        {
            if (line.Arguments is not [var value])
            {
                continue;
            }

            var isFallback = kind == ValueMapKind.SplitClients ? line.Is("*") : kind != ValueMapKind.CharsetMap && line.Is("default");
            if (isFallback)
            {
                fallback = new ValueMapEntry(line.Name, value, line.At);
            }
            else if (kind != ValueMapKind.Geo || line.Name is not ("delete" or "proxy"))
            {
                // ngx_http_map: a leading backslash only keeps a key from being one of the special words.
                entries.Add(new ValueMapEntry(kind == ValueMapKind.Map && line.Name is ['\\', ..] ? line.Name[1..] : line.Name, value, line.At));
            }
        }

        return new ValueMap(kind, block, source, name, isStream)
        {
            Entries = entries,
            Default = fallback,
            Hostnames = kind == ValueMapKind.Map && Has("hostnames"),
            Volatile = Has("volatile"),
            Ranges = kind == ValueMapKind.Geo && Has("ranges"),
        };

        bool Has(string word) => block.Children(word).Any(d => d.Arguments.Count == 0);
    }

    private static ValueMap Types(Directive block, bool isStream) => new(ValueMapKind.Types, block, null, string.Empty, isStream)
    {
        Entries = [.. block.Block!.SelectMany(line => line.Arguments.Select(extension => new ValueMapEntry(extension, line.Name, line.At)))],
    };
}
