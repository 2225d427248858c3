using System.Net;
using System.Net.Sockets;

namespace Why502.Nginx.Routing;

/// <summary>A network as allow, deny and geo know it (ngx_ptocidr); null address for <c>all</c>.</summary>
internal sealed record AddressRule(IPAddress? Address, int PrefixLength, bool IsUnix)
{
    public static AddressRule? TryParse(string text)
    {
        if (text == "all")
        {
            return new AddressRule(null, 0, false);
        }

        if (text == "unix:")
        {
            return new AddressRule(null, 0, true);
        }

        var slash = text.IndexOf('/');
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address))
        {
            return null;
        }

        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var length = bits;
        return slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out length) || length > bits)
            ? null
            : new AddressRule(address, length, false);
    }

    public bool Holds(IPAddress address)
    {
        if (IsUnix)
        {
            return false;
        }

        if (Address is null)
        {
            return true;
        }

        var own = Address.GetAddressBytes();
        var other = (address.IsIPv4MappedToIPv6 && own.Length == 4 ? address.MapToIPv4() : address).GetAddressBytes();
        if (own.Length != other.Length)
        {
            return false;
        }

        for (var bit = 0; bit < PrefixLength; bit += 8)
        {
            var mask = PrefixLength - bit >= 8 ? 0xFF : 0xFF << (8 - (PrefixLength - bit)) & 0xFF;
            if ((own[bit / 8] & mask) != (other[bit / 8] & mask))
            {
                return false;
            }
        }

        return true;
    }
}
