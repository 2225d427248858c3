namespace Why502.Diagnosis.Stacks;

/// <summary>Looks up options in arguments: <c>--bind X</c>, <c>--bind=X</c>, <c>-b X</c>, <c>-bX</c>.</summary>
public static class Options
{
    public static List<string> Values(IReadOnlyList<string> arguments, params ReadOnlySpan<string> names)
    {
        var values = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            foreach (var name in names)
            {
                if (ValueOf(arguments, i, name) is { Length: > 0 } value)
                {
                    values.Add(value);
                }
            }
        }

        return values;
    }

    public static string? Value(IReadOnlyList<string> arguments, params ReadOnlySpan<string> names) => Values(arguments, names) is { Count: > 0 } values ? values[^1] : null;

    private static string? ValueOf(IReadOnlyList<string> arguments, int at, string name)
    {
        var word = arguments[at];
        if (word == name)
        {
            return at + 1 < arguments.Count ? arguments[at + 1] : null;
        }

        if (!word.StartsWith(name, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = word[name.Length..];
        var isShort = name.Length == 2 && name[0] == '-' && name[1] != '-';
        return rest[0] == '=' ? rest[1..] : isShort ? rest : null;
    }

    /// <summary>Splits a line of options as a shell would, as far as quotes go.</summary>
    public static List<string> Split(string line)
    {
        var words = new List<string>();
        var word = new System.Text.StringBuilder();
        var quote = '\0';
        var begun = false;
        foreach (var character in line)
        {
            if (quote != '\0' ? character == quote : character is '"' or '\'')
            {
                quote = quote == '\0' ? character : '\0';
                begun = true;
            }
            else if (quote == '\0' && char.IsWhiteSpace(character))
            {
                if (begun)
                {
                    words.Add(word.ToString());
                }

                word.Clear();
                begun = false;
            }
            else
            {
                word.Append(character);
                begun = true;
            }
        }

        if (begun)
        {
            words.Add(word.ToString());
        }

        return words;
    }
}
