using Why502.Nginx.Directives;

namespace Why502.Nginx;

/// <summary>The value of a directive at a place, inherited as its module's merge function does it, else nginx's default.</summary>
internal static class Inheritance
{
    private const string ModeSuffix = "_inherit";

    public static EffectiveValue Effective(Directive? block, Server? server, string name, Version? version = null)
    {
        var form = BlockLevels.FormInHttp(name);
        return Effective(BlockLevels.From(block, server), name, form, version);
    }

    public static EffectiveValue Effective(IEnumerable<Directive> levels, string name, DirectiveForm? form, Version? version = null)
    {
        var rule = form?.Inherits ?? default;
        if (rule.Kind == InheritanceKind.Array && BlockLevels.FormInHttp(name + ModeSuffix) is not null)
        {
            return WithMode([.. levels], name, rule, form, version);
        }

        List<Directive>? merged = null;
        foreach (var level in levels)
        {
            if (level.LastChild(name) is { } found)
            {
                if (rule.Kind != InheritanceKind.Merged)
                {
                    return Found(name, rule, found, Own(level, name, rule));
                }

                // Outer blocks come first, as headers-more's merge function puts them.
                (merged ??= []).InsertRange(0, level.Children(name));
            }
            else if (rule.SharedWith is { } other && level.LastChild(other) is not null)
            {
                break;
            }

            if (rule.Kind == InheritanceKind.None || (rule.Kind == InheritanceKind.Handler && !BlockLevels.IsNameless(level)))
            {
                break;
            }
        }

        return merged is null ? Default(name, form, version) : Found(name, rule, merged[^1], merged);
    }

    /// <summary>
    /// From nginx 1.29.3 <c>add_header_inherit</c> says how <c>add_header</c> inherits: <c>on</c> as every list, <c>off</c> not at all,
    /// <c>merge</c> appends what the level above has. Which of them holds is itself inherited.
    /// </summary>
    private static EffectiveValue WithMode(Directive[] levels, string name, InheritanceRule rule, DirectiveForm? form, Version? version)
    {
        var directives = new List<Directive>();
        for (var i = 0; i < levels.Length; i++)
        {
            directives.AddRange(levels[i].Children(name));
            var mode = levels.Skip(i).Select(level => level.LastChild(name + ModeSuffix)?.Arguments).FirstOrDefault(arguments => arguments is [_]);
            if (mode is ["off"] || (directives.Count > 0 && mode is not ["merge"]))
            {
                break;
            }
        }

        return directives.Count == 0 ? Default(name, form, version) : Found(name, rule, directives[^1], directives);
    }

    /// <summary>The value among the directives of one level, or nginx's default.</summary>
    public static EffectiveValue At(IEnumerable<Directive> level, string name, DirectiveForm? form)
    {
        var own = level.Where(d => d.Is(name)).ToList();
        return own.Count > 0 ? Found(name, form?.Inherits ?? default, own[^1], own) : Default(name, form, null);
    }

    /// <summary>With the directives of the other name where the two make one list: <c>allow</c> and <c>deny</c>.</summary>
    private static IReadOnlyList<Directive> Own(Directive level, string name, InheritanceRule rule)
    {
        if (!rule.AddsUp)
        {
            return [];
        }

        return rule.SharedWith is { } other
            ? [.. (level.Block ?? []).Where(d => d.Is(name) || d.Is(other))]
            : [.. level.Children(name)];
    }

    private static EffectiveValue Found(string name, InheritanceRule rule, Directive last, IReadOnlyList<Directive> own) =>
        new(name, last.Arguments, last.At, false, rule.AddsUp ? [.. own.Select(d => d.Arguments)] : null)
        {
            Directive = last,
            Directives = rule.AddsUp ? own : [last],
        };

    private static EffectiveValue Default(string name, DirectiveForm? form, Version? version) =>
        new(name, form is null ? [] : DirectiveDefaults.Of(form, version), null, true, form?.Inherits.AddsUp == true ? [] : null);
}
