using System.Buffers;

namespace Why502.Logs;

/// <summary>Small readers of numbers and quoted words behind a marker; none of them can be made slow by the text.</summary>
internal static class TextScan
{
    private static readonly SearchValues<char> WordEnds = SearchValues.Create(" ,\t\"')");

    /// <summary>The number right behind the marker (a sign and blanks in front allowed), or null.</summary>
    public static long? NumberAfter(string text, string marker, int from = 0)
    {
        int at = text.IndexOf(marker, from, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : NumberAt(text, at + marker.Length);
    }

    public static long? NumberAt(string text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '"' or '\'' or '[' or '(')
        {
            at++;
        }

        int end = at;
        while (end < text.Length && char.IsAsciiDigit(text[end]) && end - at < 18)
        {
            end++;
        }

        return end > at && long.TryParse(text.AsSpan(at, end - at), out long number) ? number : null;
    }

    public static double? SecondsAfter(string text, string marker)
    {
        int at = text.IndexOf(marker, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        at += marker.Length;
        int end = at;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.') && end - at < 18)
        {
            end++;
        }

        return double.TryParse(text.AsSpan(at, end - at), System.Globalization.CultureInfo.InvariantCulture, out double seconds) ? seconds : null;
    }

    /// <summary>The text between two markers, or null.</summary>
    public static string? Between(string text, string open, string close, int from = 0)
    {
        int at = text.IndexOf(open, from, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        at += open.Length;
        int end = text.IndexOf(close, at, StringComparison.Ordinal);
        return end < 0 ? null : text[at..end];
    }

    /// <summary>The word behind the marker, up to a blank or a closing sign.</summary>
    public static string? WordAfter(string text, string marker, int from = 0)
    {
        int at = text.IndexOf(marker, from, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        at += marker.Length;
        while (at < text.Length && text[at] is ' ' or '\'' or '"' or '(')
        {
            at++;
        }

        int end = text.AsSpan(at).IndexOfAny(WordEnds);
        string word = end < 0 ? text[at..] : text.Substring(at, end);
        return word.Length == 0 ? null : word.TrimEnd('.', ':', ';', ']');
    }

    /// <summary>Reads <c>http://127.0.0.1:8000</c>, <c>:::3000</c>, <c>('127.0.0.1', 8000)</c>, <c>port 8080</c>, <c>/run/app.sock</c> out of the text behind a place.</summary>
    public static (string? Address, int? Port) AddressIn(string text, int from)
    {
        string rest = text[Math.Min(from, text.Length)..];
        if (Between(rest, "('", ")") is { } python && python.IndexOf("', ", StringComparison.Ordinal) is > 0 and int joint)
        {
            int? port = (int?)NumberAt(python, joint + 3);
            return (Join(python[..joint], port), port);
        }

        foreach (string raw in rest.Split([' ', ',', '"', '\'', '(', ')', ';'], 32, StringSplitOptions.RemoveEmptyEntries))
        {
            if (OfWord(raw) is { Address: not null } found)
            {
                return found;
            }
        }

        return (NumberAfter(rest, "port ") ?? NumberAfter(rest, "port(s): ")) is > 0 and < 65536 and long number ? (":" + number, (int)number) : (null, null);
    }

    private static (string? Address, int? Port) OfWord(string raw)
    {
        string word = raw.TrimEnd('.', ':', ']', '!', '/');
        int scheme = word.IndexOf("://", StringComparison.Ordinal);
        string address = scheme >= 0 ? word[(scheme + 3)..] : word;
        if (address.StartsWith('/') && address.Length > 1 && (scheme >= 0 || address.Contains(".sock", StringComparison.Ordinal)))
        {
            return ("unix:" + address, null);
        }

        if (address.StartsWith("unix:", StringComparison.Ordinal))
        {
            return (address, null);
        }

        int slash = address.IndexOf('/');
        address = slash >= 0 ? address[..slash] : address;
        int colon = address.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(address.AsSpan(colon + 1), out int port) || port is <= 0 or > 65535)
        {
            return default;
        }

        string host = address[..colon];
        bool plausible = host.Length == 0 || host == "*" || host == "::" || host.StartsWith('[') || host == "localhost" || host.Count(c => c == '.') == 3 || scheme >= 0;
        return plausible ? (Join(host, port), port) : default;
    }

    private static string Join(string host, int? port)
    {
        string address = host.Contains(':') && !host.StartsWith('[') ? $"[{host}]" : host;
        return port is { } p ? $"{address}:{p}" : address;
    }
}
