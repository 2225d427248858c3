namespace Why502.Nginx.Routing;

/// <summary>The variables that a configuration gives values by itself: <c>set</c>, and the named groups of its expressions (ngx_http_regex_compile). Where neither came to pass they are empty.</summary>
internal static class AssignedVariables
{
    private static readonly string[] GroupOpenings = ["(?<", "(?P<", "(?'"];

    public static HashSet<string> Read(IReadOnlyList<Directive> root)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        Read(root, names);
        return names;
    }

    private static void Read(IReadOnlyList<Directive> directives, HashSet<string> names)
    {
        foreach (var directive in directives)
        {
            if (directive.Is("set") && directive.Arguments is [var variable, ..])
            {
                names.Add(ByteText.Lower(variable.TrimStart('$')));
            }

            ReadGroups(directive.Name, names);
            foreach (var argument in directive.Arguments)
            {
                ReadGroups(argument, names);
            }

            Read(directive.Block ?? [], names);
        }
    }

    private static void ReadGroups(string expression, HashSet<string> names)
    {
        foreach (var opening in GroupOpenings)
        {
            for (var at = expression.IndexOf(opening, StringComparison.Ordinal); at >= 0; at = expression.IndexOf(opening, at, StringComparison.Ordinal))
            {
                at += opening.Length;
                var end = expression.AsSpan(at).IndexOfAny('>', '\'');
                if (end > 0)
                {
                    names.Add(ByteText.Lower(expression.Substring(at, end)));
                }
            }
        }
    }
}
