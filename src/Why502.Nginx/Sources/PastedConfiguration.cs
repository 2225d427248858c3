using System.Text;
using Why502.Nginx.Directives;

namespace Why502.Nginx;

/// <summary>
/// Undoes what a forum or a terminal does to a piece of configuration: line numbers of <c>grep -n</c>, <c>cat -n</c> and <c>nl</c>, also of
/// lines that were joined, marks of something left out, a semicolon lost at the end. Lines stay where they are, except where joined ones are parted.
/// </summary>
public static class PastedConfiguration
{
    private const int BytesMax = 1 << 20;

    private const int LinesMax = 20_000;

    /// <summary>So many lines in a row make a numbering.</summary>
    private const int NumberedMin = 3;

    /// <summary>The text as nginx would have it; null when it is no configuration either way.</summary>
    public static byte[]? Repair(ReadOnlySpan<byte> text)
    {
        if (text.Length > BytesMax || text.Contains((byte)0))
        {
            return null;
        }

        var lines = Encoding.Latin1.GetString(text).Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        if (lines.Count > LinesMax)
        {
            return null;
        }

        lines = WithoutMarks(WithoutNumbers(lines));
        return AsConfiguration(lines) ?? AsConfiguration(WithSemicolons(lines));
    }

    private static byte[]? AsConfiguration(List<string> lines)
    {
        var bytes = Encoding.Latin1.GetBytes(string.Join('\n', lines));
        return NginxConfiguration.LooksLikeConfiguration(bytes) ? bytes : null;
    }

    /// <summary>Numbers that count up by one, each at a line's start or behind a blank, with the same kind of sign behind.</summary>
    private static List<string> WithoutNumbers(List<string> lines)
    {
        var numbered = lines.Select(line => Number(line, 0)).ToList();
        var content = lines.Count(line => line.Length > 0);
        if (content >= NumberedMin && numbered.Count(found => found is not null) * 10 >= content * 8)
        {
            return [.. lines.Select((line, index) => numbered[index] is { } found ? line[found.End..] : line)];
        }

        return [.. lines.SelectMany(Parted)];
    }

    /// <summary><c>12: upstream a { 13- server b; 14-}</c> in one line.</summary>
    private static IEnumerable<string> Parted(string line)
    {
        if (Number(line, 0) is not { } first)
        {
            return [line];
        }

        var parts = new List<string>();
        var (value, from) = (first.Value, first.End);
        for (var at = from; at < line.Length; at++)
        {
            if (line[at - 1] is ' ' or '\t' && Number(line, at) is { } next && next.Value == value + 1)
            {
                parts.Add(line[from..at]);
                (value, from) = (next.Value, next.End);
                at = next.End - 1;
            }
        }

        parts.Add(line[from..]);
        return parts.Count >= NumberedMin ? parts : [line];
    }

    private static (int Value, int End)? Number(string line, int at)
    {
        while (at < line.Length && line[at] is ' ' or '\t')
        {
            at++;
        }

        var end = at;
        while (end < line.Length && char.IsAsciiDigit(line[end]) && end - at < 7)
        {
            end++;
        }

        return end == at || end >= line.Length || line[end] is not (':' or '-' or '|' or '\t') ? null : (int.Parse(line.AsSpan(at, end - at), System.Globalization.CultureInfo.InvariantCulture), end + 1);
    }

    /// <summary><c>...</c>, <c>[...]</c>, <c>…</c>, <c>&lt;snip&gt;</c>, and a fence of three backticks: a line that holds no more was left out.</summary>
    private static List<string> WithoutMarks(List<string> lines)
        => [.. lines.Select(line => line.Trim() is var text && text.Length > 0 && (text.All(letter => letter is '.' or '…' or '[' or ']' or '(' or ')' or '*') || text.StartsWith("```", StringComparison.Ordinal) || text is "<snip>" or "[snip]" or "--snip--") ? "" : line)];

    /// <summary>Each line alone begins as a directive that is known, and does not end as a sentence does.</summary>
    private static List<string> WithSemicolons(List<string> lines)
        => [.. lines.Select(line => IsDirective(line.Trim()) ? line.TrimEnd() + ";" : line)];

    private static bool IsDirective(string text)
    {
        var words = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 1 && words[1][0] != '=' && text[^1] is not (';' or '{' or '}' or ',' or '?' or '!') && !text.Contains('`', StringComparison.Ordinal) && words[0][0] != '#' && DirectiveTable.Find(words[0]).Any(form => !form.IsBlock);
    }
}
