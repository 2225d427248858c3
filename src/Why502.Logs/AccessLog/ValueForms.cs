using System.Buffers;

namespace Why502.Logs;

/// <summary>What the values of upstreams look like, also as nginx lists them when there were several attempts (<c>a, b : c</c>).</summary>
internal static class ValueForms
{
    private const int MillisecondDigits = 3;

    /// <summary>What IPv6 addresses are written with, the embedded IPv4 ones, too.</summary>
    private static readonly SearchValues<char> SixLetters = SearchValues.Create("0123456789abcdef:.");

    private static readonly SearchValues<char> HostLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>Addresses: the first is a unix socket, or an IP address with its port.</summary>
    public static bool AreAddresses(ReadOnlySpan<char> value) => Part(ref value) is var first && (IsSocket(first) || IsIPv4(first) || IsIPv6(first));

    /// <summary>Statuses, and dashes where there was none.</summary>
    public static bool AreStatuses(ReadOnlySpan<char> value)
    {
        do
        {
            ReadOnlySpan<char> part = Part(ref value);
            if (part is not "-" && !(part.Length == 3 && AreDigits(part)))
            {
                return false;
            }
        }
        while (value.Length > 0);
        return true;
    }

    /// <summary>A status that servers answer with, or that nginx logs: not every number of three digits is one.</summary>
    public static bool IsStatus(ReadOnlySpan<char> value) => value.Length == 3 && AreDigits(value) && int.Parse(value, System.Globalization.CultureInfo.InvariantCulture)
        is >= 100 and <= 103 or >= 200 and <= 208 or 226 or >= 300 and <= 308 or >= 400 and <= 431 or 440 or 444 or 449 or 451 or 460 or 463 or >= 494 and <= 499 or >= 500 and <= 511 or >= 520 and <= 530 or 598 or 599;

    /// <summary>A name of DNS with a dot in it, and perhaps a port.</summary>
    public static bool IsHostName(ReadOnlySpan<char> value)
    {
        int port = value.IndexOf(':');
        ReadOnlySpan<char> name = port > 0 && IsPort(value[(port + 1)..]) ? value[..port] : value;
        int dot = name.LastIndexOf('.');
        return dot > 0 && name.Length - dot > 2 && char.IsAsciiLetter(name[dot + 1]) && name.IndexOfAnyExcept(HostLetters) < 0;
    }

    /// <summary>Seconds with milliseconds; dashes may follow.</summary>
    public static bool AreSeconds(ReadOnlySpan<char> value)
    {
        for (bool isFirst = true; isFirst || value.Length > 0; isFirst = false)
        {
            ReadOnlySpan<char> part = Part(ref value);
            int point = part.IndexOf('.');
            if ((isFirst || part is not "-") && !(point > 0 && part.Length - point - 1 == MillisecondDigits && AreDigits(part[..point]) && AreDigits(part[(point + 1)..])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>As <see cref="AreSeconds"/>; dashes may stand anywhere.</summary>
    public static bool AreTimes(ReadOnlySpan<char> value)
    {
        while (value.Length > 0)
        {
            ReadOnlySpan<char> part = Part(ref value);
            if (part is not "-" && !AreSeconds(part))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What nginx logs as a client: an address without a port, or a unix socket.</summary>
    public static bool IsClient(ReadOnlySpan<char> value)
    {
        if (value is "unix:")
        {
            return true;
        }

        bool isFour = value.Count('.') == 3 && !value.Contains(':');
        bool isSix = (value.Count(':') == 7 || value.Contains("::", StringComparison.Ordinal)) && AreOfSix(value);
        return isSix || (isFour && !value.ContainsAnyInRange('a', 'f') && AreOfSix(value) && value.Length >= "0.0.0.0".Length);
    }

    /// <summary>Whether all letters may stand in an IPv6 address.</summary>
    public static bool AreOfSix(ReadOnlySpan<char> value) => value.IndexOfAnyExcept(SixLetters) < 0;

    /// <summary>Takes the first entry off a list; what is left of one that ends in a joint is no entry of any form.</summary>
    private static ReadOnlySpan<char> Part(ref ReadOnlySpan<char> list)
    {
        for (int at = 0; at < list.Length; at++)
        {
            int joint = list[at..].StartsWith(", ") ? 2 : list[at..].StartsWith(" : ") ? 3 : 0;
            if (joint > 0)
            {
                ReadOnlySpan<char> part = list[..at];
                list = at + joint < list.Length ? list[(at + joint)..] : " ";
                return part;
            }
        }

        ReadOnlySpan<char> last = list;
        list = default;
        return last;
    }

    private static bool IsSocket(ReadOnlySpan<char> address) => address.StartsWith("unix:/") && address.Length > "unix:/".Length && address.IndexOfAny(" \t") < 0;

    private static bool IsIPv4(ReadOnlySpan<char> address)
    {
        int colon = address.IndexOf(':');
        if (colon < 0 || !IsPort(address[(colon + 1)..]))
        {
            return false;
        }

        int parts = 0;
        foreach (Range range in address[..colon].Split('.'))
        {
            ReadOnlySpan<char> part = address[..colon][range];
            if (part.Length is < 1 or > 3 || !AreDigits(part))
            {
                return false;
            }

            parts++;
        }

        return parts == 4;
    }

    private static bool IsIPv6(ReadOnlySpan<char> address)
    {
        int close = address.IndexOf("]:");
        if (!address.StartsWith('[') || close <= 1 || !IsPort(address[(close + 2)..]))
        {
            return false;
        }

        foreach (char letter in address[1..close])
        {
            if (letter != ':' && !char.IsAsciiHexDigitLower(letter))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPort(ReadOnlySpan<char> text) => text.Length > 0 && AreDigits(text);

    private static bool AreDigits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}
