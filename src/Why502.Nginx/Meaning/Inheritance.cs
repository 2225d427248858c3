namespace Why502.Nginx;

/// <summary>
/// The value of a directive at a place: its own block's, else the nearest enclosing one's, else nginx's default.
/// Directives that add up are taken as a whole from the nearest block that has any (ngx_conf_merge_ptr_value).
/// </summary>
internal static class Inheritance
{
    public static EffectiveValue Effective(Directive? block, Server? server, string name)
    {
        for (var level = block ?? server?.Block; level is not null; level = level.Parent)
        {
            if (level.LastChild(name) is { } found)
            {
                return Found(name, found, level.Children(name));
            }
        }

        return Default(name);
    }

    /// <summary>The value among the directives of one level, or nginx's default.</summary>
    public static EffectiveValue At(IEnumerable<Directive> level, string name)
    {
        var own = level.Where(d => d.Is(name)).ToList();
        return own.Count > 0 ? Found(name, own[^1], own) : Default(name);
    }

    private static EffectiveValue Found(string name, Directive last, IEnumerable<Directive> own)
    {
        IReadOnlyList<IReadOnlyList<string>>? all = DirectiveDefaults.AddsUp(name) ? [.. own.Select(d => d.Arguments)] : null;
        return new EffectiveValue(name, last.Arguments, last.At, false, all) { Directive = last };
    }

    private static EffectiveValue Default(string name) =>
        new(name, DirectiveDefaults.Of(name), null, true, DirectiveDefaults.AddsUp(name) ? [] : null);
}
