namespace Why502.Nginx.Routing;

/// <summary>Choosing the location.</summary>
internal sealed partial class RouteRun
{
    private enum Found
    {
        None,

        /// <summary>NGX_AGAIN: the longest prefix; expressions may still win.</summary>
        Prefix,
        Exact,
        Expression,

        /// <summary>NGX_DONE: a slash is missing.</summary>
        Redirected,
        Failed,
    }

    /// <summary>ngx_http_core_find_location; what is found becomes <see cref="scope"/>.</summary>
    private Found FindLocation()
    {
        var level = scope.Children;
        var found = FindStatic(level);
        var noExpressions = false;
        if (found == Found.Prefix)
        {
            noExpressions = scope.Modifier == "^~";
            var nested = FindLocation();
            found = nested == Found.None ? Found.Prefix : nested;
        }

        if (found is Found.Exact or Found.Redirected or Found.Expression or Found.Failed || noExpressions)
        {
            return found;
        }

        foreach (var expression in level.Expressions)
        {
            if (expression.Pattern is null)
            {
                Note($"the expression of {expression.Text} cannot be read here");
                continue;
            }

            switch (Matches(expression.Pattern, uri))
            {
                case MatchKind.Found:
                    scope = expression;
                    return FindLocation() switch
                    {
                        Found.Failed => Found.Failed,
                        _ => Found.Expression,
                    };
                case MatchKind.Failed:
                    return Found.Failed;
            }
        }

        return found;
    }

    private Found FindStatic(ScopeChildren level)
    {
        if (level.Exact(uri) is { } exact)
        {
            scope = exact;
            return Found.Exact;
        }

        if (level.RedirectedFrom(uri) is { } slashed)
        {
            scope = slashed;
            return Found.Redirected;
        }

        if (level.LongestPrefix(uri) is { } prefix)
        {
            scope = prefix;
            return Found.Prefix;
        }

        return Found.None;
    }

    private static string HowFound(Found found) => found switch
    {
        Found.Exact => "the URI exactly",
        Found.Expression => "the first expression that matches",
        Found.Redirected => "the URI and a slash",
        _ => "the longest prefix, and no expression matches",
    };

    /// <summary>ngx_http_regex_exec: a match replaces the captures and sets the named ones' variables.</summary>
    public MatchKind Matches(Pattern pattern, string text)
    {
        var match = pattern.Match(text);
        if (match.Kind == MatchKind.Found)
        {
            captures = match;
            foreach (var (name, group) in pattern.Names)
            {
                set[ByteText.Lower(name)] = match.Group(group);
            }
        }

        return match.Kind;
    }
}
