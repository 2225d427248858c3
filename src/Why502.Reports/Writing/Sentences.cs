namespace Why502.Reports;

/// <summary>Clauses as sentences, with names left as they are: "shop.service failed." and "Nothing listens."</summary>
public static class Sentences
{
    /// <summary>A sentence from a clause: the full stop, unless it ends in a stronger mark.</summary>
    public static string Sentence(string clause)
    {
        ArgumentNullException.ThrowIfNull(clause);
        var text = clause.TrimEnd().TrimEnd('.');
        return text.Length == 0 ? "" : text[^1] is '!' or '?' ? text : text + ".";
    }

    /// <summary>A sentence that stands by itself: capital first unless its first word is a name, full stop last.</summary>
    public static string Statement(string clause)
    {
        ArgumentNullException.ThrowIfNull(clause);
        return Capital(Sentence(clause.Trim()));
    }

    /// <summary>A clause without its full stop, to stand inside another sentence.</summary>
    public static string Clause(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Trim().TrimEnd('.');
    }

    /// <summary>A capital first letter, unless the first word is a name: a unit, a path, a program.</summary>
    public static string Capital(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var end = text.IndexOfAny([' ', ',', ':', ';']);
        var word = end < 0 ? text : text[..end];
        return word.Length == 0 || !char.IsAsciiLetterLower(word[0]) || word is "nginx" or "why502" || (end > 0 && end + 1 < text.Length && text[end] == ':' && text[end + 1] != ' ') || !word.All(char.IsAsciiLetter)
            ? text
            : char.ToUpperInvariant(text[0]) + text[1..];
    }
}
