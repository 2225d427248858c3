using System.Net;

namespace Why502.Host.Machine;

/// <summary>Addresses as nginx writes them: <c>127.0.0.1:3000</c>, <c>[::1]:3000</c>, <c>unix:/run/app.sock</c>.</summary>
internal static class NginxAddress
{
    public static string Of(IPAddress address, int port) => new IPEndPoint(address, port).ToString();

    public static string OfUnix(string path) => "unix:" + path;

    /// <summary>The path of a unix address; an HTTP part after a colon (<c>unix:/run/app.sock:/uri</c>) is left out.</summary>
    public static string? UnixPath(string address)
    {
        if (!address.StartsWith("unix:", StringComparison.Ordinal))
        {
            return null;
        }

        var path = address["unix:".Length..];
        var colon = path.IndexOf(':');
        return colon < 0 ? path : path[..colon];
    }

    public static IPEndPoint? Tcp(string address)
        => address.StartsWith("localhost:", StringComparison.Ordinal) ? Tcp("127.0.0.1" + address["localhost".Length..])
            : !address.StartsWith("unix:", StringComparison.Ordinal) && IPEndPoint.TryParse(address, out var endpoint) && endpoint.Port > 0
            ? new(SockDiagMessages.Plain(endpoint.Address), endpoint.Port)
            : null;
}
