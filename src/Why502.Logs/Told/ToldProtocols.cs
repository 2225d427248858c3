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
        new(["websocket", "web socket", "wss:", "ws:", "upgrade required"], AppEventKind.WebSocketRefused, static text => Trouble().IsMatch(text) || Handshake().IsMatch(text)) { Value = HandshakeStatus },
        new(["proxy protocol", "proxy_protocol", "proxy-protocol"], AppEventKind.ProxyHeaderTold, static text => Trouble().IsMatch(text) || text.Contains("broken header", StringComparison.OrdinalIgnoreCase)),
        new(["No required SSL certificate was sent"], AppEventKind.ClientCertificateTold, static text => true),
    ];

    [GeneratedRegex(@"(?<![\d.:#])500(?![\d:#]|\.\d)")]
    private static partial Regex Status500();

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
