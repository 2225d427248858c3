using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Why502.Host.Logs;

internal enum FileKind
{
    Other,
    Regular,
    Directory,
    Fifo,
    Socket,
    CharacterDevice,
    BlockDevice,
}

/// <param name="Device">With <paramref name="Inode"/>: the identity of a file, which rotation keeps.</param>
internal readonly record struct FileState(FileKind Kind, long Size, DateTimeOffset ModifiedAt, ulong Device, ulong Inode, uint Gid, ushort Mode);

/// <summary>The calls that .NET has no safe form of: what a path is, without opening it, and an open that never waits for a FIFO's writer.</summary>
internal static partial class FileCalls
{
    public const int NoEntry = 2;
    public const int AccessDenied = 13;

    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;
    private const int ReadOnlyNonBlockCloseOnExecNoTty = 0x800 | 0x80000 | 0x100;
    private const int SeekDataWhence = 3;

    /// <summary>statx(2): its layout is the same on every architecture.</summary>
    public static int State(string path, out FileState state)
    {
        Span<byte> bytes = stackalloc byte[256];
        var failed = StatX(CurrentDirectory, path, 0, BasicStats, ref bytes[0]) != 0;
        state = failed ? default : Read(bytes);
        return failed ? Marshal.GetLastPInvokeError() : 0;
    }

    public static int State(SafeFileHandle file, out FileState state)
    {
        Span<byte> bytes = stackalloc byte[256];
        var failed = StatX((int)file.DangerousGetHandle(), "", EmptyPath, BasicStats, ref bytes[0]) != 0;
        state = failed ? default : Read(bytes);
        return failed ? Marshal.GetLastPInvokeError() : 0;
    }

    public static int Open(string path, out SafeFileHandle? file)
    {
        var fd = OpenCall(path, ReadOnlyNonBlockCloseOnExecNoTty);
        file = fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
        return fd < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>The next offset that is not in a hole (lseek(2), SEEK_DATA); the same one where the file system cannot tell.</summary>
    public static long NextData(SafeFileHandle file, long offset, long end)
    {
        const int noSuchDevice = 6;
        var data = Seek((int)file.DangerousGetHandle(), offset, SeekDataWhence);
        return data >= 0 ? Math.Max(data, offset) : Marshal.GetLastPInvokeError() == noSuchDevice ? end : offset;
    }

    /// <summary>read(2) at the file's own position, for what cannot be read by offset.</summary>
    public static int Read(SafeFileHandle file, Span<byte> buffer, out int errno)
    {
        var count = (int)ReadCall((int)file.DangerousGetHandle(), ref buffer[0], (nuint)buffer.Length);
        errno = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        return count;
    }

    public static string Words(int errno) => $"{errno}: {Marshal.GetPInvokeErrorMessage(errno)}";

    private static FileState Read(ReadOnlySpan<byte> statx)
    {
        var mode = BinaryPrimitives.ReadUInt16LittleEndian(statx[28..]);
        var kind = (mode & 0xf000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Directory,
            0x1000 => FileKind.Fifo,
            0xc000 => FileKind.Socket,
            0x2000 => FileKind.CharacterDevice,
            0x6000 => FileKind.BlockDevice,
            _ => FileKind.Other,
        };
        var seconds = BinaryPrimitives.ReadInt64LittleEndian(statx[112..]);
        var modified = seconds is > 0 and < 253_402_300_799 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : DateTimeOffset.UnixEpoch;
        return new(
            kind,
            BinaryPrimitives.ReadInt64LittleEndian(statx[40..]),
            modified,
            BinaryPrimitives.ReadUInt64LittleEndian(statx[136..]),
            BinaryPrimitives.ReadUInt64LittleEndian(statx[32..]),
            BinaryPrimitives.ReadUInt32LittleEndian(statx[24..]),
            (ushort)(mode & 0xfff));
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, ref byte statx);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenCall(string path, int flags);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(int fd, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadCall(int fd, ref byte buffer, nuint count);
}
