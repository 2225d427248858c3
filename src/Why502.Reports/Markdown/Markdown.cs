using System.Text;

namespace Why502.Reports;

/// <summary>Foreign text in Markdown: nothing of it becomes a link, an image, HTML, a mention or a table cell.</summary>
public static class Markdown
{
    private const string Special = @"\`*_{}[]<>()#|~@!&";

    public static string Text(string text)
    {
        var result = new StringBuilder(text.Length + 8);
        foreach (var c in SafeText.OneLine(text))
        {
            // Parentheses and underscores inside words are harmless, and escaping them makes the source unreadable.
            if (Special.Contains(c, StringComparison.Ordinal) && c is not ('(' or ')' or '_' or '#' or '{' or '}'))
            {
                result.Append('\\');
            }

            result.Append(c);
        }

        return result.ToString();
    }

    /// <summary>A code span whose fence is longer than every run of backticks inside (CommonMark 6.1).</summary>
    public static string Code(string text)
    {
        var clean = SafeText.OneLine(text).Replace("|", "\\|", StringComparison.Ordinal);
        var fence = new string('`', LongestRun(clean) + 1);
        var pad = clean.StartsWith('`') || clean.EndsWith('`') ? " " : "";
        return $"{fence}{pad}{clean}{pad}{fence}";
    }

    /// <summary>A fenced block; <paramref name="lines"/> are clean and may hold line feeds.</summary>
    public static void Block(StringBuilder text, string language, string lines)
    {
        var fence = new string('`', Math.Max(3, LongestRun(lines) + 1));
        text.Append(fence).Append(language).Append('\n').Append(lines).Append('\n').Append(fence).Append("\n\n");
    }

    private static int LongestRun(string text)
    {
        var (longest, run) = (0, 0);
        foreach (var c in text)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}
