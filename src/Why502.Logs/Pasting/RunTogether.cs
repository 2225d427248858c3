using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>Parts records of nginx's logs that a form field or a chat ran together in one line.</summary>
public static partial class RunTogether
{
    private const int LineCharsMax = 64 * 1024;

    /// <summary>A line in front of which the head of another record stands; lines behind it move down.</summary>
    public static string[] Part(string[] lines)
        => lines.Any(IsSeveral) ? [.. lines.SelectMany(line => IsSeveral(line) ? Heads().Split(line) : [line])] : lines;

    private static bool IsSeveral(string line) => line.Length is > 120 and < LineCharsMax && Heads().IsMatch(line);

    /// <summary>Behind the quote that ends a record: the head of a record of the error log, or of a row in the combined format. Their own parts never follow a quote so.</summary>
    [GeneratedRegex("""(?<=") +(?=\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[(?:emerg|alert|crit|error|warn|notice|info)\] \d+#\d+: |(?:\d{1,3}\.){3}\d{1,3} - \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] ")""")]
    private static partial Regex Heads();
}
