using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Why502.Host.Machine;

/// <summary>What rtnetlink(7) answers about one destination.</summary>
/// <param name="Type">rtm_type: 1 unicast, 2 local, 3 broadcast, 6 blackhole, 7 unreachable, 8 prohibit.</param>
internal readonly record struct RouteAnswer(int Type, int InterfaceIndex, IPAddress? Gateway, int Errno)
{
    /// <summary>RTA_PREFSRC: the address that packets are sent from.</summary>
    public IPAddress? Source { get; init; }
}

/// <summary>Requests and answers of rtnetlink(7) as bytes: RTM_GETROUTE and RTM_GETNEIGH for one address. Layouts: include/uapi/linux/rtnetlink.h, neighbour.h.</summary>
internal static class RouteMessages
{
    private const int HeaderBytes = 16;
    private const int RouteBytes = 12;
    private const int NeighbourBytes = 12;
    private const ushort TypeError = 2;
    private const ushort GetRoute = 26;
    private const ushort GetNeighbour = 30;
    private const ushort Request = 1;
    private const ushort RouteDestination = 1;
    private const ushort RouteOut = 4;
    private const ushort RouteGateway = 5;
    private const ushort RouteSource = 7;
    private const ushort RouteVia = 18;
    private const ushort NeighbourDestination = 1;

    public static byte[] RouteRequest(IPAddress destination)
    {
        var address = destination.GetAddressBytes();
        var message = Start(GetRoute, RouteBytes, RouteDestination, address);
        message[HeaderBytes] = Family(destination);
        message[HeaderBytes + 1] = (byte)(address.Length * 8);
        return message;
    }

    public static byte[] NeighbourRequest(IPAddress destination, int interfaceIndex)
    {
        var message = Start(GetNeighbour, NeighbourBytes, NeighbourDestination, destination.GetAddressBytes());
        message[HeaderBytes] = Family(destination);
        MemoryMarshal.Write(message.AsSpan(HeaderBytes + 4), interfaceIndex);
        return message;
    }

    private static byte Family(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? (byte)10 : (byte)2;

    private static byte[] Start(ushort type, int bodyBytes, ushort attribute, byte[] value)
    {
        var message = new byte[HeaderBytes + bodyBytes + 4 + value.Length];
        MemoryMarshal.Write(message.AsSpan(0), message.Length);
        MemoryMarshal.Write(message.AsSpan(4), type);
        MemoryMarshal.Write(message.AsSpan(6), Request);
        MemoryMarshal.Write(message.AsSpan(8), 1);
        var at = HeaderBytes + bodyBytes;
        MemoryMarshal.Write(message.AsSpan(at), (ushort)(4 + value.Length));
        MemoryMarshal.Write(message.AsSpan(at + 2), attribute);
        value.CopyTo(message.AsSpan(at + 4));
        return message;
    }

    public static RouteAnswer? ReadRoute(ReadOnlySpan<byte> datagram)
    {
        if (Error(datagram, out var errno))
        {
            return new(0, 0, null, errno);
        }

        if (datagram.Length < HeaderBytes + RouteBytes)
        {
            return null;
        }

        var answer = new RouteAnswer(datagram[HeaderBytes + 7], 0, null, 0);
        foreach (var (kind, value) in Attributes(datagram[(HeaderBytes + RouteBytes)..].ToArray()))
        {
            answer = kind switch
            {
                RouteOut when value.Length == 4 => answer with { InterfaceIndex = MemoryMarshal.Read<int>(value) },
                RouteSource when value.Length is 4 or 16 => answer with { Source = new IPAddress(value) },
                RouteGateway when value.Length is 4 or 16 => answer with { Gateway = new IPAddress(value) },

                // An IPv4 route by an IPv6 router: the family stands in front.
                RouteVia when value.Length is 6 or 18 => answer with { Gateway = new IPAddress(value.AsSpan(2)) },
                _ => answer,
            };
        }

        return answer;
    }

    /// <summary>ndm_state, or null when there is no entry.</summary>
    public static int? ReadNeighbour(ReadOnlySpan<byte> datagram)
        => Error(datagram, out _) || datagram.Length < HeaderBytes + NeighbourBytes ? null : MemoryMarshal.Read<ushort>(datagram[(HeaderBytes + 8)..]);

    private static bool Error(ReadOnlySpan<byte> datagram, out int errno)
    {
        errno = 0;
        if (datagram.Length < HeaderBytes + 4 || MemoryMarshal.Read<ushort>(datagram[4..]) != TypeError)
        {
            return false;
        }

        errno = -MemoryMarshal.Read<int>(datagram[HeaderBytes..]);
        return true;
    }

    private static IEnumerable<(int Kind, byte[] Value)> Attributes(byte[] bytes)
    {
        for (var at = 0; at + 4 <= bytes.Length;)
        {
            int length = MemoryMarshal.Read<ushort>(bytes.AsSpan(at));
            if (length < 4 || at + length > bytes.Length)
            {
                yield break;
            }

            yield return (MemoryMarshal.Read<ushort>(bytes.AsSpan(at + 2)), bytes[(at + 4)..(at + length)]);
            at += (length + 3) & ~3;
        }
    }
}
