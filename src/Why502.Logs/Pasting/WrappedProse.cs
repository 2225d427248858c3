using System.Text;
using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>Puts the lines of a paragraph together that an editor or a mail program wrapped: what a sentence tells may stand in its second line.</summary>
public static partial class WrappedProse
{
    private const int LinesMax = 12;

    /// <summary>What is shorter was ended by its writer.</summary>
    private const int WrappedCharsMin = 30;

    private const int WordsMin = 4;

    private const double LettersMin = 0.8;

    /// <summary>Joins in place: a paragraph stands in its first line, the others are empty. True when there was one.</summary>
    public static bool Join(string[] lines)
    {
        var joined = false;
        for (var first = 0; first < lines.Length; first++)
        {
            var last = first;
            while (last + 1 < lines.Length && last - first < LinesMax && GoesOn(lines[last], lines[last + 1]))
            {
                last++;
            }

            if (last > first)
            {
                lines[first] = string.Join(' ', lines[first..(last + 1)].Select(line => line.Trim()));
                Array.Fill(lines, "", first + 1, last - first);
                (joined, first) = (true, last);
            }
        }

        return joined;
    }

    private static bool GoesOn(string line, string next)
        => line.Length >= WrappedCharsMin && line.TrimEnd() is [.., not ('.' or ':' or ';' or '!' or '?')] && next is [>= 'a' and <= 'z', ..] && IsProse(line, WordsMin) && IsProse(next, 1);

    /// <summary>Words, without the signs of records, settings and commands.</summary>
    private static bool IsProse(string line, int words)
    {
        if (line.Length == 0 || line[0] is ' ' or '\t' or '$' or '#' || line.Contains("  ", StringComparison.Ordinal))
        {
            return false;
        }

        var text = Code().Replace(line, "code").Trim();
        return text.Length > 0 && !Labelled().IsMatch(text) && !text.Contains("()", StringComparison.Ordinal) && !OwnMessage.Is(Encoding.Latin1.GetBytes(line)) && text.IndexOfAny(['[', ']', '{', '}', '=', '|', ';', '<', '>', '\t']) < 0 && text.Split(' ').Length >= words
            && text.Count(letter => letter is ' ' or >= 'a' and <= 'z' or >= 'A' and <= 'Z') >= text.Length * LettersMin;
    }

    /// <summary>A program's name, as it stands before what the program says.</summary>
    [GeneratedRegex(@"^[\w./-]+: ")]
    private static partial Regex Labelled();

    [GeneratedRegex("`[^`]{1,200}`")]
    private static partial Regex Code();
}
