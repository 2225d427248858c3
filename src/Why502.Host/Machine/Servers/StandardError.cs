using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Where a service's standard error leads: a file, the journal, or nowhere that can be read later.</summary>
internal static class StandardError
{
    private const string JournalSocket = "/run/systemd/journal/stdout";

    /// <summary>A file's path, "journal", or null.</summary>
    public static string? TargetOf(ProcessEntry process)
    {
        var descriptor = process.Directory + "/fd/2";
        if (FileCalls.ReadLink(descriptor) is not { } link)
        {
            return null;
        }

        if (FileCalls.SocketInode(System.Text.Encoding.UTF8.GetBytes(link)) is { } inode)
        {
            return LeadsToJournal(inode) ? "journal" : null;
        }

        return link.StartsWith('/') && FileCalls.Status(descriptor) is { IsRegular: true } ? link : null;
    }

    /// <summary>journald accepts on this path, so its end of the connection bears the path as its name.</summary>
    private static bool LeadsToJournal(ulong inode)
    {
        var connected = SocketTable.UnixSockets(1 << SocketStates.Established);
        var peer = connected.Find(row => row.Inode == inode).Peer;
        return peer != 0 && connected.Exists(row => row.Inode == peer && row.Path == JournalSocket);
    }
}
