namespace Why502.Nginx.Routing;

/// <summary>The locations of a server or location, arranged as ngx_http_init_locations and ngx_http_init_static_location_trees do.</summary>
internal sealed class ScopeChildren
{
    private readonly Dictionary<string, Scope> exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Scope> inclusive = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Scope>.AlternateLookup<ReadOnlySpan<char>> inclusiveByPrefix;
    private readonly Dictionary<string, Scope> named = new(StringComparer.Ordinal);
    private readonly HashSet<string> redirected = new(StringComparer.Ordinal);
    private readonly List<Scope> expressions = [];
    private readonly Dictionary<Directive, Scope> byBlock = new(ReferenceEqualityComparer.Instance);
    private readonly int[] lengths;

    public ScopeChildren(Scope owner)
    {
        var locations = new Dictionary<Directive, Location>(ReferenceEqualityComparer.Instance);
        foreach (var known in owner.Location?.Nested ?? owner.Server.Locations)
        {
            locations.TryAdd(known.Block, known);
        }

        foreach (var directive in owner.Block.Block ?? [])
        {
            if (directive.Block is null)
            {
                continue;
            }

            if (directive.Is("location") && !owner.IsNameless && locations.TryGetValue(directive, out var location))
            {
                Add(new Scope(owner.Table, owner, owner.Server, location, directive, ScopeKind.Location));
            }
            else if (directive.Is("if"))
            {
                byBlock.TryAdd(directive, new Scope(owner.Table, owner, owner.Server, owner.Location, directive, ScopeKind.If));
            }
            else if (directive.Is("limit_except") && owner.Kind == ScopeKind.Location)
            {
                LimitExcept ??= new Scope(owner.Table, owner, owner.Server, owner.Location, directive, ScopeKind.LimitExcept);
            }
        }

        lengths = [.. inclusive.Keys.Select(k => k.Length).Distinct().OrderDescending()];
        inclusiveByPrefix = inclusive.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The locations given by expressions, in file order.</summary>
    public IReadOnlyList<Scope> Expressions => expressions;

    public Scope? LimitExcept { get; }

    public Scope? Exact(string uri) => exact.GetValueOrDefault(uri);

    public Scope? Named(string name) => named.GetValueOrDefault(name);

    public Scope? Of(Directive block) => byBlock.GetValueOrDefault(block);

    public Scope? LongestPrefix(string uri)
    {
        foreach (var length in lengths)
        {
            if (length <= uri.Length && inclusiveByPrefix.TryGetValue(uri.AsSpan(0, length), out var found))
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>
    /// ngx_http_core_find_static_location's NGX_DONE: there is <c>/x/</c> with a pass directive, and the request is for <c>/x</c>.
    /// </summary>
    public Scope? RedirectedFrom(string uri)
    {
        if (redirected.Count == 0 || inclusive.ContainsKey(uri))
        {
            return null;
        }

        var name = uri + "/";
        return redirected.Contains(name) ? exact.GetValueOrDefault(name) ?? inclusive[name] : null;
    }

    private void Add(Scope scope)
    {
        switch (scope.Modifier)
        {
            case "@":
                named.TryAdd(scope.Name, scope);
                return;
            case "~" or "~*":
                expressions.Add(scope);
                return;
            case "=":
                exact.TryAdd(scope.Name, scope);
                break;
            default:
                inclusive.TryAdd(scope.Name, scope);
                break;
        }

        if (scope.Name.EndsWith('/') && scope.Block.Block!.Any(d => PassTarget.IsPass(d.Name)))
        {
            redirected.Add(scope.Name);
        }
    }
}
