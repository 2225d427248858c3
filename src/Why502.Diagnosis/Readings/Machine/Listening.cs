using System.Net;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>Who would answer a connection to an address, read from the listening tables the way the kernel looks sockets up.</summary>
/// <param name="Serving">The listener that gets the connection.</param>
/// <param name="OtherLoopback">A listener of the same port that serves the other loopback family only.</param>
/// <param name="OtherAddress">Listeners of the same port on another address of this machine, same family or not loopback.</param>
/// <param name="OtherNamespace">Listeners of the same port in another network namespace.</param>
public sealed record Listening(Listener? Serving, Listener? OtherLoopback, IReadOnlyList<Listener> OtherAddress, IReadOnlyList<Listener> OtherNamespace)
{
    public static bool IsLoopback(Listener listener) => IPAddress.TryParse(listener.Address, out var address) && IPAddress.IsLoopback(address);

    public static Listening At(TcpListenersFact table, Endpoint peer, string? nginxNamespace)
    {
        if (!IPAddress.TryParse(peer.Host, out var address))
        {
            return new(null, null, [], []);
        }

        nginxNamespace ??= table.OwnNetworkNamespace;
        var samePort = table.Listeners.Where(listener => listener.Port == peer.Port).ToList();
        var here = samePort.Where(listener => InNamespace(listener, nginxNamespace)).ToList();
        var serving = here.FirstOrDefault(listener => Serves(listener, address));
        var other = here.Where(listener => !Serves(listener, address)).ToList();
        var otherLoopback = IPAddress.IsLoopback(address) ? other.FirstOrDefault(listener => ServesOtherLoopback(listener, address)) : null;
        return new(
            serving,
            otherLoopback,
            [.. other.Where(listener => listener != otherLoopback)],
            [.. samePort.Where(listener => !InNamespace(listener, nginxNamespace))]);
    }

    public static bool InNamespace(Listener listener, string? networkNamespace)
        => listener.NetworkNamespace is null || networkNamespace is null || listener.NetworkNamespace == networkNamespace;

    /// <summary>inet_lookup_listener(): the exact address, or a wildcard of the family; an IPv6 wildcard takes IPv4 too unless IPV6_V6ONLY is set (ipv6(7)).</summary>
    public static bool Serves(Listener listener, IPAddress address)
    {
        if (!IPAddress.TryParse(listener.Address, out var bound))
        {
            return false;
        }

        if (bound.IsIPv4MappedToIPv6)
        {
            bound = bound.MapToIPv4();
        }

        return bound.Equals(address)
            || (bound.Equals(IPAddress.Any) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
            || (bound.Equals(IPAddress.IPv6Any) && (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 || listener.IPv6Only != true));
    }

    private static bool ServesOtherLoopback(Listener listener, IPAddress address)
        => Serves(listener, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPAddress.IPv6Loopback : IPAddress.Loopback);
}

/// <summary>Whose an address is.</summary>
public static class Addresses
{
    /// <summary>Whether an address belongs to this machine; null when its own addresses are not known.</summary>
    public static bool? IsLocal(Endpoint peer, MachineStateFact? machine)
    {
        if (peer.IsUnix || peer.IsLoopback)
        {
            return true;
        }

        if (!IPAddress.TryParse(peer.Host, out var address))
        {
            return null;
        }

        return machine?.Addresses.Any(own => IPAddress.TryParse(own.Split('/')[0], out var parsed) && parsed.Equals(address));
    }

    /// <summary>Whether an address lies in one of the machine's own networks, beyond which only connections and TLS are probed.</summary>
    public static bool IsInOwnNetwork(Endpoint peer, MachineStateFact? machine)
        => peer.IsUnix || peer.IsLoopback
            || (IPAddress.TryParse(peer.Host, out var address)
                && machine is not null
                && machine.Addresses.Any(own => IPNetworkOf(own) is { } network && network.Contains(address)));

    private static IPNetwork? IPNetworkOf(string own)
    {
        var slash = own.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IPAddress.TryParse(own[..slash], out var address) || !int.TryParse(own[(slash + 1)..], out var length))
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        if (length < 0 || length > bytes.Length * 8)
        {
            return null;
        }

        for (var bit = length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(bytes), length);
    }
}
