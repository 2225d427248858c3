using System.Runtime.InteropServices;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>
/// Asks the kernel for its socket tables by sock_diag(7). It tells what /proc/net does not: the limit of an accept queue,
/// and of unix sockets the queue itself. Needs no privilege; null with an error number where it is not allowed.
/// </summary>
internal static unsafe class SockDiag
{
    /// <summary>Rows kept of one table; a machine with more sockets is reported from its first million.</summary>
    public const int RowsMax = 1_000_000;

    private const int DatagramBytesMax = 64 * 1024;

    private delegate bool Reader<TRow>(ReadOnlySpan<byte> datagram, List<TRow> rows, int rowsMax, out int errno);

    public static List<TcpRow>? Tcp(byte family, int states, int localPort, out int errno)
        => Dump<TcpRow>(SockDiagMessages.TcpRequest(family, states, localPort), SockDiagMessages.ReadTcp, out errno);

    /// <summary>The same with <see cref="TcpRow.Awaits"/>.</summary>
    public static List<TcpRow>? TcpWithTimes(byte family, int states, out int errno)
        => Dump<TcpRow>(SockDiagMessages.TcpRequest(family, states, 0, times: true), SockDiagMessages.ReadTcp, out errno);

    public static List<UnixRow>? Unix(int states, out int errno)
        => Dump<UnixRow>(SockDiagMessages.UnixRequest(states), SockDiagMessages.ReadUnix, out errno);

    private static List<TRow>? Dump<TRow>(byte[] request, Reader<TRow> reader, out int errno)
    {
        var socket = Netlink.Open(Netlink.SockDiag, out errno);
        if (socket < 0)
        {
            return null;
        }

        try
        {
            return Exchange(socket, request, reader, out errno);
        }
        finally
        {
            _ = Libc.Close(socket);
        }
    }

    private static List<TRow>? Exchange<TRow>(int socket, byte[] request, Reader<TRow> reader, out int errno)
    {
        fixed (byte* start = request)
        {
            if (Libc.Send(socket, start, (nuint)request.Length, 0) < 0)
            {
                errno = Marshal.GetLastPInvokeError();
                return null;
            }
        }

        var rows = new List<TRow>();
        var buffer = new byte[DatagramBytesMax];
        while (true)
        {
            nint got;
            fixed (byte* start = buffer)
            {
                got = Libc.Receive(socket, start, (nuint)buffer.Length, 0);
            }

            if (got < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted)
            {
                continue;
            }

            if (got <= 0)
            {
                errno = Marshal.GetLastPInvokeError();
                return null;
            }

            if (reader(buffer.AsSpan(0, (int)got), rows, RowsMax, out errno))
            {
                return errno == 0 ? rows : null;
            }
        }
    }
}
