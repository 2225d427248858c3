namespace Why502.Logs.Pasting;

/// <summary>Puts a JSON row of an access log together again that a page broke between its members.</summary>
public static class WrappedRow
{
    private const int PartsMax = 48;

    /// <summary>Joins in place: the first line gets the whole row, and the others are left empty, so that lines keep their numbers.</summary>
    public static bool Join(IList<string> lines)
    {
        var joined = false;
        for (var first = 0; first + 1 < lines.Count; first++)
        {
            if (!lines[first].AsSpan().TrimStart().StartsWith("{\"") || !GoesOn(lines[first]))
            {
                continue;
            }

            var last = first + 1;
            while (last + 1 < lines.Count && last - first < PartsMax && IsMember(lines[last]) && GoesOn(lines[last]))
            {
                last++;
            }

            var row = string.Concat(Enumerable.Range(first, last - first + 1).Select(part => lines[part].Trim()));
            if (!IsMember(lines[last]) || !IsRow(row))
            {
                continue;
            }

            LineRun.Put(lines, first, last, row);
            joined = true;
            first = last;
        }

        return joined;
    }

    private static bool GoesOn(string line) => line.AsSpan().TrimEnd().EndsWith(",");

    private static bool IsMember(string line) => line.AsSpan().TrimStart().StartsWith("\"");

    private static bool IsRow(string row)
        => row.EndsWith('}') && row.Length < ErrorLogReader.RecordBytesMax && AccessLogFormat.Recognise([row]) is not null;
}
