using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Why502.Host.Kernel;

namespace Why502.Host.Logs;

/// <summary>The kernel's own ring of messages: /dev/kmsg (Documentation/ABI/testing/dev-kmsg), one record a read, never waiting for the next.</summary>
internal static class KernelRing
{
    public const string Device = "/dev/kmsg";

    /// <summary>A record is at most CONSOLE_EXT_LOG_MAX bytes.</summary>
    private const int RecordBytesMax = 8192;
    private const int RecordsMax = 200_000;

    /// <returns>The messages since <paramref name="from"/> in the short-iso form of journalctl, or null when they may not be read.</returns>
    public static byte[]? Read(DateTimeOffset? from, DateTimeOffset now, CancellationToken cancellation)
    {
        if (FileCalls.Status(Device) is not { Kind: FileKind.CharacterDevice })
        {
            return null;
        }

        using var file = FileCalls.Open(Device, out _);
        return file is not null && Boot(now) is { } boot ? Read(file, boot, from, cancellation) : null;
    }

    private static byte[]? Read(SafeFileHandle file, DateTimeOffset boot, DateTimeOffset? from, CancellationToken cancellation)
    {
        var text = new MemoryStream();
        var record = new byte[RecordBytesMax];
        for (var i = 0; i < RecordsMax; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = FileCalls.Read(file, record, out var errno);
            if (count > 0)
            {
                Append(text, record.AsSpan(0, count), boot, from);
            }
            else if (errno != Errno.BrokenPipe)
            {
                // EAGAIN is the end; EPIPE says that records were overwritten before they were read, and the next read goes on behind them.
                return i == 0 && errno is not (0 or Errno.Again) ? null : text.ToArray();
            }
        }

        return text.ToArray();
    }

    /// <summary>"6,339,5140900,-;message\n KEY=value\n": priority, sequence, microseconds since boot, flags.</summary>
    internal static void Append(MemoryStream to, ReadOnlySpan<byte> record, DateTimeOffset boot, DateTimeOffset? from)
    {
        var semicolon = record.IndexOf((byte)';');
        if (semicolon < 0 || Microseconds(record[..semicolon]) is not { } microseconds)
        {
            return;
        }

        var at = boot.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
        if (at < from)
        {
            return;
        }

        var message = record[(semicolon + 1)..];
        var feed = message.IndexOf((byte)'\n');
        message = feed < 0 ? message : message[..feed];
        to.Write(Encoding.ASCII.GetBytes(at.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)));
        to.Write(" localhost kernel: "u8);
        to.Write(message);
        to.WriteByte((byte)'\n');
    }

    private static long? Microseconds(ReadOnlySpan<byte> fields)
    {
        for (var skipped = 0; skipped < 2; skipped++)
        {
            var comma = fields.IndexOf((byte)',');
            if (comma < 0)
            {
                return null;
            }

            fields = fields[(comma + 1)..];
        }

        var end = fields.IndexOf((byte)',');
        return long.TryParse(end < 0 ? fields : fields[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 1L << 52 ? number : null;
    }

    private static DateTimeOffset? Boot(DateTimeOffset now)
    {
        try
        {
            var uptime = File.ReadAllText("/proc/uptime").Split(' ')[0];
            return double.TryParse(uptime, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? now.AddSeconds(-seconds) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
