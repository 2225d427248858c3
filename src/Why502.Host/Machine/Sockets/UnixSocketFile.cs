using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Ties a listening unix socket to the file that clients open.</summary>
internal static class UnixSocketFile
{
    /// <summary>A socket keeps the path that bind(2) was given; a relative one was meant from the program's directory.</summary>
    public static string AbsolutePath(UnixRow row, IReadOnlyList<ProcessEntry> holders)
    {
        if (row.Path.StartsWith('/'))
        {
            return row.Path;
        }

        foreach (var holder in holders)
        {
            if (holder.WorkingDirectory is { } directory)
            {
                var path = Path.GetFullPath(Path.Combine(directory, row.Path));
                if (row.FileInode is { } inode && FileCalls.Status(path) is { IsSocket: true } status && unchecked((uint)status.Inode) == inode)
                {
                    return path;
                }
            }
        }

        return row.Path;
    }

    /// <summary>
    /// Whether the file at the path still is this socket: false when it was removed, or bound anew by somebody else. Null
    /// when the owner sees other mounts, or the file's device number cannot be compared.
    /// </summary>
    public static bool? IsAtPath(string path, UnixRow row, IReadOnlyList<ProcessEntry> holders)
    {
        var own = OwnMounts();
        if (!path.StartsWith('/') || holders.Count == 0 || holders.Any(holder => holder.MountNamespace != own))
        {
            return null;
        }

        if (FileCalls.Status(path, follow: true, out var errno) is not { } status)
        {
            return Errno.IsMissing(errno) ? false : null;
        }

        if (!status.IsSocket)
        {
            return false;
        }

        return IsSame(row, status);
    }

    /// <summary>The same where the owner sees other mounts, through its root; null where it sees ours, or may not be looked at.</summary>
    public static bool? IsAtPathOfItsMounts(string path, UnixRow row, IReadOnlyList<ProcessEntry> holders)
        => path.StartsWith('/') && OwnMounts() is { } own && holders.FirstOrDefault(holder => holder.MountNamespace is { } mounts && mounts != own) is { } holder
            ? FileCalls.Status($"{holder.Directory}/root{path}", follow: true, out var errno) is { } status ? status.IsSocket && IsSame(row, status) != false
                : Errno.IsMissing(errno) ? false : null
            : null;

    private static string? OwnMounts() => ProcessEntry.NamespaceInode(FileCalls.ReadLink("/proc/self/ns/mnt"));

    private static bool? IsSame(UnixRow row, FileStatus status)
    {
        if (row.FileInode is not { } inode || row.FileDevice is not { } device)
        {
            return null;
        }

        // The kernel's own device number has 20 bits of minor. File systems in layers show another one to stat: no verdict there.
        var sameDevice = device >> 20 == status.DeviceMajor && (device & 0xFFFFF) == status.DeviceMinor;
        return sameDevice ? unchecked((uint)status.Inode) == inode : null;
    }
}
