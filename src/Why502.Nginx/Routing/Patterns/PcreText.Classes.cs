namespace Why502.Nginx.Routing;

/// <summary>Bracket expressions.</summary>
internal sealed partial class PcreText
{
    private string Class(Flags flags)
    {
        at++;
        var negated = Follows("^");
        if (negated)
        {
            at++;
        }

        var set = new ByteClass();
        for (var first = true; ; first = false)
        {
            if (Ended)
            {
                throw Unsupported();
            }

            if (pcre[at] == ']' && !first)
            {
                at++;
                break;
            }

            ClassItem(set);
        }

        if (flags.IgnoreCase)
        {
            set.FoldCase();
        }

        return (negated ? set.Inverted() : set).ToString();
    }

    private void ClassItem(ByteClass set)
    {
        if (Follows("[:") && ByteClass.TryPosix(pcre.AsSpan(at), out var posix, out var length))
        {
            set.Add(posix);
            at += length;
            return;
        }

        if (Follows("\\E"))
        {
            at += 2;
            return;
        }

        if (Follows("\\Q"))
        {
            // Quoting within a class: its characters one by one.
            var end = pcre.IndexOf("\\E", at, StringComparison.Ordinal);
            for (at += 2; at < (end < 0 ? pcre.Length : end); at++)
            {
                set.Add(pcre[at], pcre[at]);
            }

            at = end < 0 ? at : end + 2;
            return;
        }

        if (ClassCharacter(set) is not { } low)
        {
            return;
        }

        if (at + 1 < pcre.Length && pcre[at] == '-' && pcre[at + 1] != ']')
        {
            at++;
            if (ClassCharacter(set) is { } high)
            {
                if (high < low)
                {
                    throw Unsupported();
                }

                set.Add(low, high);
                return;
            }

            // A set behind the dash: the dash is an ordinary character (pcre2pattern, Square brackets).
            set.Add('-', '-');
        }

        set.Add(low, low);
    }

    /// <summary>One character of a class; null when it was a set such as <c>\d</c>, which is then added.</summary>
    private int? ClassCharacter(ByteClass set)
    {
        var c = pcre[at];
        if (c != '\\')
        {
            at++;
            return c;
        }

        at++;
        if (Ended)
        {
            throw Unsupported();
        }

        if (ByteClass.OfEscape(pcre[at]) is { } escaped)
        {
            at++;
            set.Add(escaped);
            return null;
        }

        switch (pcre[at])
        {
            case 'b':
                at++;
                return 8;
            case >= '1' and <= '7':
                return Octal();
            default:
                return CharacterEscape();
        }
    }
}
