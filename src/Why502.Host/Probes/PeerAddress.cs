using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Why502.Host.Kernel;

namespace Why502.Host.Probes;

/// <summary>A peer in nginx's writing: <c>127.0.0.1:3000</c>, <c>[::1]:3000</c>, <c>app.local:80</c> or <c>unix:/run/app.sock</c>.</summary>
/// <param name="Host">IP literal without brackets or a name; empty for a unix socket.</param>
/// <param name="UnixPath">Null for TCP.</param>
internal sealed record PeerAddress(string Host, int Port, string? UnixPath)
{
    /// <summary>sizeof(sun_path) less the terminating NUL (unix(7)); nginx refuses longer paths too (ngx_parse_unix_domain_url).</summary>
    private const int UnixPathBytesMax = 107;

    private const string UnixPrefix = "unix:";

    public bool IsName => UnixPath is null && !IPAddress.TryParse(Host, out _);

    /// <summary>The same peer as a process sees it that may have another root directory; a path that is then too long to connect to stays as it is.</summary>
    public PeerAddress Through(int pid)
        => pid == 0 || UnixPath is null ? this
            : RootedPath.Of(pid).Resolve(UnixPath) is { } path && Encoding.UTF8.GetByteCount(path) <= UnixPathBytesMax ? this with { UnixPath = path }
            : throw new FormatException($"{UnixPath} cannot be followed inside the root directory of process {pid}");

    /// <param name="defaultPort">Port where the text has none; 0 makes a port compulsory.</param>
    public static PeerAddress? Parse(string text, int defaultPort)
    {
        if (text.StartsWith(UnixPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return ParseUnix(text[UnixPrefix.Length..]);
        }

        var (host, port) = SplitPort(text);
        if (host.Length == 0 || host.AsSpan().IndexOfAnyInRange('\0', ' ') >= 0)
        {
            return null;
        }

        if (port is null)
        {
            return defaultPort > 0 ? new(host, defaultPort, null) : null;
        }

        return int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536
            ? new(host, number, null)
            : null;
    }

    /// <summary>Where to connect to, in the order to try; a name is looked up the system's way.</summary>
    public async Task<IReadOnlyList<EndPoint>> EndPointsAsync(CancellationToken cancellation)
    {
        if (UnixPath is not null)
        {
            return [new UnixDomainSocketEndPoint(UnixPath)];
        }

        if (IPAddress.TryParse(Host, out var literal))
        {
            return [new IPEndPoint(literal, Port)];
        }

        var addresses = await Dns.GetHostAddressesAsync(Host, cancellation).ConfigureAwait(false);
        return [.. addresses.Select(address => new IPEndPoint(address, Port))];
    }

    public override string ToString()
        => UnixPath is not null ? UnixPrefix + UnixPath : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    private static PeerAddress? ParseUnix(string path)
    {
        // In an upstream field of the error log a colon follows the path (ngx_http_upstream_log_error writes the URI behind it).
        path = path.EndsWith(':') ? path[..^1] : path;
        return path.StartsWith('/') && !path.Contains('\0', StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(path) <= UnixPathBytesMax
            ? new("", 0, path)
            : null;
    }

    private static (string Host, string? Port) SplitPort(string text)
    {
        if (text.StartsWith('['))
        {
            var close = text.IndexOf(']', StringComparison.Ordinal);
            return close < 0 ? ("", null)
                : close == text.Length - 1 ? (text[1..close], null)
                : text[close + 1] == ':' ? (text[1..close], text[(close + 2)..])
                : ("", null);
        }

        var colon = text.LastIndexOf(':');
        var onlyOne = colon >= 0 && text.IndexOf(':', StringComparison.Ordinal) == colon;
        return onlyOne ? (text[..colon], text[(colon + 1)..]) : (text, null);
    }
}
