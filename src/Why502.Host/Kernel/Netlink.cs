using System.Runtime.InteropServices;

namespace Why502.Host.Kernel;

/// <summary>A netlink(7) socket with a limit to its patience. Unbound and unconnected it speaks with port 0, which is the kernel (netlink_sendmsg).</summary>
internal static unsafe class Netlink
{
    public const int Route = 0;
    public const int SockDiag = 4;

    private const int AddressFamilyNetlink = 16;
    private const int SocketRawCloseOnExec = 3 | 0x80000;
    private const int SocketLevel = 1;
    private const int ReceiveTimeoutOption = 20;
    private const long PatienceMicroseconds = 300_000;

    /// <summary>The descriptor, to be closed by the caller; negative with the errno when there is none.</summary>
    public static int Open(int protocol, out int errno)
    {
        var socket = Libc.Socket(AddressFamilyNetlink, SocketRawCloseOnExec, protocol);
        if (socket < 0)
        {
            errno = Marshal.GetLastPInvokeError();
            return socket;
        }

        errno = 0;
        var timeout = stackalloc long[2] { 0, PatienceMicroseconds };
        _ = Libc.SetSocketOption(socket, SocketLevel, ReceiveTimeoutOption, timeout, 2 * sizeof(long));
        return socket;
    }
}
