using System.Text;

namespace Why502.Logs;

/// <summary>
/// Rows that somebody passed on: with what syslog, journald, Kubernetes or compose put in front of each, or as JSON with the row as one of its members (Docker's json-file driver, the journal's export).
/// </summary>
internal static class WrappedRows
{
    /// <summary>What stands in front of rows may say when, where and who.</summary>
    private const int FrontMax = 256;

    private static readonly byte[][] RowKeys = ["log"u8.ToArray(), "MESSAGE"u8.ToArray(), "message"u8.ToArray(), "msg"u8.ToArray()];

    /// <param name="formatOf">The format of the rows inside, or null.</param>
    /// <returns>The format of the lines, or null when they are not passed on, or hold no access log.</returns>
    public static AccessLogFormat? Recognise(IReadOnlyList<string> lines, Func<IReadOnlyList<string>, AccessLogFormat?> formatOf) => Members(lines, formatOf) ?? Fronts(lines, formatOf);

    /// <summary>In front of each row stands something else of the same form: what all of it ends with tells where the row begins.</summary>
    private static AccessLogFormat? Fronts(IReadOnlyList<string> lines, Func<IReadOnlyList<string>, AccessLogFormat?> formatOf)
    {
        List<string> rows = [];
        string? end = null;
        foreach (string line in lines)
        {
            int front = FrontOf(line);
            if (front > 0)
            {
                rows.Add(line[front..]);
                end = CommonEnd(end ?? line[..front], line[..front]);
            }
        }

        return end is { Length: > 0 } && rows.Count * 2 > lines.Count && formatOf(rows) is { } inner ? AccessLogFormat.Compile("${skip}" + end + inner.Text, inner.Escape) : null;
    }

    private static int FrontOf(string line)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(line);
        Carried carried = Carrier.Strip(bytes, out byte[]? rewritten);
        return carried.IsPresent && rewritten is null && carried.PayloadStart is > 1 and < FrontMax and int start && start < line.Length && !line.AsSpan(0, start).Contains('$') ? start : 0;
    }

    private static string CommonEnd(string one, string other)
    {
        int length = 0;
        while (length < one.Length && length < other.Length && one[^(length + 1)] == other[^(length + 1)])
        {
            length++;
        }

        // What has digits goes on changing: a time, a process.
        string end = one[(one.Length - length)..];
        return end[(end.AsSpan().LastIndexOfAnyInRange('0', '9') + 1)..];
    }

    private static AccessLogFormat? Members(IReadOnlyList<string> lines, Func<IReadOnlyList<string>, AccessLogFormat?> formatOf)
    {
        List<string> rows = [];
        (string Before, string Behind)? around = null;
        foreach (string line in lines)
        {
            if (line.StartsWith('{') && Unwrap(line, out string row) is { } found)
            {
                rows.Add(row);
                around ??= found;
            }
        }

        return around is { } outer && rows.Count * 2 > lines.Count && formatOf(rows) is { } inner ? AccessLogFormat.Compile(outer.Before + Escaped(inner.Text) + outer.Behind) : null;
    }

    /// <summary>The row, and what stands around it, its values as variables.</summary>
    private static (string Before, string Behind)? Unwrap(string line, out string row)
    {
        row = "";
        byte[] bytes = Encoding.Latin1.GetBytes(line);
        FlatJson json = new(bytes);
        string? before = null;
        StringBuilder text = new();
        int copied = 0;
        ReadOnlySpan<byte> all = bytes;
        while (json.Next(out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value, out bool isString))
        {
            int start = AccessLogGuess.OffsetIn(all, value);
            text.Append(line.AsSpan(copied, start - copied));
            copied = start + value.Length;
            if (before is null && isString && IsRow(key))
            {
                row = Encoding.Latin1.GetString(FlatJson.Unescape(value)).TrimEnd('\n', '\r');
                before = text.ToString();
                text.Clear().Append(value.EndsWith("\\n"u8) ? "\\n" : "");
            }
            else
            {
                text.Append("${skip}");
            }
        }

        return before is not null && json.Ended ? (before, text.Append(line.AsSpan(copied)).ToString()) : null;
    }

    private static bool IsRow(ReadOnlySpan<byte> key)
    {
        foreach (byte[] name in RowKeys)
        {
            if (key.SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    private static string Escaped(string format) => format.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);
}
