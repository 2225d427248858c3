namespace Why502.Logs;

/// <summary>What either end of a connection says of the other's protocol: OpenSSL, Go's net/http and crypto/tls, nginx as an upstream, browsers.</summary>
internal static class TransportRules
{
    /// <summary>Chrome's websocket_basic_handshake_stream.cc: an answer from which a proxy took what belongs to one hop.</summary>
    private static readonly string[] LostHeaders = ["WebSocket handshake: 'Connection' header ", "WebSocket handshake: 'Upgrade' header "];

    public static AppRule[] All { get; } =
    [
        // OpenSSL, SSL_R_HTTP_REQUEST (156): only a server finds it, when a client's first bytes are a request line.
        new("SSL routines:", AppEventKind.PlainRequestToTls, static (t, at, e) =>
            t.IndexOf(":http request", at, StringComparison.Ordinal) is var reason and > 0 && !IsWordGoingOn(t, reason + 13) ? e : null),
        new("ERR_SSL_HTTP_REQUEST", AppEventKind.PlainRequestToTls),

        // net/http's server.go, as answer and as log line; nginx's error page for status 497.
        new("client sent an HTTP request to an HTTPS server", AppEventKind.PlainRequestToTls),
        new("plain HTTP request was sent to HTTPS port", AppEventKind.PlainRequestToTls),

        // FastCGI 1.0, 3.3 and 5.1: version 1, BEGIN_REQUEST, and request 1, which nginx uses alone; as Go, Python and Ruby write bytes that they cannot read.
        new(@"\x01\x01\x00\x01", AppEventKind.RecordsToHttp),
        new(@"\u0001\u0001\u0000\u0001", AppEventKind.RecordsToHttp),

        // curl since 7.66, lib/http.c: CURLE_UNSUPPORTED_PROTOCOL for an answer without a status line.
        new("Received HTTP/0.9 when not allowed", AppEventKind.NoHttpAnswer),
        new("first record does not look like a TLS handshake", AppEventKind.PlainRequestToTls, static (t, at, e) =>
            t.Contains("TLS handshake error from ", StringComparison.Ordinal) ? e : null),

        // Chrome and Electron; ws of Node; RFC 6455 section 4.1 wants 101.
        new("WebSocket handshake: Unexpected response code: ", AppEventKind.WebSocketRefused, static (t, at, e) => e with { Value = TextScan.NumberAfter(t, "response code: ", at) }),
        new("Unexpected server response: ", AppEventKind.WebSocketRefused, static (t, at, e) =>
            TextScan.NumberAfter(t, "server response: ", at) is >= 200 and < 600 and var status ? e with { Value = status } : null),
        // engine.io-client, transports/websocket.ts: what it tells of a WebSocket that was never opened, without the status.
        new("Error: websocket error", AppEventKind.WebSocketRefused),

        // Home Assistant's frontend, init page: what it shows while its WebSocket does not open.
        new("Unable to connect to Home Assistant", AppEventKind.WebSocketRefused),

        // django.request (core/handlers/exception.py, log_response) has paths of plain HTTP only: a consumer's path in it lost its Upgrade on the way.
        new("Not Found: /ws/", AppEventKind.WebSocketRefused, static (t, at, e) => e with { Value = 404 }),

        // What servers say of a handshake without Upgrade or Connection: Spring's AbstractHandshakeHandler, gorilla/websocket's server.go, nhooyr's accept.go,
        // Action Cable's connection/base.rb, Tornado's websocket.py, websockets' headers check, x/net/websocket's hybi.go.
        new("Handshake failed due to invalid Upgrade header", AppEventKind.UpgradeMissing),

        new(LostHeaders[0], AppEventKind.UpgradeMissing),
        new(LostHeaders[1], AppEventKind.UpgradeMissing),

        // Boost.Beast, websocket/impl/error.ipp; Qt and OkHttp as clients.
        new("WebSocket handshake Upgrade field is missing", AppEventKind.UpgradeMissing),
        new("WebSocket handshake Connection field is missing", AppEventKind.UpgradeMissing),
        new("Handshake ended with HTTP error: ", AppEventKind.WebSocketRefused, static (t, at, e) => e with { Value = TextScan.NumberAfter(t, "HTTP error: ", at) }),
        new("Expected HTTP 101 response but was '", AppEventKind.WebSocketRefused, static (t, at, e) => e with { Value = TextScan.NumberAfter(t, "but was '", at) }),
        new("Handshake status ", AppEventKind.WebSocketRefused, static (t, at, e) => TextScan.NumberAt(t, at + 17) is >= 100 and < 600 and var status ? e with { Value = status } : null),
        new("Handshake failed due to invalid Connection header", AppEventKind.UpgradeMissing),
        new("'upgrade' token not found in 'Connection' header", AppEventKind.UpgradeMissing),
        new("'websocket' token not found in 'Upgrade' header", AppEventKind.UpgradeMissing),
        new("websocket: not a websocket handshake", AppEventKind.UpgradeMissing),
        new("websocket: upgrade != websocket", AppEventKind.UpgradeMissing),
        new("WebSocket protocol violation: Connection header", AppEventKind.UpgradeMissing),
        new("WebSocket protocol violation: Upgrade header", AppEventKind.UpgradeMissing),
        new("Failed to upgrade to WebSocket (", AppEventKind.UpgradeMissing, static (t, at, e) => t.IndexOf("HTTP_UPGRADE: )", at, StringComparison.Ordinal) > 0 ? e : null),
        new("Can \"Upgrade\" only to \"WebSocket\"", AppEventKind.UpgradeMissing),
        new("\"Connection\" must be \"Upgrade\"", AppEventKind.UpgradeMissing),
        new("InvalidUpgrade: ", AppEventKind.UpgradeMissing),

        // A request's header as the app prints it: a handshake has the key (RFC 6455, 4.1), and the hop before the app took Upgrade and Connection away.
        new("Sec-WebSocket-Key", AppEventKind.UpgradeMissing, static (t, at, e) => HasLostUpgrade(t) ? e : null),

        // gobwas/ws, errors.go; em-websocket, handshake.rb.
        new("handshake error: bad \"Upgrade\" header", AppEventKind.UpgradeMissing),
        new("handshake error: bad \"Connection\" header", AppEventKind.UpgradeMissing),
        new("Connection and Upgrade headers required", AppEventKind.UpgradeMissing),

        // net/http's Transport.ResponseHeaderTimeout: a proxy written in Go waited for the app in vain.
        new("net/http: timeout awaiting response headers", AppEventKind.SlowRequest),
        new("WebSocket connection", AppEventKind.WebSocketRefused, static (t, at, e) => LostHeaders.Any(lost => t.IndexOf(lost, at, StringComparison.Ordinal) > 0) ? e with { Kind = AppEventKind.UpgradeMissing } : IsComplaint(t) ? e : null),
    ];

    /// <summary>nginx's own default towards an upstream is <c>Connection: close</c> before 1.29.7 (ngx_http_proxy_module.c), and Upgrade is never passed on unasked.</summary>
    private static bool HasLostUpgrade(string text)
        => ValueBehind(text, "Connection").StartsWith("close", StringComparison.OrdinalIgnoreCase) && !ValueBehind(text, "Upgrade").StartsWith("websocket", StringComparison.OrdinalIgnoreCase);

    /// <summary>What stands behind a name in a header, a dictionary or JSON: <c>Connection: close</c>, <c>'Connection': 'close'</c>, <c>"Connection":["close"]</c>.</summary>
    private static ReadOnlySpan<char> ValueBehind(string text, string name)
    {
        for (int at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            ReadOnlySpan<char> behind = text.AsSpan(at + name.Length).TrimStart("'\"");
            if ((at == 0 || (!char.IsAsciiLetterOrDigit(text[at - 1]) && text[at - 1] != '-')) && behind.Length > 0 && behind[0] is ':' or '=')
            {
                return behind.TrimStart(":= '\"[");
            }
        }

        return default;
    }

    private static bool IsWordGoingOn(string text, int at) => at < text.Length && char.IsAsciiLetter(text[at]);

    private static bool IsComplaint(string text)
        => text.Contains("fail", StringComparison.OrdinalIgnoreCase) || text.Contains("error", StringComparison.OrdinalIgnoreCase) || text.Contains("refused", StringComparison.OrdinalIgnoreCase) || text.Contains("could not", StringComparison.OrdinalIgnoreCase);
}
