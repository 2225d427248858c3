namespace Why502.Logs.Pasting;

/// <summary>
/// Puts a record together again whose context somebody set on lines of its own, to be read more easily: <c>… failed (13: Permission denied)</c>, below it
/// <c>client: 192.0.2.7,</c> and <c>request: "GET / HTTP/1.1"</c>. The reader of logs takes a line that begins so for another program's.
/// </summary>
public static class PartedRecord
{
    /// <summary>client, server, request, subrequest, upstream, host, referrer, login (ngx_http_log_error_handler, ngx_http_upstream's and mail's) and a phase.</summary>
    private const int PartsMax = 10;

    private static readonly string[] Keys = ["client: ", "server: ", "request: ", "subrequest: ", "upstream: ", "host: ", "referrer: ", "while "];

    /// <summary>Joins in place: the first line gets the whole record, and the others are left empty, so that lines keep their numbers.</summary>
    public static bool Join(IList<string> lines)
    {
        var joined = false;
        for (var first = 0; first < lines.Count; first++)
        {
            var last = first;
            while (last + 1 < lines.Count && last - first < PartsMax && IsPart(lines[last + 1]))
            {
                last++;
            }

            if (last > first && IsHead(lines[first]))
            {
                var whole = lines[first].TrimEnd();
                for (var part = first + 1; part <= last; part++)
                {
                    var text = lines[part].Trim();
                    whole = $"{whole.TrimEnd(',')}{(text.StartsWith("while ", StringComparison.Ordinal) ? " " : ", ")}{text}";
                    lines[part] = "";
                }

                lines[first] = whole;
                joined = true;
            }

            first = last;
        }

        return joined;
    }

    /// <summary>A line that begins with one of the context's keys: <c>server: </c> is a header, too, so a record has to stand above it.</summary>
    private static bool IsPart(string line)
    {
        var text = line.AsSpan().TrimStart();
        foreach (var key in Keys)
        {
            if (text.StartsWith(key))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsHead(string line)
        => line.Length is > 11 and < ErrorLogReader.RecordBytesMax && !line.Contains(", client: ", StringComparison.Ordinal) && ErrorLogLine.Parse(line.TrimEnd(' ', ',')) is { Known: not null };
}
