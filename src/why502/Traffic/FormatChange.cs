using System.Text;
using Microsoft.Win32.SafeHandles;
using Why502.Logs;

namespace Why502.Cli.Traffic;

/// <summary>
/// Where a plain log goes over to another format: somebody added what was missing to the <c>log_format</c> and reloaded. Its last rows tell, and the place is found by halving.
/// </summary>
internal static class FormatChange
{
    private const int BlockBytes = 64 * 1024;

    /// <summary>Enough to see that nothing has changed, as in nearly every log.</summary>
    private const int EndBytes = 4 * 1024;
    private const int RowsMax = 16;
    private const int RowsMin = 3;

    /// <param name="size">The log's end, or where a later format begins.</param>
    /// <param name="formatOf">The format of some rows, and how it is known.</param>
    /// <returns>The first byte of the first row of the later format, and the rows there; null when the log keeps its format, or ends in something else.</returns>
    public static (long At, AccessLogFormat Format, string How, List<string> Rows)? Find(SafeFileHandle file, long size, AccessLogFormat format, Func<List<string>, (AccessLogFormat? Format, string How)> formatOf)
    {
        if (AreMostly(format, LastRows(file, size, EndBytes)))
        {
            return null;
        }

        var last = LastRows(file, size, BlockBytes);
        if (last.Count < RowsMin || AreMostly(format, last))
        {
            return null;
        }

        var (later, how) = formatOf(last);
        if (later is null || later.Text == format.Text || !AreMostly(later, last))
        {
            return null;
        }

        var (low, high) = (0L, size);
        while (high - low > BlockBytes)
        {
            var middle = low + (high - low) / 2;
            var rows = RowsIn(file, middle, Math.Min(middle + BlockBytes, size));
            rows.RemoveRange(Math.Min(RowsMax, rows.Count), Math.Max(0, rows.Count - RowsMax));
            (low, high) = Fitting(later, rows) > Fitting(format, rows) ? (low, middle) : (middle, high);
        }

        return First(file, low, Math.Min(high + BlockBytes, size), format, later) is { } at ? (at, later, how, last) : null;
    }

    /// <summary>The last rows in an end of so many bytes.</summary>
    private static List<string> LastRows(SafeFileHandle file, long size, int bytes)
    {
        var rows = RowsIn(file, Math.Max(0, size - bytes), size);
        rows.RemoveRange(0, Math.Max(0, rows.Count - RowsMax));
        return rows;
    }

    /// <summary>Whether most of some rows are of a format; not when there are too few to tell.</summary>
    private static bool AreMostly(AccessLogFormat format, List<string> rows) => rows.Count >= RowsMin && Fitting(format, rows) * 2 >= rows.Count;

    private static int Fitting(AccessLogFormat format, List<string> rows) => rows.Count(row => format.TryParse(Encoding.Latin1.GetBytes(row), out _));

    /// <summary>The first row that only the later format fits.</summary>
    private static long? First(SafeFileHandle file, long from, long to, AccessLogFormat format, AccessLogFormat later)
    {
        var text = Read(file, from, to);
        for (var at = from == 0 ? 0 : text.AsSpan().IndexOf((byte)'\n') + 1; at < text.Length;)
        {
            var length = text.AsSpan(at).IndexOf((byte)'\n');
            var row = length < 0 ? text.AsSpan(at) : text.AsSpan(at, length);
            if (later.TryParse(row, out _) && !format.TryParse(row, out _))
            {
                return from + at;
            }

            at += row.Length + 1;
        }

        return null;
    }

    /// <summary>Whole rows.</summary>
    private static List<string> RowsIn(SafeFileHandle file, long from, long to)
    {
        var text = Encoding.Latin1.GetString(Read(file, from, to));
        var begin = from == 0 ? 0 : text.IndexOf('\n') + 1;
        var end = text.LastIndexOf('\n');
        return end <= begin ? [] : [.. text[begin..end].Split('\n').Select(row => row.TrimEnd('\r')).Where(row => row.Length > 0)];
    }

    private static byte[] Read(SafeFileHandle file, long from, long to)
    {
        var bytes = new byte[to - from];
        var count = 0;
        for (int read; count < bytes.Length && (read = RandomAccess.Read(file, bytes.AsSpan(count), from + count)) > 0;)
        {
            count += read;
        }

        return bytes[..count];
    }
}
