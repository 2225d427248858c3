namespace Why502.Nginx.Routing;

/// <summary>What an <c>if</c> asks (ngx_http_rewrite_if_condition).</summary>
/// <param name="Subject">The variable's name, or the path of a file test; null for what cannot be read.</param>
internal sealed record Condition(ConditionKind Kind, bool IsNegated, Script? Subject, Script? Value, Pattern? Pattern, char FileTest)
{
    public static Condition Read(Directive directive)
    {
        var words = Unwrapped(ByteText.Words(directive));
        if (words.Count == 0)
        {
            return new Condition(ConditionKind.Unreadable, false, null, null, null, '\0');
        }

        var first = words[0];
        if (first.StartsWith('$'))
        {
            return words.Count == 3 ? Comparison(first, words[1], words[2]) : new Condition(ConditionKind.IsSet, false, Script.Compile(first), null, null, '\0');
        }

        var negated = first.StartsWith('!');
        return words.Count == 2 && first.Length == (negated ? 3 : 2) && first[negated ? 1 : 0] == '-'
            ? new Condition(ConditionKind.File, negated, null, Script.Compile(words[1]), null, first[^1])
            : new Condition(ConditionKind.Unreadable, false, null, null, null, '\0');
    }

    private static Condition Comparison(string subject, string comparison, string value)
    {
        var negated = comparison.StartsWith('!');
        var variable = Script.Compile(subject);
        return comparison.EndsWith('=')
            ? new Condition(ConditionKind.Equal, negated, variable, Script.Compile(value), null, '\0')
            : new Condition(ConditionKind.Matches, negated, variable, null, Pattern.TryCreate(value, comparison.EndsWith('*')), '\0');
    }

    /// <summary>The arguments without the parentheses around all of them.</summary>
    private static List<string> Unwrapped(string[] words)
    {
        var inside = words.Skip(1).ToList();
        if (inside.Count == 0 || !inside[0].StartsWith('(') || !inside[^1].EndsWith(')'))
        {
            return [];
        }

        inside[0] = inside[0][1..];
        if (inside[^1].Length > 0)
        {
            inside[^1] = inside[^1][..^1];
        }

        if (inside[^1].Length == 0 && inside.Count > 1)
        {
            inside.RemoveAt(inside.Count - 1);
        }

        if (inside[0].Length == 0)
        {
            inside.RemoveAt(0);
        }

        return inside;
    }
}

internal enum ConditionKind
{
    Unreadable,
    IsSet,
    Equal,
    Matches,
    File,
}
