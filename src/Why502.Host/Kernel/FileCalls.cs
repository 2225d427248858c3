using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Why502.Host.Kernel;

/// <summary>
/// Bounded reads that report an error number instead of throwing: a machine without permission would raise thousands of
/// exceptions otherwise, and most of /proc is such a place.
/// </summary>
internal static unsafe class FileCalls
{
    /// <summary>PATH_MAX.</summary>
    private const int LinkBytesMax = 4096;

    private const int FirstReadBytes = 4096;

    /// <summary>Reads at most <paramref name="bytesMax"/> bytes; what lies beyond is left out.</summary>
    public static byte[]? Read(string path, int bytesMax, out int errno)
    {
        if (path.Contains('\0'))
        {
            errno = Errno.NoEntry;
            return null;
        }

        // Non-blocking: the name may belong to a FIFO that nobody writes to.
        var descriptor = Libc.Open(path, Libc.OpenReadOnly | Libc.OpenCloseOnExec | Libc.OpenNonBlocking);
        if (descriptor < 0)
        {
            errno = Marshal.GetLastPInvokeError();
            return null;
        }

        try
        {
            return ReadAll(descriptor, bytesMax, out errno);
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }

    public static byte[]? Read(string path, int bytesMax) => Read(path, bytesMax, out _);

    public static string? ReadText(string path, int bytesMax)
        => Read(path, bytesMax, out _) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private static byte[]? ReadAll(int descriptor, int bytesMax, out int errno)
    {
        var buffer = new byte[Math.Min(FirstReadBytes, bytesMax)];
        var length = 0;
        errno = 0;
        while (true)
        {
            nint got;
            fixed (byte* start = buffer)
            {
                got = Libc.Read(descriptor, start + length, (nuint)(buffer.Length - length));
            }

            if (got < 0)
            {
                errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.Interrupted)
                {
                    continue;
                }

                return null;
            }

            length += (int)got;
            if (got == 0 || length == bytesMax)
            {
                errno = 0;
                return length == buffer.Length ? buffer : buffer[..length];
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 4, bytesMax));
            }
        }
    }

    public static string? ReadLink(string path, out int errno)
    {
        var buffer = stackalloc byte[LinkBytesMax];
        var length = path.Contains('\0') ? -1 : Libc.ReadLink(path, buffer, LinkBytesMax);
        if (length < 0)
        {
            errno = Marshal.GetLastPInvokeError();
            return null;
        }

        errno = 0;
        return Encoding.UTF8.GetString(buffer, (int)length);
    }

    public static string? ReadLink(string path) => ReadLink(path, out _);

    /// <summary>The inode of a link such as <c>socket:[4711]</c>, without making a string of it.</summary>
    public static ulong? ReadSocketLink(string path)
    {
        const int Longest = 64;
        var buffer = stackalloc byte[Longest];
        var length = Libc.ReadLink(path, buffer, Longest);
        return length > 0 ? SocketInode(new ReadOnlySpan<byte>(buffer, (int)length)) : null;
    }

    public static ulong? SocketInode(ReadOnlySpan<byte> link)
        => link.StartsWith("socket:["u8) && link[^1] == (byte)']' && ulong.TryParse(link[8..^1], out var inode) ? inode : null;

    /// <summary>Names in a directory, without "." and ".."; null with an error number when it cannot be listed.</summary>
    public static List<string>? List(string path, int namesMax, out int errno)
    {
        var directory = path.Contains('\0') ? 0 : Libc.OpenDirectory(path);
        if (directory == 0)
        {
            errno = Marshal.GetLastPInvokeError();
            return null;
        }

        errno = 0;
        var names = new List<string>();
        try
        {
            byte* entry;
            while (names.Count < namesMax && (entry = Libc.ReadDirectory(directory)) != null)
            {
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + Libc.DirentNameOffset);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                {
                    names.Add(Encoding.UTF8.GetString(name));
                }
            }
        }
        finally
        {
            _ = Libc.CloseDirectory(directory);
        }

        return names;
    }

    /// <summary>Status of the path itself (<paramref name="follow"/> false: of a symbolic link, not of its target).</summary>
    public static FileStatus? Status(string path, bool follow, out int errno)
    {
        if (path.Length == 0 || path.Contains('\0'))
        {
            errno = Errno.NoEntry;
            return null;
        }

        return Status(Libc.AtCurrentDirectory, path, Libc.AtNoAutomount | (follow ? 0 : Libc.AtSymlinkNoFollow), out errno);
    }

    public static FileStatus? Status(string path) => Status(path, follow: true, out _);

    /// <summary>Status of what was opened, whatever its path leads to by now.</summary>
    public static FileStatus? Status(SafeFileHandle file) => Status((int)file.DangerousGetHandle(), "", Libc.AtEmptyPath, out _);

    /// <summary>Opens for reading without waiting for a FIFO's writer; what cannot be opened has its error number.</summary>
    public static SafeFileHandle? Open(string path, out int errno)
    {
        var descriptor = path.Contains('\0') ? -1 : Libc.Open(path, Libc.OpenReadOnly | Libc.OpenCloseOnExec | Libc.OpenNonBlocking | Libc.OpenNoTerminal);
        errno = descriptor >= 0 ? 0 : path.Contains('\0') ? Errno.NoEntry : Marshal.GetLastPInvokeError();
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>The next offset that is not in a hole (lseek(2), SEEK_DATA); the same one where the file system cannot tell.</summary>
    public static long NextData(SafeFileHandle file, long offset, long end)
    {
        var data = Libc.Seek((int)file.DangerousGetHandle(), offset, Libc.SeekData);
        return data >= 0 ? Math.Max(data, offset) : Marshal.GetLastPInvokeError() == Errno.NoDeviceOrAddress ? end : offset;
    }

    /// <summary>read(2) at the file's own position, for what cannot be read by offset.</summary>
    public static int Read(SafeFileHandle file, Span<byte> into, out int errno)
    {
        nint count;
        fixed (byte* start = into)
        {
            count = Libc.Read((int)file.DangerousGetHandle(), start, (nuint)into.Length);
        }

        errno = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        return (int)count;
    }

    /// <summary>Room of the file system that a path lies on; null with an error number when it cannot be asked.</summary>
    public static Libc.StatVfsBuffer? Room(string path, out int errno)
    {
        Libc.StatVfsBuffer buffer = default;
        errno = path.Contains('\0') ? Errno.NoEntry : Libc.StatVfs(path, &buffer) == 0 ? 0 : Marshal.GetLastPInvokeError();
        return errno == 0 ? buffer : null;
    }

    public static byte[]? ExtendedAttribute(string path, string name)
    {
        const int Longest = 4096;
        var buffer = stackalloc byte[Longest];
        var length = Libc.GetExtendedAttribute(path, name, buffer, Longest);
        return length > 0 ? new ReadOnlySpan<byte>(buffer, (int)length).ToArray() : null;
    }

    private static FileStatus? Status(int directory, string path, int flags, out int errno)
    {
        // STATX_BASIC_STATS
        const uint BasicStats = 0x7ff;
        Libc.StatXBuffer buffer = default;
        if (Libc.StatX(directory, path, flags, BasicStats, &buffer) != 0)
        {
            errno = Marshal.GetLastPInvokeError();
            return null;
        }

        errno = 0;
        var modified = Moment(buffer.ModifiedSeconds, buffer.ModifiedNanoseconds);
        return new(buffer.Mode, buffer.Uid, buffer.Gid, buffer.Inode, buffer.DeviceMajor, buffer.DeviceMinor, (long)buffer.Size, modified) { Links = buffer.Links };
    }

    /// <summary>A file system may hold any 64-bit time; what no calendar holds is clamped.</summary>
    private static DateTimeOffset Moment(long seconds, uint nanoseconds)
    {
        var clamped = Math.Clamp(seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds() - 1);
        return DateTimeOffset.FromUnixTimeSeconds(clamped).AddTicks(nanoseconds / 100);
    }
}
