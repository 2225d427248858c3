namespace Why502.Host.Machine;

/// <summary>
/// What the questions of one run share: each table is read once, when first needed, so that all answers speak of the same
/// moment and the machine is walked over once.
/// </summary>
internal sealed class MachineSnapshot
{
    private readonly Lazy<Accounts> accounts = new(Machine.Accounts.Read);
    private readonly Lazy<ProcessTable> processes;
    private readonly Lazy<SocketTable> sockets;
    private readonly Lazy<SocketOwners> owners;

    public MachineSnapshot(MachineOptions options)
    {
        Options = options;
        processes = new(() => ProcessTable.Read(options.ProcPath, Accounts));
        sockets = new(() => SocketTable.Read(Processes));
        owners = new(FindOwners);
    }

    public MachineOptions Options { get; }

    public Accounts Accounts => accounts.Value;

    public ProcessTable Processes => processes.Value;

    public SocketTable Sockets => sockets.Value;

    /// <summary>Holders of the listening sockets.</summary>
    public SocketOwners ListenerOwners => owners.Value;

    private SocketOwners FindOwners()
    {
        var inodes = Sockets.Tcp.Select(listener => listener.Row.Inode).Concat(Sockets.Unix.Select(listener => listener.Row.Inode)).ToHashSet();
        return SocketOwners.Find(Processes.All, inodes);
    }
}
