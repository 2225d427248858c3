using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>Parts records of nginx's logs that a form field, a panel or a chat ran together in one line.</summary>
public static partial class RunTogether
{
    private const int LineCharsMax = 64 * 1024;

    /// <summary>A line in front of which the head of another record stands; lines behind it move down.</summary>
    public static string[] Part(string[] lines)
        => lines.Any(IsSeveral) ? [.. lines.SelectMany(line => IsSeveral(line) ? Rows().Split(line).SelectMany(Records) : [line])] : lines;

    private static bool IsSeveral(string line) => line.Length is > 80 and < LineCharsMax && (Rows().IsMatch(line) || Heads().Matches(line) is [{ Index: > CarrierMax }, ..] or [_, _, ..]);

    /// <summary>No carrier writes more in front of a record: that much is the output of another program, which lost its line breaks.</summary>
    private const int CarrierMax = 200;

    /// <summary>What stands before the first head is its carrier's. A head inside quotes is a client's text.</summary>
    private static List<string> Records(string line)
    {
        var records = new List<string>();
        var heads = Heads().Matches(line);
        var isForeign = heads is [{ Index: > CarrierMax }, ..];
        var carrier = heads.Count > 0 && !isForeign ? line[..heads[0].Index].Trim() : "";
        var begin = 0;
        foreach (var head in heads.Skip(isForeign ? 0 : 1))
        {
            if (line.AsSpan(begin, head.Index - begin).Count('"') % 2 == 0)
            {
                records.Add(Ended(line[begin..head.Index], carrier));
                begin = head.Index;
            }
        }

        records.Add(line[begin..]);
        return records;
    }

    /// <summary>Without what was set between two records: bars, a semicolon, a line break's markup, the next one's carrier.</summary>
    private static string Ended(string record, string carrier)
    {
        var text = record.TrimEnd();
        text = carrier.Length > 0 && text.Length > 2 * carrier.Length && text.EndsWith(carrier, StringComparison.Ordinal) ? text[..^carrier.Length] : text;
        return Between().Replace(text, "");
    }

    [GeneratedRegex(@"(?:\s|\||;|,|·|•|/|<br ?/?>)+$")]
    private static partial Regex Between();

    /// <summary>What refuses a configuration is written twice, the second time to the terminal and without a date.</summary>
    [GeneratedRegex(@"(?<![\d/])\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[(?:emerg|alert|crit|error|warn|notice|info)\] \d+#\d+: |(?<=:\d{1,5} )nginx: \[emerg\] ")]
    private static partial Regex Heads();

    /// <summary>Behind the quote that ends a record: the head of a record of the error log, or of a row in the combined format. Their own parts never follow a quote so.</summary>
    [GeneratedRegex("""(?<=") +(?=\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[(?:emerg|alert|crit|error|warn|notice|info)\] \d+#\d+: |(?:\d{1,3}\.){3}\d{1,3} - \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] ")""")]
    private static partial Regex Rows();
}
