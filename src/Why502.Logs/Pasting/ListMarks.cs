using System.Globalization;
using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>
/// Takes off what a page sets before or behind each line of the text it shows, and a copy of it takes along: the bullets and numbers of a list, the bars of a table.
/// </summary>
public static partial class ListMarks
{
    /// <summary>Fewer lines in a row may be a list of somebody's own.</summary>
    private const int LinesMin = 3;

    /// <summary>The same lines, at the same places.</summary>
    public static string[] Strip(string[] lines)
    {
        var stripped = (string[])lines.Clone();
        var found = false;
        for (var from = 0; from < lines.Length;)
        {
            var numbers = Run(lines, from, IsNext);
            var bullets = Run(lines, from, static (_, line) => IsBullet(line));
            var bars = Run(lines, from, static (_, line) => Bar().IsMatch(line));
            var length = Math.Max(numbers, Math.Max(bullets, bars));
            if (length >= LinesMin)
            {
                found = true;

                // The table's last row is closed once.
                if (length == bars && from + length < lines.Length && LastBar().IsMatch(lines[from + length]))
                {
                    stripped[from + length] = LastBar().Replace(lines[from + length], "");
                }

                var mark = length == numbers ? Number() : length == bullets ? Bullet() : Bar();
                for (var index = from; index < from + length; index++)
                {
                    stripped[index] = mark.Replace(lines[index], "", 1);
                }
            }

            from += Math.Max(length, 1);
        }

        return found ? stripped : lines;
    }

    private static int Run(string[] lines, int from, Func<string?, string, bool> goesOn)
    {
        var end = from;
        while (end < lines.Length && goesOn(end == from ? null : lines[end - 1], lines[end]))
        {
            end++;
        }

        return end - from;
    }

    private static bool IsNext(string? before, string line) => NumberOf(line) is { } number && (before is null || NumberOf(before) == number - 1);

    private static int? NumberOf(string line)
        => Number().Match(line) is { Success: true } match && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>An access log without its first column begins so, too.</summary>
    private static bool IsBullet(string line) => line.StartsWith("- ", StringComparison.Ordinal) && !line.StartsWith("- - ", StringComparison.Ordinal) && !line.StartsWith("- [", StringComparison.Ordinal);

    [GeneratedRegex(@"^\s{0,4}(\d{1,6})\.(?: |\r?$)")]
    private static partial Regex Number();

    [GeneratedRegex("^- ")]
    private static partial Regex Bullet();

    [GeneratedRegex(@" \|\r?$")]
    private static partial Regex LastBar();

    /// <summary>A table whose cells behind the text are empty.</summary>
    [GeneratedRegex(@" \| ?\|\r?$")]
    private static partial Regex Bar();
}
