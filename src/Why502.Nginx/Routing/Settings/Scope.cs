using System.Globalization;

namespace Why502.Nginx.Routing;

internal enum ScopeKind
{
    Server,
    Location,
    If,
    LimitExcept,
}

/// <summary>
/// One of nginx's location configurations (ngx_http_core_loc_conf_t): a server's own, a location's, or the nameless one of an <c>if</c>
/// or <c>limit_except</c> in a location. What it holds is read when it is first asked for.
/// </summary>
internal sealed partial class Scope
{
    private ScopeChildren? children;

    public Scope(RoutingTable table, Scope? parent, Server server, Location? location, Directive block, ScopeKind kind)
    {
        Table = table;
        Parent = parent;
        Server = server;
        Location = location;
        Block = block;
        Kind = kind;
        if (kind == ScopeKind.Location)
        {
            var words = ByteText.Words(block);
            (Modifier, Name) = Location.Read(words[1..]);
            Pattern = IsRegex ? Pattern.TryCreate(Name, Modifier == "~*") : null;
        }
        else
        {
            Name = parent?.Name ?? string.Empty;
        }
    }

    public RoutingTable Table { get; }

    public Scope? Parent { get; }

    public Server Server { get; }

    /// <summary>The location around; null in the server itself.</summary>
    public Location? Location { get; }

    public Directive Block { get; }

    public ScopeKind Kind { get; }

    public string Modifier { get; } = string.Empty;

    /// <summary>The path or expression; that of the location around for a nameless one.</summary>
    public string Name { get; }

    public Pattern? Pattern { get; }

    public bool IsNameless => Kind is ScopeKind.If or ScopeKind.LimitExcept;

    public bool IsRegex => Modifier is "~" or "~*";

    public bool IsNamed => Modifier == "@";

    public ScopeChildren Children => children ??= new ScopeChildren(this);

    /// <summary>For people, as it is written.</summary>
    public string Text => Location is null ? "server" : Kind switch
    {
        ScopeKind.If => $"if in location {Location}",
        ScopeKind.LimitExcept => $"limit_except in location {Location}",
        _ => $"location {Location}",
    };

    /// <summary>The last directive of this name here, else in the nearest enclosing block.</summary>
    public Directive? InForce(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope.Block.LastChild(name) is { } found)
            {
                return found;
            }

            if (scope.Parent is null)
            {
                return scope.Block.Parent?.LastChild(name);
            }
        }

        return null;
    }

    public bool Flag(string name, bool otherwise) => InForce(name) is { } directive && directive.Arguments.Count > 0
        ? directive.Arguments[0].Equals("on", StringComparison.OrdinalIgnoreCase)
        : otherwise;

    /// <summary>The directives of these names in the nearest block that has any: arrays are taken as a whole.</summary>
    public IReadOnlyList<Directive> AllInForce(params ReadOnlySpan<string> names)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (Named(scope.Block, names) is { Count: > 0 } found)
            {
                return found;
            }

            if (scope.Parent is null && scope.Block.Parent is { } http)
            {
                return Named(http, names);
            }
        }

        return [];
    }

    private static List<Directive> Named(Directive block, ReadOnlySpan<string> names)
    {
        var found = new List<Directive>();
        foreach (var name in names)
        {
            found.AddRange(block.Children(name));
        }

        if (names.Length > 1)
        {
            found.Sort((a, b) => Order(block, a).CompareTo(Order(block, b)));
        }

        return found;
    }

    private static int Order(Directive block, Directive child)
    {
        for (var i = 0; i < block.Block!.Count; i++)
        {
            if (ReferenceEquals(block.Block[i], child))
            {
                return i;
            }
        }

        return int.MaxValue;
    }

    private static int? Number(string text) =>
        text.Length > 0 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
