using System.Net;

namespace Why502.Host.Machine;

/// <summary>One row of the kernel's TCP table.</summary>
/// <param name="State">TCP state number: 1 established, 8 close-wait, 10 listen.</param>
/// <param name="Inode">0 while nobody has accepted the connection.</param>
/// <param name="Queue">Of a listener: connections that wait to be accepted.</param>
/// <param name="Backlog">Of a listener: the limit of that queue; null when the source does not tell.</param>
internal readonly record struct TcpRow(IPAddress Address, int Port, IPAddress PeerAddress, int PeerPort, int State, ulong Inode, int? Queue, int? Backlog, bool? IPv6Only, uint Uid)
{
    /// <summary>The last data went out and nothing has come back since; null when the source does not tell.</summary>
    public bool? Awaits { get; init; }

    /// <summary>Bytes of a connection that have come and nobody has read.</summary>
    public int Unread { get; init; }
}

/// <summary>One row of the kernel's table of unix sockets.</summary>
/// <param name="Path">Empty for a socket without a name; abstract names start with NUL.</param>
/// <param name="Peer">Inode of the other end; 0 when not connected or not told.</param>
/// <param name="FileInode">Inode of the socket file it was bound to; null when the source does not tell.</param>
internal readonly record struct UnixRow(string Path, int State, ulong Inode, ulong Peer, int? Queue, int? Backlog, uint? FileInode, uint? FileDevice);

/// <summary>State numbers of include/net/tcp_states.h; unix sockets use the same.</summary>
internal static class SocketStates
{
    public const int Established = 1;
    public const int CloseWait = 8;
    public const int Listen = 10;
}
