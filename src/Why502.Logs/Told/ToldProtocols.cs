using System.Text.RegularExpressions;

namespace Why502.Logs;

/// <summary>What the two ends say to each other: a WebSocket that is refused, a PROXY header that one side does not expect, a subrequest with a status that is neither yes nor no.</summary>
internal static partial class ToldProtocols
{
    public static ToldRule[] All { get; } =
    [
        // ngx_http_auth_request_module.c answers 500 to a status that is neither yes nor no.
        new(["auth_request"], AppEventKind.AuthQuestionFailed, static text => Status500().IsMatch(text)),
        new(["unexpected"], AppEventKind.AuthQuestionFailed, static text => UnexpectedStatus().IsMatch(text) && Login().IsMatch(text)),
        new(["upgrade header"], AppEventKind.UpgradeMissing, static text => Lacks().IsMatch(text)),
        new(["websocket", "web socket", "wss:", "ws:", "upgrade required"], AppEventKind.WebSocketRefused, static text => Trouble().IsMatch(text) || Handshake().IsMatch(text)) { Value = HandshakeStatus },
        new(["proxy protocol", "proxy_protocol", "proxy-protocol"], AppEventKind.ProxyHeaderTold, static text => Trouble().IsMatch(text) || Lacks().IsMatch(text) || text.Contains("broken header", StringComparison.OrdinalIgnoreCase)),
        new(["proxy_pass", "fastcgi", "uwsgi", "grpc", "http/2"], AppEventKind.OtherProtocolTold, static text => OtherProtocol().IsMatch(text)),
        new(["https"], AppEventKind.PlainUpstreamTold, static text => PlainUpstream().IsMatch(text)),
        new(["sni", "proxy_ssl_server_name"], AppEventKind.NameNotSentTold, static text => NameNotSent().IsMatch(text)),
        new(["expired"], AppEventKind.CertificateExpiredTold, static text => Expired().IsMatch(text) && Behind().IsMatch(text)),
        new(["signed", "trust"], AppEventKind.CertificateUntrustedTold, static text => Untrusted().IsMatch(text) && Behind().IsMatch(text)),
        new(["No required SSL certificate was sent"], AppEventKind.ClientCertificateTold, static text => true),
    ];

    [GeneratedRegex(@"(?<![\d.:#])500(?![\d:#]|\.\d)")]
    private static partial Regex Status500();

    [GeneratedRegex(@"\b(?:without|missing|lacks?|not|n't|never)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Lacks();

    [GeneratedRegex(@"\bproxy_pass\b[^.]{0,60}\b(?:uwsgi|fastcgi|grpc)(?:_pass)?\b|\b(?:uwsgi|fastcgi|php-?fpm|grpc)\b[^.]{0,60}\bproxy_pass\b|\bspeaks? (?:only )?(?:fastcgi|uwsgi|grpc|http/?2|h2c|ajp)\b", RegexOptions.IgnoreCase)]
    private static partial Regex OtherProtocol();

    [GeneratedRegex(@"\b(?:backend|upstream|app|service|server|port|container)\b[^.]{0,40}\b(?:speaks?|serves?|expects?|supports?|uses?|understands|is) (?:only )?(?:plain |plaintext |unencrypted )?http\b(?!s)", RegexOptions.IgnoreCase)]
    private static partial Regex PlainUpstream();

    [GeneratedRegex(@"\bSNI\b[^.]{0,80}\b(?:needs?|needed|require[sd]?|missing|without|fails?|not sent|handshake)\b|\b(?:needs?|requires?|without|missing)\b[^.]{0,30}\bSNI\b|\bproxy_ssl_server_name\b", RegexOptions.IgnoreCase)]
    private static partial Regex NameNotSent();

    [GeneratedRegex(@"\bcertificate\b[^.]{0,60}\bexpired\b|\bexpired\b[^.]{0,40}\bcertificate\b", RegexOptions.IgnoreCase)]
    private static partial Regex Expired();

    [GeneratedRegex(@"\bself-?signed\b|\b(?:not|n't|un)[ -]?trust(?:ed)?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Untrusted();

    [GeneratedRegex(@"\b(?:upstream|backend|origin|proxy_ssl\w*|inner|behind nginx)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Behind();

    [GeneratedRegex(@"\bunexpected (?:http )?(?:status(?: code)? )?:?[1-5]\d\d\b|\bunexpected [1-5]\d\d(?: http)? status", RegexOptions.IgnoreCase)]
    private static partial Regex UnexpectedStatus();

    [GeneratedRegex(@"\bauth\w*|\blog(?:ged)?[ -]?in\b|\bsso\b|\boauth", RegexOptions.IgnoreCase)]
    private static partial Regex Login();

    [GeneratedRegex(@"\bproblems?\b|\bissues?\b|\bnot work|n't work|n't connect|\bnot connect|\bdisconnect|\bfail|\berror|\brefused|\bcould not|\bbroken?\b|\bbreaks?\b|\bnever (?:connects?|opens?)|(?<![\d.:#])[45]00(?![\d:#]|\.\d)", RegexOptions.IgnoreCase)]
    private static partial Regex Trouble();

    /// <summary>RFC 9110, 15.5.22 and RFC 6455, 4.2.2: what a server answers to a handshake that lost its Upgrade.</summary>
    [GeneratedRegex(@"(?<![\d.:#/])(?<status>400|426|405|404|200)(?![\d:#]|\.\d)|\bupgrade required\b", RegexOptions.IgnoreCase)]
    private static partial Regex Handshake();

    private static long? HandshakeStatus(string text)
        => Handshake().Match(text) is not { Success: true } told ? null : told.Groups["status"] is { Success: true } number && number.Value is "400" or "426" ? long.Parse(told.Groups["status"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) : text.Contains("upgrade required", StringComparison.OrdinalIgnoreCase) ? 426 : null;
}
