using System.Text;
using Microsoft.Win32.SafeHandles;
using Why502.Logs;

namespace Why502.Cli.Traffic;

/// <summary>
/// Where a log goes over to another format: somebody added what was missing to the <c>log_format</c> and reloaded. Its last rows tell, and the place is found by halving; of what comes only once, the last row
/// of each block.
/// </summary>
internal static class FormatChange
{
    /// <summary>How many times one log is followed to another format.</summary>
    public const int Most = 15;

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
        if (Later(format, last, formatOf) is not { } found)
        {
            return null;
        }

        var (later, how) = found;
        var (low, high) = (0L, size);
        while (high - low > BlockBytes)
        {
            var middle = low + (high - low) / 2;
            var rows = RowsIn(file, middle, Math.Min(middle + BlockBytes, size));
            rows.RemoveRange(Math.Min(RowsMax, rows.Count), Math.Max(0, rows.Count - RowsMax));
            (low, high) = Fitting(later, rows) > Fitting(format, rows) ? (low, middle) : (middle, high);
        }

        var text = Read(file, low, Math.Min(high + BlockBytes, size));
        var begin = low == 0 ? 0 : text.AsSpan().IndexOf((byte)'\n') + 1;
        return First(text.AsSpan(begin), format, later) is { } at ? (low + begin + at, later, how, last) : null;
    }

    /// <param name="block">It begins with a row.</param>
    /// <returns>The places in the block where rows of other formats begin, in order; nearly always none.</returns>
    public static List<(int At, AccessLogFormat Format, string How)> Within(ReadOnlySpan<byte> block, AccessLogFormat format, Func<List<string>, (AccessLogFormat? Format, string How)> formatOf)
    {
        List<(int At, AccessLogFormat Format, string How)> changes = [];
        var end = block.LastIndexOf((byte)'\n');
        while (end > 0 && changes.Count < Most && !format.Fits(LastRow(block[..end])))
        {
            var begin = block[..Math.Max(0, end - EndBytes)].LastIndexOf((byte)'\n') + 1;
            if (Later(format, Last(Rows(block[begin..end])), formatOf) is not { } found || First(block[..end], format, found.Format) is not { } at)
            {
                break;
            }

            changes.Insert(0, (at, found.Format, found.How));
            end = at - 1;
        }

        return changes;
    }

    private static ReadOnlySpan<byte> LastRow(ReadOnlySpan<byte> rows) => rows[(rows.LastIndexOf((byte)'\n') + 1)..].TrimEnd((byte)'\r');

    /// <summary>The format of rows that are of another one than before; null when they are too few, when it is not known, or fits no better.</summary>
    private static (AccessLogFormat Format, string How)? Later(AccessLogFormat format, List<string> rows, Func<List<string>, (AccessLogFormat? Format, string How)> formatOf)
        => rows.Count >= RowsMin && !AreMostly(format, rows) && formatOf(rows) is ({ } later, var how) && later.Text != format.Text && AreMostly(later, rows) ? (later, how) : null;

    /// <summary>The last rows in an end of so many bytes.</summary>
    private static List<string> LastRows(SafeFileHandle file, long size, int bytes) => Last(RowsIn(file, Math.Max(0, size - bytes), size));

    private static List<string> Last(List<string> rows) => rows[Math.Max(0, rows.Count - RowsMax)..];

    /// <summary>Whether most of some rows are of a format; not when there are too few to tell.</summary>
    private static bool AreMostly(AccessLogFormat format, List<string> rows) => rows.Count >= RowsMin && Fitting(format, rows) * 2 >= rows.Count;

    private static int Fitting(AccessLogFormat format, List<string> rows) => rows.Count(row => format.Fits(Encoding.Latin1.GetBytes(row)));

    /// <summary>The first row that only the later format fits.</summary>
    private static int? First(ReadOnlySpan<byte> rows, AccessLogFormat format, AccessLogFormat later)
    {
        for (var at = 0; at < rows.Length;)
        {
            var length = rows[at..].IndexOf((byte)'\n');
            var row = length < 0 ? rows[at..] : rows.Slice(at, length);
            if (later.Fits(row) && !format.Fits(row))
            {
                return at;
            }

            at += row.Length + 1;
        }

        return null;
    }

    /// <summary>Whole rows.</summary>
    private static List<string> RowsIn(SafeFileHandle file, long from, long to)
    {
        var text = Read(file, from, to).AsSpan();
        var begin = from == 0 ? 0 : text.IndexOf((byte)'\n') + 1;
        var end = text.LastIndexOf((byte)'\n');
        return end <= begin ? [] : Rows(text[begin..end]);
    }

    private static List<string> Rows(ReadOnlySpan<byte> text) => [.. Encoding.Latin1.GetString(text).Split('\n').Select(row => row.TrimEnd('\r')).Where(row => row.Length > 0)];

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
