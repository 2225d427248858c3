using Microsoft.Win32.SafeHandles;
using Why502.Logs;

namespace Why502.Cli.Traffic;

/// <summary>Finds the part of a plain log that can hold rows of a window, by halving. Rows are in the order of time but for what workers hold back in their buffers.</summary>
internal static class TimeSearch
{
    /// <summary>access_log buffer= with flush= holds rows back; more than this is rare, and every row is looked at once more.</summary>
    private static readonly TimeSpan Disorder = TimeSpan.FromMinutes(10);

    private const int BlockBytes = 64 * 1024;

    /// <summary>A log of this size is read faster than searched.</summary>
    private const long SizeMin = 1 << 20;

    /// <summary>From the beginning of a row to the beginning of another, or to the end.</summary>
    public static (long From, long To) Range(TrafficSource source, DateTimeOffset? since, DateTimeOffset? until)
    {
        if ((since is null && until is null) || source.Size < SizeMin)
        {
            return (0, source.Size);
        }

        using var file = File.OpenHandle(source.Path!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var from = since is { } first ? Find(file, source.Size, Safe(first, -Disorder)) ?? 0 : 0;
        var to = until is { } last ? Find(file, source.Size, Safe(last, Disorder)) ?? source.Size : source.Size;
        return (from, Math.Max(from, to));
    }

    private static DateTime Safe(DateTimeOffset time, TimeSpan shift) =>
        shift < TimeSpan.Zero && time.UtcTicks < -shift.Ticks ? DateTime.MinValue : shift > TimeSpan.Zero && time.UtcTicks > DateTime.MaxValue.Ticks - shift.Ticks ? DateTime.MaxValue : time.UtcDateTime + shift;

    /// <summary>Where the first row of this time or later begins; null when no time can be read.</summary>
    private static long? Find(SafeFileHandle file, long size, DateTime time)
    {
        var buffer = new byte[BlockBytes];
        long low = 0;
        var high = size;
        var seen = false;
        while (high - low > BlockBytes)
        {
            var middle = low + (high - low) / 2;
            var found = NextTime(file, middle, buffer, out var begins);
            seen |= found is not null;
            if (found < time && begins < high)
            {
                low = begins;
            }
            else
            {
                high = middle;
            }
        }

        return seen ? Exact(file, low, time) : null;
    }

    /// <summary>From the beginning of a row on, row by row.</summary>
    private static long Exact(SafeFileHandle file, long low, DateTime time)
    {
        var block = new byte[BlockBytes * 2];
        var text = block.AsSpan(0, RandomAccess.Read(file, block, low));
        while (text.IndexOf((byte)'\n') is >= 0 and var newline)
        {
            if (LogTime.TryRead(text[..newline], out var found, out _) && found >= time)
            {
                return low;
            }

            low += newline + 1;
            text = text[(newline + 1)..];
        }

        return low;
    }

    private static DateTime? NextTime(SafeFileHandle file, long at, byte[] buffer, out long begins)
    {
        var count = RandomAccess.Read(file, buffer, at);
        var text = buffer.AsSpan(0, count);
        begins = at;
        while (text.IndexOf((byte)'\n') is >= 0 and var newline)
        {
            text = text[(newline + 1)..];
            begins = at + count - text.Length;
            var end = text.IndexOf((byte)'\n');
            if (LogTime.TryRead(end < 0 ? text : text[..end], out var time, out _))
            {
                return time;
            }
        }

        return null;
    }
}
