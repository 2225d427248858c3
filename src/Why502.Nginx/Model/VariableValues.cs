namespace Why502.Nginx;

/// <summary>What a text with variables may become, as far as the configuration alone tells: from <c>set</c>, <c>map</c>, <c>geo</c> and <c>split_clients</c>.</summary>
internal sealed class VariableValues(IReadOnlyList<ValueMap> maps)
{
    /// <summary>Maps that lead to maps are followed so far; nobody nests deeper on purpose.</summary>
    private const int DepthMax = 8;

    /// <summary>More possible values than this tell a person nothing.</summary>
    private const int ValuesMax = 256;

    /// <summary>Texts looked at for one answer: maps that lead to each other in circles end here.</summary>
    private const int StepsMax = 10_000;

    private readonly ILookup<string, ValueMap> byName = maps.Where(m => m.Name.Length > 0 && m.Kind is not ValueMapKind.CharsetMap)
        .ToLookup(m => m.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Every text it may become; null when some variable comes from the request, or there are too many.</summary>
    /// <param name="levels">The blocks around the place, for their <c>set</c> directives.</param>
    public IReadOnlyList<string>? Of(string text, IReadOnlyList<Directive> levels)
    {
        var steps = StepsMax;
        return Of(text, levels, 0, ref steps);
    }

    private List<string>? Of(string text, IReadOnlyList<Directive> levels, int depth, ref int steps)
    {
        if (--steps < 0)
        {
            return null;
        }

        List<string> results = [string.Empty];
        for (var at = 0; at < text.Length;)
        {
            var (end, name) = NextPart(text, at);
            List<string>? values = name is null ? [text[at..end]] : Values(name, levels, depth, ref steps);
            if (values is null || values.Count * results.Count > ValuesMax)
            {
                return null;
            }

            results = [.. results.SelectMany(before => values.Select(value => before + value)).Distinct(StringComparer.Ordinal)];
            at = end;
        }

        return results;
    }

    private List<string>? Values(string name, IReadOnlyList<Directive> levels, int depth, ref int steps)
    {
        if (depth >= DepthMax)
        {
            return null;
        }

        var written = levels.SelectMany(level => level.Children("set").Concat(level.Children("if").SelectMany(condition => condition.Children("set"))))
            .Where(set => set.Arguments is [['$', .. var variable], _] && variable.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(set => set.Arguments[1])
            .Concat(byName[name].SelectMany(map => map.Values))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (written.Count is 0 or > ValuesMax)
        {
            return null;
        }

        var values = new List<string>();
        foreach (var text in written)
        {
            if (Of(text, levels, depth + 1, ref steps) is not { } possible || values.Count + possible.Count > ValuesMax)
            {
                return null;
            }

            values.AddRange(possible);
        }

        return values;
    }

    /// <summary>The end of the literal or variable that starts here, and the variable's name (ngx_http_script_compile).</summary>
    private static (int End, string? Name) NextPart(string text, int at)
    {
        if (text[at] != '$' || at + 1 == text.Length)
        {
            var dollar = text.IndexOf('$', at + 1);
            return (dollar < 0 ? text.Length : dollar, null);
        }

        if (text[at + 1] == '{')
        {
            var close = text.IndexOf('}', at);
            return close < 0 ? (text.Length, null) : (close + 1, text[(at + 2)..close]);
        }

        var end = at + 1;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        return (end, end == at + 1 ? null : text[(at + 1)..end]);
    }
}
