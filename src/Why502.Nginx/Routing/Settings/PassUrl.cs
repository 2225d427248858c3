using System.Globalization;
using System.Net;

namespace Why502.Nginx.Routing;

/// <summary>The URL of a proxy_pass taken apart (ngx_http_proxy_pass, ngx_http_proxy_eval, ngx_parse_url).</summary>
/// <param name="Uri">From the slash or question mark behind the address on; empty when there is none.</param>
internal sealed record PassUrl(string Host, int Port, bool HasPort, bool IsUnix, string Uri)
{
    /// <summary>A literal address needs no name to be resolved.</summary>
    public bool IsLiteral => IsUnix || Host.StartsWith('[')
        || (Host.Count(c => c == '.') == 3 && Host.All(c => c == '.' || char.IsAsciiDigit(c)) && IPAddress.TryParse(Host, out _));

    /// <summary>Null for what nginx refuses.</summary>
    public static PassUrl? Parse(string url)
    {
        var (scheme, port) = url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? (7, 80)
            : url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? (8, 443)
            : (0, 0);
        if (scheme == 0 || url.Length == scheme)
        {
            return null;
        }

        var rest = url[scheme..];
        return rest.StartsWith("unix:", StringComparison.OrdinalIgnoreCase) ? Unix(rest[5..])
            : rest.StartsWith('[') ? Literal6(rest, port)
            : Inet(rest, port);
    }

    private static PassUrl? Unix(string rest)
    {
        var colon = rest.IndexOf(':');
        var path = colon < 0 ? rest : rest[..colon];
        return path.Length == 0 ? null : new PassUrl(path, 0, false, true, colon < 0 ? string.Empty : rest[(colon + 1)..]);
    }

    private static PassUrl? Literal6(string rest, int defaultPort)
    {
        var close = rest.IndexOf(']');
        if (close < 0)
        {
            return null;
        }

        var uri = rest.AsSpan(close).IndexOfAny('/', '?');
        var authority = uri < 0 ? rest : rest[..(close + uri)];
        var behind = authority[(close + 1)..];
        var port = defaultPort;
        return behind.Length > 0 && (behind[0] != ':' || !TryPort(behind[1..], out port))
            ? null
            : new PassUrl(rest[..(close + 1)], port, behind.Length > 0, false, uri < 0 ? string.Empty : rest[(close + uri)..]);
    }

    private static PassUrl? Inet(string rest, int defaultPort)
    {
        var slash = rest.AsSpan().IndexOfAny('/', '?');
        var authority = slash < 0 ? rest : rest[..slash];
        var colon = authority.IndexOf(':');
        var host = colon < 0 ? authority : authority[..colon];
        var port = defaultPort;
        return host.Length == 0 || (colon >= 0 && !TryPort(authority[(colon + 1)..], out port))
            ? null
            : new PassUrl(host, port, colon >= 0, false, slash < 0 ? string.Empty : rest[slash..]);
    }

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;
}
