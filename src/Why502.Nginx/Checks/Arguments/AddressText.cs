using System.Buffers;
using System.Buffers.Binary;

namespace Why502.Nginx.Checks;

/// <summary>Addresses as nginx reads them: ngx_inet_addr, ngx_inet6_addr and ngx_ptocidr.</summary>
internal static class AddressText
{
    private static readonly SearchValues<char> Inet6Letters = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>ngx_inet_addr: four decimal numbers; nothing shorter, nothing in hexadecimal. 255.255.255.255 is nginx's INADDR_NONE and no address.</summary>
    public static bool TryInet(ReadOnlySpan<char> text, out uint address)
    {
        address = 0;
        uint octet = 0;
        var dots = 0;
        foreach (var letter in text)
        {
            if (char.IsAsciiDigit(letter))
            {
                octet = (octet * 10) + (uint)(letter - '0');
                if (octet > 255)
                {
                    return false;
                }
            }
            else if (letter == '.')
            {
                address = (address << 8) + octet;
                octet = 0;
                dots++;
            }
            else
            {
                return false;
            }
        }

        address = (address << 8) + octet;
        return dots == 3 && address != uint.MaxValue;
    }

    /// <summary>ngx_inet6_addr: no zone, no brackets.</summary>
    public static bool TryInet6(ReadOnlySpan<char> text, Span<byte> address)
    {
        address.Clear();
        return text.IndexOfAnyExcept(Inet6Letters) < 0
            && text.Contains(':')
            && System.Net.IPAddress.TryParse(text, out var parsed)
            && parsed.TryWriteBytes(address, out _);
    }

    /// <summary>ngx_ptocidr.</summary>
    public static Network? Network(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? text : text[..slash];
        var address = new byte[16];
        int bits;
        if (TryInet(host, out var inet))
        {
            address = address[..4];
            BinaryPrimitives.WriteUInt32BigEndian(address, inet);
            bits = 32;
        }
        else if (TryInet6(host, address))
        {
            bits = 128;
        }
        else
        {
            return null;
        }

        if (slash < 0)
        {
            return new Network(address, bits, true);
        }

        var shift = Number.Of(text.AsSpan(slash + 1));
        if (shift < 0 || shift > bits)
        {
            return null;
        }

        var exact = true;
        for (var i = (int)shift; i < bits; i++)
        {
            var mask = (byte)(0x80 >> (i % 8));
            exact &= (address[i / 8] & mask) == 0;
            address[i / 8] &= (byte)~mask;
        }

        return new Network(address, (int)shift, exact);
    }
}

/// <summary>A network in CIDR notation.</summary>
/// <param name="IsExact">No bit was set beyond the mask; else nginx says that they are meaningless.</param>
internal sealed record Network(byte[] Address, int Bits, bool IsExact)
{
    /// <summary>The same network has the same key.</summary>
    public string Key => $"{Convert.ToHexString(Address)}/{Bits}";
}
