using System.Net;

namespace Why502.Host.Machine;

/// <summary>One fresh look at the listener of an address. <paramref name="Inodes"/> are its sockets; with SO_REUSEPORT there are several.</summary>
internal readonly record struct ServerSample(int? QueueLength, int? Backlog, IReadOnlySet<ulong> Inodes)
{
    private const int ListenOnly = 1 << SocketStates.Listen;
    private const int Open = 1 << SocketStates.Established | 1 << SocketStates.CloseWait;

    /// <summary>Null when nothing listens there, in this network namespace.</summary>
    public static ServerSample? OfUnix(string path)
    {
        var rows = SocketTable.UnixSockets(ListenOnly).FindAll(row => row.Path == path);
        return Of(rows.ConvertAll(row => (row.Queue, row.Backlog, row.Inode)));
    }

    public static ServerSample? OfTcp(IPEndPoint endpoint)
    {
        var rows = SocketTable.TcpSockets(ListenOnly, endpoint.Port, out _);
        return Of(Serving(rows, endpoint).ConvertAll(row => (row.Queue, row.Backlog, row.Inode)));
    }

    /// <summary>A socket bound to the very address is preferred to a wildcard (inet_lookup_listener).</summary>
    public static List<TcpRow> Serving(List<TcpRow> rows, IPEndPoint endpoint)
    {
        var exact = rows.FindAll(row => row.Port == endpoint.Port && row.Address.Equals(endpoint.Address));
        if (exact.Count > 0)
        {
            return exact;
        }

        var isV6 = endpoint.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        return rows.FindAll(row => row.Port == endpoint.Port
            && (row.Address.Equals(IPAddress.Any) ? !isV6 : row.Address.Equals(IPAddress.IPv6Any) && (isV6 || row.IPv6Only != true)));
    }

    /// <summary>Sockets of accepted connections. One that still waits in the queue has no inode yet.</summary>
    public static HashSet<ulong> AcceptedUnix(string path)
        => SocketTable.UnixSockets(1 << SocketStates.Established).FindAll(row => row.Path == path && row.Inode != 0).Select(row => row.Inode).ToHashSet();

    public static HashSet<ulong> AcceptedTcp(IPEndPoint endpoint)
        => SocketTable.TcpSockets(Open, endpoint.Port, out _)
            .FindAll(row => row.Inode != 0 && row.Port == endpoint.Port && row.Address.Equals(endpoint.Address))
            .Select(row => row.Inode)
            .ToHashSet();

    /// <summary>Accepted connections on which bytes lie that nobody has read.</summary>
    public static HashSet<ulong> UnreadTcp(IPEndPoint endpoint)
        => SocketTable.TcpSockets(Open, endpoint.Port, out _)
            .FindAll(row => row is { Inode: not 0, Unread: > 0 } && row.Port == endpoint.Port && row.Address.Equals(endpoint.Address))
            .Select(row => row.Inode)
            .ToHashSet();

    private static ServerSample? Of(List<(int? Queue, int? Backlog, ulong Inode)> rows)
        => rows.Count == 0
            ? null
            : new(rows.Sum(row => row.Queue), rows.Exists(row => row.Backlog is null) ? null : rows.Sum(row => row.Backlog), rows.Select(row => row.Inode).ToHashSet());
}
