using System.Net;
using System.Runtime.InteropServices;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers which way the kernel would take to an address, as <c>ip route get</c> does, and whether the next host answers.</summary>
internal sealed class RouteReader(MachineSnapshot machine)
{
    private const int DatagramBytesMax = 16 * 1024;

    /// <summary>NUD_REACHABLE, STALE, DELAY, PROBE, PERMANENT; FAILED and INCOMPLETE are the others; NOARP has no neighbours.</summary>
    private const int Answers = 0x02 | 0x04 | 0x08 | 0x10 | 0x80;
    private const int Fails = 0x01 | 0x20;

    public Look Read(RouteTo question)
    {
        const string How = "rtnetlink, as ip route get";
        if (!IPAddress.TryParse(question.Address, out var address))
        {
            return Look.Blind($"{question.Address} is no address", How);
        }

        if (question.ThroughPid == 0)
        {
            return Ask(address, How);
        }

        return machine.Processes.Find(question.ThroughPid) is null ? Look.Blind($"process {question.ThroughPid} has ended", How)
            : NetworkNamespace.Within(question.ThroughPid, () => Ask(address, How), out var look, out var errno) ? look
            : Look.Blind(Errno.IsDenied(errno) ? "another network namespace needs root; run with sudo" : Errno.NumberAndWords(errno), How);
    }

    private static Look Ask(IPAddress address, string how)
    {
        if (Exchange(RouteMessages.RouteRequest(address), out var errno) is not { } datagram)
        {
            return Look.Blind($"rtnetlink: {Errno.NumberAndWords(errno)}", how);
        }

        if (RouteMessages.ReadRoute(datagram) is not { } route)
        {
            return Look.Blind("the kernel's answer was not understood", how);
        }

        // fib_props[] of the kernel: the type of a route that refuses is its error number.
        var kind = route switch
        {
            { Errno: Errno.HostUnreachable } or { Type: 7 } => "unreachable",
            { Errno: Errno.AccessDenied } or { Type: 8 } => "prohibit",
            { Errno: Errno.InvalidArgument } or { Type: 6 } => "blackhole",
            { Errno: not 0 } => "none",
            { Type: 2 } => "local",
            { Type: 3 } => "broadcast",
            _ => "unicast",
        };
        int? refuses = kind switch { "unreachable" => Errno.HostUnreachable, "prohibit" => Errno.AccessDenied, "blackhole" => Errno.InvalidArgument, "none" => route.Errno, _ => null };
        var next = route.Gateway ?? address;
        var neighbour = kind == "unicast" && route.InterfaceIndex > 0 ? Neighbour(next, route.InterfaceIndex) : null;
        return Look.Saw(new RouteFact(kind, refuses, NameOf(route.InterfaceIndex), route.Gateway?.ToString(), neighbour) { Source = route.Source?.ToString() }, how);
    }

    /// <summary>neigh_get() answers since Linux 5.0.</summary>
    private static string? Neighbour(IPAddress next, int interfaceIndex)
        => Exchange(RouteMessages.NeighbourRequest(next, interfaceIndex), out _) is not { } datagram ? null
            : RouteMessages.ReadNeighbour(datagram) switch
            {
                null => "none",
                { } state when (state & Answers) != 0 => "reachable",
                { } state when (state & Fails) != 0 => "failed",
                _ => null,
            };

    /// <summary>Of the namespace that the thread is in: /proc/thread-self/net follows it.</summary>
    private static string? NameOf(int index)
    {
        foreach (var line in (FileCalls.ReadText("/proc/thread-self/net/dev", 256 * 1024) ?? "").Split('\n'))
        {
            var name = line.Split(':')[0].Trim();
            if (name.Length > 0 && !name.Contains('|') && Libc.InterfaceIndex(name) == index)
            {
                return name;
            }
        }

        return null;
    }

    private static unsafe byte[]? Exchange(byte[] request, out int errno)
    {
        var socket = Netlink.Open(Netlink.Route, out errno);
        if (socket < 0)
        {
            return null;
        }

        try
        {
            var buffer = new byte[DatagramBytesMax];
            nint got;
            fixed (byte* start = request)
            fixed (byte* into = buffer)
            {
                got = Libc.Send(socket, start, (nuint)request.Length, 0) < 0 ? -1 : Libc.Receive(socket, into, (nuint)buffer.Length, 0);
            }

            errno = got < 0 ? Marshal.GetLastPInvokeError() : 0;
            return got > 0 ? buffer[..(int)got] : null;
        }
        finally
        {
            _ = Libc.Close(socket);
        }
    }
}
