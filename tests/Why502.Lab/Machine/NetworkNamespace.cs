using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Why502.Lab.Machine;

/// <summary>Sockets of another network namespace, made from this process.</summary>
/// <remarks>
/// setns(2) moves one thread, and a socket stays in the namespace it was created in: a thread that
/// enters, creates the socket and ends leaves the rest of the process where it was.
/// </remarks>
internal static partial class NetworkNamespace
{
    private const int CloneNewNet = 0x40000000;

    public static Socket Connect(string namespacePath, System.Net.EndPoint address)
    {
        Socket? socket = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                socket = ConnectHere(namespacePath, address);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new IOException($"cannot connect to {address} inside the machine", failure);
    }

    private static Socket ConnectHere(string namespacePath, System.Net.EndPoint address)
    {
        using var handle = File.OpenHandle(namespacePath);
        if (SetNamespace(handle, CloneNewNet) != 0)
        {
            throw new IOException($"setns {namespacePath}: errno {Marshal.GetLastPInvokeError()}");
        }

        var protocol = address.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, protocol);
        try
        {
            socket.Connect(address);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle descriptor, int kind);
}
