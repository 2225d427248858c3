using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>A listening TCP socket and the network namespace it was seen in (null: our own, when that has no readable number).</summary>
internal readonly record struct TcpListenerRow(TcpRow Row, string? NetworkNamespace);

/// <summary>A listening unix socket. <paramref name="SeenThrough"/> is a process of the other network namespace it was seen in; 0 is our own.</summary>
internal readonly record struct UnixListenerRow(UnixRow Row, string? NetworkNamespace, int SeenThrough);

/// <summary>Listening sockets of every network namespace that can be looked into, at one moment.</summary>
internal sealed class SocketTable
{
    private const int TableBytesMax = 64 * 1024 * 1024;

    /// <summary>Namespaces beyond this number are not looked into.</summary>
    private const int NamespacesMax = 256;

    private const int ListenOnly = 1 << SocketStates.Listen;

    private SocketTable(IReadOnlyList<TcpListenerRow> tcp, IReadOnlyList<UnixListenerRow> unix, string? ownNamespace, string source)
    {
        Tcp = tcp;
        Unix = unix;
        OwnNamespace = ownNamespace;
        Source = source;
    }

    public IReadOnlyList<TcpListenerRow> Tcp { get; }

    public IReadOnlyList<UnixListenerRow> Unix { get; }

    public string? OwnNamespace { get; }

    /// <summary>How the table was obtained.</summary>
    public string Source { get; }

    public static SocketTable Read(ProcessTable processes)
    {
        var own = ProcessEntry.NamespaceInode(FileCalls.ReadLink($"{processes.ProcPath}/self/ns/net"));
        var tcpRows = TcpSockets(ListenOnly, 0, out var viaNetlink);
        var unixRows = UnixSockets(ListenOnly);
        var tcp = tcpRows.Select(row => new TcpListenerRow(row, own)).ToList();
        var unix = unixRows.Where(HasPath).Select(row => new UnixListenerRow(row, own, 0)).ToList();
        foreach (var (space, pid) in OtherNamespaces(processes, own))
        {
            tcp.AddRange(TcpThrough(processes.ProcPath, pid, ListenOnly).Select(row => new TcpListenerRow(row, space)));
            unix.AddRange(UnixThrough(processes.ProcPath, pid).Where(HasPath).Select(row => new UnixListenerRow(row, space, pid)));
        }

        return new(tcp, unix, own, viaNetlink ? "sock_diag" : "/proc/net");
    }

    private static bool HasPath(UnixRow row) => row.State == SocketStates.Listen && row.Path.Length > 0 && row.Path[0] != '\0';

    /// <summary>TCP sockets of our own namespace, of both families.</summary>
    public static List<TcpRow> TcpSockets(int states, int localPort, out bool viaNetlink)
    {
        var v4 = SockDiag.Tcp(SockDiagMessages.FamilyInet, states, localPort, out _);
        var v6 = SockDiag.Tcp(SockDiagMessages.FamilyInet6, states, localPort, out _);
        viaNetlink = v4 is not null;

        // Without IPv6 in the kernel the second table is missing in both places.
        v4 ??= ProcTable("/proc/net/tcp", states);
        v6 ??= ProcTable("/proc/net/tcp6", states);
        v4.AddRange(v6);
        return localPort == 0 ? v4 : v4.FindAll(row => row.Port == localPort);
    }

    public static List<UnixRow> UnixSockets(int states)
        => SockDiag.Unix(states, out _)
            ?? ProcNetTables.Unix(FileCalls.Read("/proc/net/unix", TableBytesMax) ?? []).FindAll(row => (states >> row.State & 1) != 0);

    /// <summary>TCP sockets of the namespace that a process is in.</summary>
    public static List<TcpRow> TcpThrough(string procPath, int pid, int states)
    {
        var rows = ProcTable($"{procPath}/{pid}/net/tcp", states);
        rows.AddRange(ProcTable($"{procPath}/{pid}/net/tcp6", states));
        return rows;
    }

    private static List<UnixRow> UnixThrough(string procPath, int pid)
        => ProcNetTables.Unix(FileCalls.Read($"{procPath}/{pid}/net/unix", TableBytesMax) ?? []);

    private static List<TcpRow> ProcTable(string path, int states) => ProcNetTables.Tcp(FileCalls.Read(path, TableBytesMax) ?? [], states);

    /// <summary>One process of every other network namespace.</summary>
    private static Dictionary<string, int> OtherNamespaces(ProcessTable processes, string? own)
    {
        var spaces = new Dictionary<string, int>();
        foreach (var process in processes.All)
        {
            if (!process.IsZombie && process.NetworkNamespace is { } space && space != own && spaces.Count < NamespacesMax)
            {
                spaces.TryAdd(space, process.Pid);
            }
        }

        return spaces;
    }
}
