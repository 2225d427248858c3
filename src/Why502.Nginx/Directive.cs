using Why502.Nginx.Syntax;

namespace Why502.Nginx;

/// <summary>
/// A directive at one place of the configuration. A file that is included twice gives two directives for each
/// one written in it, because <see cref="Parent"/> differs; <see cref="At"/> and the spans are then the same.
/// </summary>
public sealed class Directive
{
    /// <summary>Bigger blocks (http with thousands of servers) are looked up by name; smaller ones are scanned.</summary>
    private const int ScannedBlockMax = 32;

    private string? name;
    private string[]? arguments;
    private Dictionary<string, List<Directive>>? byName;

    internal Directive(ConfigurationFile file, int index, Directive? parent)
    {
        File = file;
        Index = index;
        Parent = parent;
    }

    public ConfigurationFile File { get; }

    /// <summary>The block this directive takes effect in, seen through includes; null at the top level.</summary>
    public Directive? Parent { get; }

    public string Name => name ??= Index < 0 || Node.TokenCount == 0 ? string.Empty : DirectiveNames.Of(File.Bytes, File.Tree.TokensOf(Index)[0]);

    /// <summary>The arguments' values, with quotes and escapes resolved as ngx_conf_read_token does.</summary>
    public IReadOnlyList<string> Arguments => arguments ??= ReadArguments();

    /// <summary>How many arguments there are, without reading them.</summary>
    internal int ArgumentCount => Index < 0 ? Arguments.Count : Math.Max(0, Node.TokenCount - 1);

    /// <summary>The directives in effect in this block, in order, includes replaced by what they bring in; null when there is no block.</summary>
    public IReadOnlyList<Directive>? Block { get; internal set; }

    /// <summary>The directives written between the braces, <c>include</c> among them; null when there is no block.</summary>
    public IReadOnlyList<Directive>? Written { get; internal set; }

    /// <summary>What an <c>include</c> brought in; null for any other directive.</summary>
    public IReadOnlyList<Directive>? Included { get; internal set; }

    public SourceLine At => new(File.Path, Index < 0 ? 1 : Node.Line);

    /// <summary>The line of <c>;</c> or <c>{</c>, which is the one nginx names in its messages about this directive.</summary>
    public SourceLine TerminatorAt => new(File.Path, Index < 0 ? 1 : Node.TerminatorLine);

    /// <summary>The line of the closing brace, or of the semicolon.</summary>
    public SourceLine EndAt => new(File.Path, Index < 0 ? 1 : Node.EndLine);

    /// <summary>From the name's first byte to behind the closing <c>;</c> or <c>}</c>.</summary>
    public ByteSpan Span => Index < 0 ? new ByteSpan(0, File.Bytes.Length) : new ByteSpan(Node.Start, Node.End);

    /// <summary>The name as written, its quotes not included.</summary>
    public ByteSpan NameSpan => Index < 0 || Node.TokenCount == 0 ? new ByteSpan(Span.Start, Span.Start) : SpanOf(0);

    /// <summary>What lies between the braces; null when there is no block.</summary>
    public ByteSpan? BodySpan => Index < 0 ? Span : Node.BodyStart < 0 ? null : new ByteSpan(Node.BodyStart, Node.BodyEnd);

    /// <summary>The body of a <c>*_by_lua_block</c> as written; null for every other directive.</summary>
    public string? RawBody => Index >= 0 && Node.IsRaw ? TextOf.Bytes(File.Bytes.AsSpan(Node.BodyStart, Node.BodyEnd - Node.BodyStart)) : null;

    /// <summary>An argument as written, its quotes not included.</summary>
    public ByteSpan ArgumentSpan(int argument) => SpanOf(argument + 1);

    /// <summary>The argument was written in quotes.</summary>
    public bool IsQuoted(int argument) => (File.Tree.TokensOf(Index)[argument + 1].Flags & TokenFlags.Quoted) != 0;

    /// <summary>The index of the node in the file's tree; -1 for a block that is only thought of, such as the server around a snippet.</summary>
    internal int Index { get; }

    internal ref readonly Node Node => ref File.Tree.Node(Index);

    /// <summary>The name's spelling must be nginx's: names are case-sensitive.</summary>
    public bool Is(string directiveName) => string.Equals(Name, directiveName, StringComparison.Ordinal);

    /// <summary>The directives of this name in this very block, in order.</summary>
    public IEnumerable<Directive> Children(string directiveName)
    {
        if (Block is not { Count: > ScannedBlockMax })
        {
            return Block is null ? [] : Block.Where(d => d.Is(directiveName));
        }

        return ByName().TryGetValue(directiveName, out var children) ? children : [];
    }

    /// <summary>The last directive of this name in this very block.</summary>
    public Directive? LastChild(string directiveName)
    {
        if (Block is not { Count: > ScannedBlockMax })
        {
            for (var i = (Block?.Count ?? 0) - 1; i >= 0; i--)
            {
                if (Block![i].Is(directiveName))
                {
                    return Block[i];
                }
            }

            return null;
        }

        return ByName().TryGetValue(directiveName, out var children) ? children[^1] : null;
    }

    public override string ToString() => Arguments.Count == 0 ? Name : $"{Name} {string.Join(' ', Arguments)}";

    internal static Directive Imagined(string name, ConfigurationFile file, IReadOnlyList<Directive> block) =>
        new(file, -1, null) { name = name, arguments = [], Block = block, Written = block };

    private Dictionary<string, List<Directive>> ByName()
    {
        if (byName is { } known)
        {
            return known;
        }

        var index = new Dictionary<string, List<Directive>>(StringComparer.Ordinal);
        foreach (var directive in Block!)
        {
            if (!index.TryGetValue(directive.Name, out var same))
            {
                index.Add(directive.Name, same = []);
            }

            same.Add(directive);
        }

        return byName = index;
    }

    private ByteSpan SpanOf(int token)
    {
        var t = File.Tree.TokensOf(Index)[token];
        return new ByteSpan(t.Start, t.End);
    }

    private string[] ReadArguments()
    {
        var tokens = File.Tree.TokensOf(Index);
        if (tokens.Length <= 1)
        {
            return [];
        }

        var values = new string[tokens.Length - 1];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = TextOf.Word(File.Bytes, tokens[i + 1]);
        }

        return values;
    }
}
