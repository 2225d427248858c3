using Microsoft.Win32.SafeHandles;
using Why502.Host.Kernel;

namespace Why502.Host.Logs;

/// <summary>A regular file that is open for reading. Everything else (FIFO, device, directory, socket) is refused in words and without waiting.</summary>
internal sealed class PlainFile : IDisposable
{
    private const int LinksMax = 40;

    private PlainFile(string path, SafeFileHandle handle, FileStatus status) => (Path, Handle, Status) = (path, handle, status);

    public string Path { get; }

    public SafeFileHandle Handle { get; }

    /// <summary>As it was when it was opened: what is appended later belongs to the next look.</summary>
    public FileStatus Status { get; }

    /// <returns>The file, or the reason why it cannot be read.</returns>
    public static PlainFile? Open(string path, out string? reason, out int errno)
    {
        errno = 0;
        reason = StandardStream(path);
        if (reason is not null)
        {
            return null;
        }

        if (FileCalls.Status(path, follow: true, out errno) is not { } status)
        {
            reason = Words(errno, default);
            return null;
        }

        reason = Refusal(status.Kind);
        if (reason is not null)
        {
            return null;
        }

        var handle = FileCalls.Open(path, out errno);
        if (handle is null)
        {
            reason = Words(errno, status);
            return null;
        }

        // The path may have changed between the two looks: what was opened counts.
        if (FileCalls.Status(handle) is { IsRegular: true } opened)
        {
            return new(path, handle, opened);
        }

        reason = "it was replaced while it was being opened";
        handle.Dispose();
        return null;
    }

    /// <summary>Reads at an offset; 0 at the end, also when the file was truncated meanwhile.</summary>
    public int Read(long offset, Span<byte> buffer)
    {
        try
        {
            return RandomAccess.Read(Handle, buffer, offset);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A bad disk or a vanished network mount ends the file here.
            return 0;
        }
    }

    public void Dispose() => Handle.Dispose();

    /// <summary>Why something is not opened as a file, without opening it; null for a regular file, and for what cannot be looked at.</summary>
    public static string? RefusalOf(string path) => FileCalls.Status(path) is { } status ? Refusal(status.Kind) : null;

    private static string? Refusal(FileKind kind) => kind switch
    {
        FileKind.Regular => null,
        FileKind.Directory => "it is a directory",
        FileKind.Fifo => "it is a FIFO: reading would take the lines away from its reader",
        FileKind.Socket => "it is a socket",
        FileKind.CharacterDevice or FileKind.BlockDevice => "it is a device: nothing is kept there",
        _ => "it is no regular file",
    };

    private static string Words(int errno, FileStatus status) => errno switch
    {
        Errno.NoEntry => "no such file",
        Errno.AccessDenied when (status.Permissions & 0x20) != 0 && GroupName(status.Gid) is { } group => $"permission denied: root or a member of the group {group} can read it",
        Errno.AccessDenied => "permission denied: root can read it",
        _ => Errno.NumberAndWords(errno),
    };

    /// <summary>
    /// /dev/stderr is another stream in each process: opened here it would be our own. Docker's official images link the logs there.
    /// </summary>
    private static string? StandardStream(string path)
    {
        var at = path;
        for (var links = 0; links < LinksMax; links++)
        {
            if (IsStream(at))
            {
                return $"it leads to {at}, a stream of nginx itself: its lines are where nginx's output goes (journal, container log)";
            }

            if (LinkTarget(at) is not { } target)
            {
                return null;
            }

            at = System.IO.Path.GetFullPath(target, System.IO.Path.GetDirectoryName(at) ?? "/");
        }

        return null;
    }

    /// <summary>/proc/PID/root/… is a path into a container and an ordinary file; /proc/PID/fd/2 is a stream.</summary>
    private static bool IsStream(string path)
        => path.StartsWith("/dev/std", StringComparison.Ordinal)
            || path.StartsWith("/dev/fd/", StringComparison.Ordinal)
            || (path.StartsWith("/proc/", StringComparison.Ordinal) && path.Split('/') is [_, _, _, "fd", ..]);

    private static string? LinkTarget(string path)
    {
        try
        {
            return path.StartsWith('/') ? new FileInfo(path).LinkTarget : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? GroupName(uint gid)
    {
        try
        {
            var wanted = gid.ToString();
            return File.ReadLines("/etc/group").Select(line => line.Split(':')).FirstOrDefault(parts => parts.Length > 2 && parts[2] == wanted)?[0];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
