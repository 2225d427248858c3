using Why502.Diagnosis;

namespace Why502.Host.Machine;

/// <summary>Answers what listens on this machine.</summary>
internal sealed class ListenersReader(MachineSnapshot machine)
{
    public Look Tcp()
    {
        var table = machine.Sockets;
        var owners = machine.ListenerOwners;
        var listeners = table.Tcp
            .Select(listener => new Listener(
                listener.Row.Address.ToString(),
                listener.Row.Port,
                listener.Row.Queue,
                listener.Row.Backlog,
                listener.Row.IPv6Only,
                listener.NetworkNamespace,
                Refer(owners.Of(listener.Row.Inode))))
            .OrderBy(listener => listener.Port)
            .ThenBy(listener => listener.Address, StringComparer.Ordinal)
            .ThenBy(listener => listener.NetworkNamespace, StringComparer.Ordinal)
            .ToList();
        return Look.Saw(new TcpListenersFact(listeners, table.OwnNamespace, owners.Complete), table.Source + " TCP listeners");
    }

    public Look Unix()
    {
        var table = machine.Sockets;
        var owners = machine.ListenerOwners;
        var listeners = table.Unix
            .Select(listener => ListenerOf(listener, owners.Of(listener.Row.Inode)))
            .OrderBy(listener => listener.Address, StringComparer.Ordinal)
            .ToList();
        return Look.Saw(new UnixListenersFact(listeners, owners.Complete), table.Source + " unix listeners");
    }

    private Listener ListenerOf(UnixListenerRow listener, IReadOnlyList<ProcessEntry> holders)
    {
        var row = listener.Row;
        var path = UnixSocketFile.AbsolutePath(row, holders);
        return new(path, 0, row.Queue, row.Backlog, null, listener.NetworkNamespace, Refer(holders))
        {
            AtPath = listener.SeenThrough == 0 ? UnixSocketFile.IsAtPath(path, row, holders) : null,
            AtPathOfItsMounts = UnixSocketFile.IsAtPathOfItsMounts(path, row, holders),
        };
    }

    private List<ProcessRef> Refer(IReadOnlyList<ProcessEntry> holders) => holders.Select(machine.Processes.Refer).ToList();
}
