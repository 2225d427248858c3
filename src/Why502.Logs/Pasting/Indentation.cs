using System.Text;

namespace Why502.Logs.Pasting;

/// <summary>Takes off the blanks that make a text a block of code (CommonMark 0.31, 4.4), where the whole text or a log's lines have them in common. YAML and configurations keep theirs.</summary>
public static class Indentation
{
    /// <summary>The same lines, at the same places.</summary>
    public static string[] Strip(string[] lines)
    {
        string[]? stripped = null;
        if (Common(lines, 0, lines.Length) is > 0 and var all)
        {
            stripped = [.. lines];
            Cut(stripped, 0, lines.Length, all);
            return stripped;
        }

        for (var first = 0; first < lines.Length; first++)
        {
            var end = first;
            while (end < lines.Length && lines[end].Length > 0 && lines[end][0] is ' ' or '\t')
            {
                end++;
            }

            if (end > first && lines.AsSpan(first, end - first).ToArray().Any(IsRecord) && Common(lines, first, end) is > 0 and var run)
            {
                stripped ??= [.. lines];
                Cut(stripped, first, end, run);
            }

            first = Math.Max(first, end - 1);
        }

        return stripped ?? lines;
    }

    private static bool IsRecord(string line)
    {
        var text = line.TrimStart();
        return text.Length > 20 && (char.IsAsciiDigit(text[0]) || text[0] == '[') && ErrorLogLine.LooksLikeRecord(Encoding.Latin1.GetBytes(text));
    }

    private static int Common(string[] lines, int first, int end)
    {
        var common = int.MaxValue;
        for (var at = first; at < end && common > 0; at++)
        {
            var text = lines[at].AsSpan();
            if (text.TrimEnd().Length > 0)
            {
                common = Math.Min(common, text.Length - text.TrimStart(" \t").Length);
            }
        }

        return common == int.MaxValue ? 0 : common;
    }

    private static void Cut(string[] lines, int first, int end, int blanks)
    {
        for (var at = first; at < end; at++)
        {
            lines[at] = lines[at].Length >= blanks ? lines[at][blanks..] : "";
        }
    }
}
