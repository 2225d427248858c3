using System.Net.Sockets;
using System.Net;
using System.Runtime.InteropServices;
using Why502.Host.Kernel;

namespace Why502.Host.Probes;

/// <summary>
/// socket(2) and connect(2) as nginx calls them (ngx_event_connect_peer: non-blocking, so that a full unix queue is EAGAIN at once), with
/// the errno kept: .NET's own Socket folds several numbers into one.
/// </summary>
internal static partial class SocketCalls
{
    private const int SockStreamNonBlockCloseOnExec = 1 | 0x800 | 0x80000;
    private const int SolSocket = 1;
    private const int SoError = 4;
    private const short PollOut = 4;

    /// <summary>Begins to connect. The errno is 0 when connected, <see cref="Errno.InProgress"/> when it takes time.</summary>
    /// <param name="peer">Where to.</param>
    /// <param name="asUser">Whose socket it is; 0, or without the right to choose, it is ours.</param>
    public static (SafeSocketHandle? Handle, int Errno) Begin(EndPoint peer, int asUser)
    {
        var address = peer.Serialize();
        var fd = Open((int)peer.AddressFamily switch { (int)AddressFamily.InterNetworkV6 => 10, var family => family }, asUser);
        if (fd < 0)
        {
            return (null, Marshal.GetLastPInvokeError());
        }

        var handle = new SafeSocketHandle(fd, ownsHandle: true);
        var bytes = address.Buffer.Span[..address.Size];
        var errno = Connect(fd, in bytes[0], (uint)bytes.Length) == 0 ? 0 : Marshal.GetLastPInvokeError();
        return (handle, errno);
    }

    /// <summary>A socket's owner is the file-system user of the thread that makes it (sock_alloc(), sock_alloc_file()), which setfsuid(2) changes for this one call and no other thread.</summary>
    private static int Open(int family, int asUser)
    {
        if (asUser == 0)
        {
            return Socket(family, SockStreamNonBlockCloseOnExec, 0);
        }

        var own = Libc.SetFileSystemUser(asUser);
        try
        {
            return Socket(family, SockStreamNonBlockCloseOnExec, 0);
        }
        finally
        {
            _ = Libc.SetFileSystemUser(own);
        }
    }

    /// <summary>Whether a connection in progress has ended, without waiting for it.</summary>
    public static bool HasEnded(SafeSocketHandle handle, out int errno)
    {
        var fd = (int)handle.DangerousGetHandle();
        var poll = new PollFd { Fd = fd, Events = PollOut };
        errno = 0;
        if (Poll(ref poll, 1, 0) == 0)
        {
            return false;
        }

        var size = (uint)sizeof(int);
        if (GetSockOpt(fd, SolSocket, SoError, ref errno, ref size) != 0)
        {
            errno = Marshal.GetLastPInvokeError();
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int Connect(int fd, in byte address, uint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollFd fds, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetSockOpt(int fd, int level, int option, ref int value, ref uint size);

    private struct PollFd
    {
        public int Fd;
        public short Events;
        public short Returned;
    }
}
