using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Why502.Nginx;

/// <summary>An address nginx connects to or listens on, compared by value: <c>127.0.0.1:3000</c>, <c>[::1]:3000</c>, <c>app.internal:80</c>, <c>unix:/run/x.sock</c>.</summary>
public sealed partial record Endpoint
{
    private static readonly SearchValues<char> NotInHost = SearchValues.Create("/? \t\r\n\"");
    private static readonly SearchValues<char> QuadCharacters = SearchValues.Create("0123456789.");

    private readonly IPAddress? address;

    private Endpoint(string? host, int port, string? unixPath, IPAddress? address)
    {
        Host = host;
        Port = port;
        UnixPath = unixPath;
        this.address = address;
    }

    /// <summary>The name or address without brackets and port; null for a unix socket.</summary>
    public string? Host { get; }

    /// <summary>0 when none was written and the protocol has no default (fastcgi, uwsgi, scgi, grpc, memcached).</summary>
    public int Port { get; }

    public string? UnixPath { get; }

    public bool IsUnix => UnixPath is not null;

    public bool IsLiteralIPv4 => address?.AddressFamily == AddressFamily.InterNetwork;

    public bool IsLiteralIPv6 => address?.AddressFamily == AddressFamily.InterNetworkV6;

    public bool IsName => !IsUnix && address is null;

    /// <summary>The literal address; null for a name or a unix socket.</summary>
    public IPAddress? Address => address;

    /// <summary>
    /// This machine for certain: a loopback address, the unspecified one (to connect() it is loopback: Linux, tcp_v6_connect() and ip_route_output_key_hash()), <c>localhost</c> (RFC 6761) or a unix socket.
    /// </summary>
    public bool IsLoopback => IsUnix
        || (address is not null && (IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        || (address is null && Host is not null && (Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)));

    public static Endpoint Unix(string path) => new(null, 0, path, null);

    public static Endpoint Of(IPAddress address, int port)
    {
        ArgumentNullException.ThrowIfNull(address);
        return new Endpoint(address.ToString(), port, null, address);
    }

    /// <summary>ngx_parse_url without a URI part: false for anything nginx would refuse as an address.</summary>
    public static bool TryParse(string text, int defaultPort, out Endpoint endpoint)
    {
        endpoint = null!;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        if (text.StartsWith("unix:", StringComparison.OrdinalIgnoreCase))
        {
            endpoint = new Endpoint(null, 0, Slashes().Replace(text[5..], "/"), null);
            return text.Length > 5;
        }

        return text[0] == '[' ? TryParseIPv6(text, defaultPort, out endpoint) : TryParseHost(text, defaultPort, out endpoint);
    }

    /// <summary>nginx's own form: as it stands in <c>upstream: "…"</c> without scheme and URI.</summary>
    public override string ToString()
    {
        if (IsUnix)
        {
            return "unix:" + UnixPath;
        }

        var host = IsLiteralIPv6 ? $"[{Host}]" : Host;
        return Port == 0 ? host! : $"{host}:{Port}";
    }

    public bool Equals(Endpoint? other) => other is not null
        && Port == other.Port
        && string.Equals(UnixPath, other.UnixPath, StringComparison.Ordinal)
        && string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() => HashCode.Combine(Port, UnixPath, Host is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(Host));

    /// <summary>path_resolution(7): several slashes in a row are one. Who writes <c>unix:///run/x.sock</c> means /run/x.sock.</summary>
    [GeneratedRegex("/{2,}")]
    private static partial Regex Slashes();

    private static bool TryParseIPv6(string text, int defaultPort, out Endpoint endpoint)
    {
        endpoint = null!;
        var close = text.IndexOf(']');
        if (close < 0 || !IPAddress.TryParse(text.AsSpan(1, close - 1), out var ip) || ip.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        var port = defaultPort;
        if (close + 1 < text.Length && (text[close + 1] != ':' || !TryPort(text.AsSpan(close + 2), out port)))
        {
            return false;
        }

        endpoint = new Endpoint(ip.ToString(), port, null, ip);
        return true;
    }

    private static bool TryParseHost(string text, int defaultPort, out Endpoint endpoint)
    {
        endpoint = null!;
        var colon = text.IndexOf(':');
        var port = defaultPort;
        if (colon >= 0 && !TryPort(text.AsSpan(colon + 1), out port))
        {
            return false;
        }

        var host = colon < 0 ? text : text[..colon];
        if (host.Length == 0 || host.AsSpan().ContainsAny(NotInHost))
        {
            return false;
        }

        endpoint = new Endpoint(host, port, null, IsDottedQuad(host) && IPAddress.TryParse(host, out var ip) ? ip : null);
        return true;
    }

    // ngx_inet_addr takes four decimal parts only; IPAddress.TryParse would also take "1" and "0x7f.1".
    private static bool IsDottedQuad(string host) =>
        !host.AsSpan().ContainsAnyExcept(QuadCharacters) && host.AsSpan().Count('.') == 3;

    private static bool TryPort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, null, out port) && port is >= 1 and <= 65535;
}
