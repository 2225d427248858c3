namespace Why502.Host.Machine;

/// <summary>The processes behind an address: who holds its listener, and their children.</summary>
internal static class ServerFamily
{
    private const int ProcessesMax = 512;

    /// <summary>Holders of the listening socket in our own or any other namespace; empty when nothing listens there or the holders may not be seen.</summary>
    public static IReadOnlyList<ProcessEntry> HoldersOf(string address, MachineSnapshot machine)
    {
        var path = NginxAddress.UnixPath(address);
        var inodes = path is not null
            ? machine.Sockets.Unix.Where(listener => listener.Row.Path == path).Select(listener => listener.Row.Inode)
            : NginxAddress.Tcp(address) is { } endpoint ? ServerSample.Serving([.. machine.Sockets.Tcp.Select(listener => listener.Row)], endpoint).Select(row => row.Inode) : [];
        return [.. inodes.SelectMany(machine.ListenerOwners.Of).DistinctBy(process => process.Pid).OrderBy(process => process.Pid).Take(ProcessesMax)];
    }

    public static IReadOnlyList<ProcessEntry> WithChildren(IReadOnlyList<ProcessEntry> holders, MachineSnapshot machine)
        => [.. holders.Concat(holders.SelectMany(holder => machine.Processes.ChildrenOf(holder.Pid))).DistinctBy(process => process.Pid).Take(ProcessesMax)];
}
