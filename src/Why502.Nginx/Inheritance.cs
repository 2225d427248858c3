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
            if (Last(level.Block, name) is { } found)
            {
                return Found(name, found, level.Block!);
            }
        }

        return Default(name);
    }

    /// <summary>The value at the main level (outside every block).</summary>
    public static EffectiveValue AtTop(IReadOnlyList<Directive> root, string name) =>
        Last(root, name) is { } found ? Found(name, found, root) : Default(name);

    private static EffectiveValue Found(string name, Directive last, IReadOnlyList<Directive> level)
    {
        IReadOnlyList<IReadOnlyList<string>>? all = DirectiveDefaults.AddsUp(name)
            ? [.. level.Where(d => d.Is(name)).Select(d => d.Arguments)]
            : null;
        return new EffectiveValue(name, last.Arguments, last.At, false, all) { Directive = last };
    }

    private static EffectiveValue Default(string name) =>
        new(name, DirectiveDefaults.Of(name), null, true, DirectiveDefaults.AddsUp(name) ? [] : null);

    private static Directive? Last(IReadOnlyList<Directive>? level, string name)
    {
        for (var i = (level?.Count ?? 0) - 1; i >= 0; i--)
        {
            if (level![i].Is(name))
            {
                return level[i];
            }
        }

        return null;
    }
}
