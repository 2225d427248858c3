namespace Why502.Logs.Pasting;

/// <summary>
/// Takes off the marks of a text whose every line somebody set as code of its own: a fence that they did not know of. A code span (CommonMark 0.31, 6.1) ends where
/// its mark comes again, so a wrapped record reads as sentences with code in them.
/// </summary>
public static class CodeSpans
{
    private const char Mark = '`';

    /// <summary>One line alone is a word of code in a text, and an output where it is as long as one.</summary>
    private const int SpansMin = 2;

    private const int WordsMin = 5;

    /// <summary>The same lines, at the same places, without the marks around runs of code lines.</summary>
    public static string[] Strip(string[] lines)
    {
        string[]? stripped = null;
        for (var first = 0; first < lines.Length; first++)
        {
            var (last, spans) = (first, 0);
            while (last < lines.Length && IsMarked(lines[last]))
            {
                spans += IsSpan(lines[last]) ? 1 : 0;
                last++;
            }

            if (spans >= SpansMin || (spans == 1 && lines[first].Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries).Length >= WordsMin))
            {
                stripped ??= [.. lines];
                for (var at = first; at < last; at++)
                {
                    stripped[at] = lines[at].Trim('\r').Trim(Mark).TrimEnd(Mark, '\r');
                }
            }

            first = Math.Max(first, last - 1);
        }

        return stripped ?? lines;
    }

    private static bool IsMarked(string line)
    {
        var text = line.AsSpan().Trim();
        return IsSpan(line) || (text.Count(Mark) == 1 && (text[0] == Mark || text[^1] == Mark));
    }

    private static bool IsSpan(string line)
    {
        var text = line.AsSpan().Trim();
        return text.Length > 2 && text[0] == Mark && text[^1] == Mark && text.Count(Mark) == 2;
    }
}
