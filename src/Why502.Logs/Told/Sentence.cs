using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>What people write between the lines that programs wrote.</summary>
internal static partial class Sentence
{
    private const int CharsMax = 400;

    private const int WordsMin = 4;

    /// <summary>Neither a directive or its comment, nor a record with fields, nor a command. What is set as code in it may be.</summary>
    public static bool Is(string text)
        => text.Length is > 0 and <= CharsMax && text.IndexOfAny([';', '{', '}', '=', '|']) < 0 && text.AsSpan().TrimStart() is not (['#' or '$', ' ', ..] or ['-', not ' ', ..]) && text.AsSpan().Trim().Count(' ') >= WordsMin - 1 && !Tag().IsMatch(text);

    /// <summary>The sentences of a line, each with the one behind it, because the second often says what became of the first. Questions tell nothing.</summary>
    public static IEnumerable<string> In(string text)
    {
        text = Semicolon().Replace(Code().Replace(text, static code => Signs().Replace(code.Value, " ")), ", ");
        if (text.AsSpan().Trim().Count(' ') < WordsMin - 1)
        {
            yield break;
        }

        var sentences = Ends().Split(text).Where(sentence => !sentence.TrimEnd().EndsWith('?')).ToList();
        for (var index = 0; index < sentences.Count; index++)
        {
            var both = index + 1 < sentences.Count ? $"{sentences[index]} {sentences[index + 1]}" : sentences[index];
            if (Is(both))
            {
                yield return both;
            }
            else if (Is(sentences[index]))
            {
                yield return sentences[index];
            }
        }
    }

    /// <summary>A program with its process, as syslog writes it (RFC 3164, 4.1.3).</summary>
    [GeneratedRegex(@"^\s*[\w./-]+\[\d+\]:")]
    private static partial Regex Tag();

    /// <summary>A code span (CommonMark 0.31, 6.1).</summary>
    [GeneratedRegex("`[^`]{1,200}`")]
    private static partial Regex Code();

    /// <summary>A directive's stands at its end.</summary>
    [GeneratedRegex("; (?=[a-z])")]
    private static partial Regex Semicolon();

    [GeneratedRegex("[;{}=|]")]
    private static partial Regex Signs();

    /// <summary>A full stop inside a name or an address has no blank behind it.</summary>
    [GeneratedRegex(@"(?<=[.!?])\s+(?=[A-Z\(\*`""'])")]
    private static partial Regex Ends();
}
