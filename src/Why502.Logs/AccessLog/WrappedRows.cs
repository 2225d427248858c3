using System.Text;

namespace Why502.Logs;

/// <summary>Rows that a container engine keeps as JSON (Docker's json-file driver): the row in <c>log</c>, escaped once more, beside its stream and its time.</summary>
internal static class WrappedRows
{
    /// <summary>The format of such lines, or null when they are none, or hold no access log.</summary>
    public static AccessLogFormat? Recognise(IReadOnlyList<string> lines)
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

        return around is { } outer && rows.Count * 2 > lines.Count && AccessLogFormat.Recognise(rows) is { Escape: EscapeMode.Default } inner
            ? AccessLogFormat.Compile(outer.Before + Escaped(inner.Text) + outer.Behind)
            : null;
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
            if (before is null && isString && key.SequenceEqual("log"u8))
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

    private static string Escaped(string format) => format.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);
}
