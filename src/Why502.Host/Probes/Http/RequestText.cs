using System.Text;

namespace Why502.Host.Probes;

/// <summary>The bytes of a request as nginx would send them. Paths and hosts come from logs, so nothing in them may end a line or begin a query.</summary>
internal static class RequestText
{
    public const string UserAgent = "why502";

    public static byte[] Get(string target, string version, string host)
        => Encoding.ASCII.GetBytes($"GET {target} HTTP/{(version == "1.1" ? "1.1" : "1.0")}\r\nHost: {Host(host)}\r\nConnection: close\r\nUser-Agent: {UserAgent}\r\nAccept: */*\r\n\r\n");

    /// <summary>The opening handshake of a WebSocket (RFC 6455, 4.1); its key is the one of the RFC's example, for nothing is said afterwards.</summary>
    public static byte[] Upgrade(string target, string host)
        => Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: {Host(host)}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nUser-Agent: {UserAgent}\r\n\r\n");

    /// <summary>A path without a query: everything that is no plain path character is escaped, also <c>?</c> and <c>#</c>.</summary>
    public static string Path(string path) => Escape(path.StartsWith('/') ? path : "/" + path, keepQuery: false);

    /// <summary>A request target as the user gave it, with its query.</summary>
    public static string Target(string target) => Escape(target.StartsWith('/') ? target : "/" + target, keepQuery: true);

    /// <summary>A path with the query that the user gave, if any.</summary>
    public static string Target(string path, string query) => query.Length == 0 ? Path(path) : $"{Path(path)}?{Query(query)}";

    public static string Query(string query) => Escape(query, keepQuery: true);

    public static string Host(string host)
    {
        var clean = string.Concat(host.Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '[' or ']'));
        return clean.Length == 0 ? "localhost" : clean;
    }

    private static string Escape(string text, bool keepQuery)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            var plain = b is > 0x20 and < 0x7f && b is not ((byte)'#' or (byte)'"' or (byte)'<' or (byte)'>') && (keepQuery || b != '?');
            _ = plain ? escaped.Append((char)b) : escaped.Append('%').Append(b.ToString("X2"));
        }

        return escaped.ToString();
    }
}
