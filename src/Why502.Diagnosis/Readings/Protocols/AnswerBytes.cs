using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Why502.Diagnosis.Readings;

/// <summary>Which protocol the first bytes of an answer belong to, and which bytes nginx's own messages show.</summary>
public static class AnswerBytes
{
    private const int QuotedBytesMax = 64;

    /// <summary>The protocol that an answer beginning with these bytes is of; null when nothing is known to begin so.</summary>
    public static WireProtocol? ProtocolOf(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [] => null,

        // RFC 9112 §4: HTTP-version comes first.
        [(byte)'H', ..] when IsPrefix(bytes, "HTTP/"u8) => WireProtocol.Http1,

        // RFC 8446 §5.1: content types 20 to 23, major version 3.
        [>= 20 and <= 23] or [>= 20 and <= 23, 3, ..] => WireProtocol.Tls,

        // FastCGI 1.0 §3.3: version 1; §8: an application sends END_REQUEST, STDOUT, STDERR and GET_VALUES_RESULT.
        [1] or [1, 3 or 6 or 7 or 10, ..] => WireProtocol.FastCgi,

        // RFC 9113 §6.8 and §7: GOAWAY with HTTP_1_1_REQUIRED (13) is all the HTTP/2 that a port without it knows (Kestrel's Http1 endpoints).
        [0, 0, _, 7, _, 0, 0, 0, 0, _, _, _, _, 0, 0, 0, 13, ..] => WireProtocol.Http1,

        // RFC 9113 §3.4: a server's first frame is SETTINGS, of stream 0; GOAWAY may follow at once.
        [0, _, _, 4, 0 or 1, 0, 0, 0, 0, ..] or [0, 0, _, 7, 0, 0, 0, 0, 0, ..] => WireProtocol.Http2,

        // uWSGI: a ping is answered with the same modifier.
        [100, 0, 0, _] => WireProtocol.Uwsgi,

        // AJP 1.3: a container's packets begin with AB; CPong is one byte of type 9.
        [(byte)'A', (byte)'B', 0, 1, 9] => WireProtocol.Ajp,

        // RFC 3875 §6.3: a CGI answer begins with one of its header fields.
        _ when IsPrefix(bytes, "Status:"u8) || IsPrefix(bytes, "Content-"u8) || IsPrefix(bytes, "X-Powered-By:"u8) => WireProtocol.Scgi,
        _ => IsGreeting(bytes) ? WireProtocol.Other : null,
    };

    /// <summary>
    /// The first bytes of the answer as far as nginx's message shows them; empty where the message says that the answer had begun
    /// as it should, and null where it shows nothing.
    /// </summary>
    public static byte[]? Shown(string messageId, string message)
    {
        if (messageId.StartsWith("upstream-sent-unsupported-fastcgi-protocol-version", StringComparison.Ordinal))
        {
            return Number(message) is >= 0 and < 256 and var version ? [(byte)version] : null;
        }

        if (messageId.StartsWith("upstream-sent-too-large-http2-frame", StringComparison.Ordinal))
        {
            // ngx_http_grpc_parse_frame(): the length is the first three bytes.
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, (int)Math.Clamp(Number(message) ?? 0, 0, 0xFFFFFF));
            return length[1..].ToArray();
        }

        if (messageId.StartsWith("memcached-sent-invalid-response", StringComparison.Ordinal) || IsUnframedHeader(messageId))
        {
            return Quoted(message);
        }

        return ShowsNothing(messageId) ? null : [];
    }

    /// <summary>uwsgi and SCGI answers have no frame around them: whatever comes is read as a header.</summary>
    private static bool IsUnframedHeader(string messageId)
        => messageId.StartsWith("upstream-sent-invalid-", StringComparison.Ordinal) && (messageId.Contains("-http-scgi", StringComparison.Ordinal) || messageId.Contains("-http-uwsgi", StringComparison.Ordinal));

    private static bool ShowsNothing(string messageId)
        => messageId is "upstream-sent-no-valid-http-1-0-header" or "upstream-prematurely-sent-response"
            || messageId.StartsWith("upstream-sent-unexpected-http2-frame", StringComparison.Ordinal)
            || messageId.StartsWith("upstream-sent-too-short-http2-frame", StringComparison.Ordinal);

    private static int? Number(string message)
    {
        var colon = message.LastIndexOf(": ", StringComparison.Ordinal);
        var digits = colon < 0 ? "" : string.Concat(message[(colon + 2)..].TakeWhile(char.IsAsciiDigit));
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The text between the quotes; the byte that nginx stopped at stands as <c>\xHH</c> (ngx_http_*_process_header).</summary>
    private static byte[]? Quoted(string message)
    {
        var open = message.IndexOf('"', StringComparison.Ordinal);
        if (open < 0)
        {
            return null;
        }

        var close = message.IndexOf('"', open + 1);
        var text = message.AsSpan(open + 1, (close < 0 ? message.Length : close) - open - 1);
        if (text.EndsWith("...", StringComparison.Ordinal))
        {
            text = text[..^3];
        }

        var bytes = new List<byte>();
        while (text.Length > 0 && bytes.Count < QuotedBytesMax)
        {
            var escaped = text.StartsWith(@"\x", StringComparison.Ordinal) && text.Length >= 4 && byte.TryParse(text[2..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
                ? value
                : (byte?)null;
            bytes.Add(escaped ?? (byte)text[0]);
            text = text[(escaped is null ? 1 : 4)..];
        }

        return [.. bytes];
    }

    /// <summary>Servers that speak first, or that refuse in words of their own: mail, SSH, Redis, MySQL.</summary>
    private static bool IsGreeting(ReadOnlySpan<byte> bytes)
        => bytes.StartsWith("SSH-"u8) || bytes.StartsWith("220"u8) || bytes.StartsWith("-ERR"u8) || bytes.StartsWith("+OK"u8) || bytes.StartsWith("* OK"u8) || bytes.StartsWith("ERROR"u8)
            || bytes is [_, 0, 0, 0, 10, ..];

    /// <summary>As far as both reach: a single byte is often all that is known.</summary>
    private static bool IsPrefix(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> text)
    {
        var length = Math.Min(bytes.Length, text.Length);
        return bytes[..length].SequenceEqual(text[..length]);
    }

    /// <summary>What the bytes look like, for a reader.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var value in bytes[..Math.Min(bytes.Length, 16)])
        {
            _ = value is > 0x20 and < 0x7f ? text.Append((char)value) : text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
        }

        return text.ToString();
    }
}
