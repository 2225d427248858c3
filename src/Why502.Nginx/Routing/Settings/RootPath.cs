namespace Why502.Nginx.Routing;

/// <summary>The root or alias in force (ngx_http_core_root).</summary>
/// <param name="Alias">How much of the URI an alias replaces; 0 for a root.</param>
/// <param name="ReplacesAll">An alias in a location given by an expression replaces the whole URI.</param>
internal sealed record RootPath(Script Path, int Alias, bool ReplacesAll)
{
    public bool IsAlias => Alias > 0 || ReplacesAll;

    public static RootPath Read(Scope scope)
    {
        if (scope.AllInForce("root", "alias") is not { Count: > 0 } found || found[^1].Arguments.Count == 0)
        {
            return new RootPath(Script.Compile(scope.Table.FullName("html")), 0, false);
        }

        var directive = found[^1];
        var path = ByteText.Words(directive)[1];
        var alias = directive.Is("alias");
        if (!alias && path.EndsWith('/'))
        {
            path = path[..^1];
        }

        var holder = scope.Holder(directive);
        return new RootPath(
            Script.Compile(path.StartsWith('$') ? path : scope.Table.FullName(path)),
            alias && !holder.IsRegex ? holder.Name.Length : 0,
            alias && holder.IsRegex);
    }
}
