using System.Net.Sockets;
using System.Net;
using Why502.Host.Kernel;

namespace Why502.Host.Probes;

/// <summary>The end of one attempt to connect: a connected socket, or the errno (110 too when our own patience ended, as nginx reports its timer).</summary>
internal readonly record struct Dialled(Socket? Socket, int Errno, TimeSpan Took);

/// <summary>Opens connections as nginx opens them.</summary>
internal sealed class Dialer(TimeProvider time)
{
    private static readonly TimeSpan LookPauseMax = TimeSpan.FromMilliseconds(8);

    /// <summary>A process from whose network namespace everything is tried that names no other; 0 is our own.</summary>
    public int ThroughPid { get; init; }

    /// <summary>The user in whose name sockets are made; 0 is our own.</summary>
    public int AsUser { get; init; }

    /// <summary>Tries each end point in turn until one accepts; the last failure is reported.</summary>
    /// <param name="peers">Where to connect to.</param>
    /// <param name="patience">For each end point.</param>
    /// <param name="cancellation">Ends the whole.</param>
    public async Task<Dialled> DialAsync(IReadOnlyList<EndPoint> peers, TimeSpan patience, CancellationToken cancellation)
    {
        var last = new Dialled(null, Errno.HostUnreachable, TimeSpan.Zero);
        foreach (var peer in peers)
        {
            last = await DialAsync(peer, patience, cancellation).ConfigureAwait(false);
            if (last.Socket is not null)
            {
                return last;
            }
        }

        return last;
    }

    public async Task<Dialled> DialAsync(EndPoint peer, TimeSpan patience, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var (handle, errno) = Begin(peer);
        try
        {
            if (errno == Errno.InProgress)
            {
                errno = await WaitAsync(handle!, began, patience, cancellation).ConfigureAwait(false);
            }

            var took = time.GetElapsedTime(began);
            if (errno != 0)
            {
                return new(null, errno, took);
            }

            var socket = new Socket(handle!) { Blocking = true };
            handle = null;
            return new(socket, 0, took);
        }
        finally
        {
            handle?.Dispose();
        }
    }

    /// <summary>A socket for datagrams that leave from the same namespace.</summary>
    public Socket Datagram(AddressFamily family)
        => ThroughPid == 0 ? new Socket(family, SocketType.Dgram, ProtocolType.Udp)
            : NetworkNamespace.Within(ThroughPid, () => new Socket(family, SocketType.Dgram, ProtocolType.Udp), out var socket, out var errno) ? socket!
            : throw new NamespaceClosedException(errno);

    /// <summary>A socket belongs to the namespace it was made in, whatever thread uses it afterwards.</summary>
    private (SafeSocketHandle? Handle, int Errno) Begin(EndPoint peer)
        => ThroughPid == 0 || peer.AddressFamily == AddressFamily.Unix ? SocketCalls.Begin(peer, AsUser)
            : NetworkNamespace.Within(ThroughPid, () => SocketCalls.Begin(peer, AsUser), out var begun, out var errno) ? begun
            : throw new NamespaceClosedException(errno);

    /// <summary>Looks now and then instead of blocking a thread: on loopback the first look already sees the end.</summary>
    private async Task<int> WaitAsync(SafeSocketHandle handle, long began, TimeSpan patience, CancellationToken cancellation)
    {
        var pause = TimeSpan.FromMilliseconds(1);
        int errno;
        while (!SocketCalls.HasEnded(handle, out errno))
        {
            if (time.GetElapsedTime(began) >= patience)
            {
                return Errno.TimedOut;
            }

            await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
            pause = pause + pause < LookPauseMax ? pause + pause : LookPauseMax;
        }

        return errno;
    }
}
