using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// Which statuses are symptoms by themselves. What is normal on a healthy machine is none: an app's own 500 and 404, a page
/// that is not there, a login that was refused.
/// </summary>
public static class AnsweredForms
{
    /// <summary>A gateway-class answer of an app is unusual in any number; below one in twenty it is a note.</summary>
    public const double GatewayShare = 0.05;

    /// <summary>Clients leave now and then: one in ten that does so has a reason.</summary>
    public const double AbortShare = 0.1;

    /// <summary>Limits are there to refuse somebody; one request in ten is more than a few bots.</summary>
    public const double LimitShare = 0.1;

    /// <summary>A place where more than half of all requests are refused as malformed or not found does not work.</summary>
    public const double RefusalShare = 0.5;

    /// <summary>Fewer rows than this say nothing in a log of a running site.</summary>
    public const int Least = 3;

    /// <summary>Single aborts are normal, and a load test that ends makes a few at once.</summary>
    public const int LeastAborts = 5;

    /// <summary>
    /// Status 000: nginx closed the connection before it had sent anything (headers_out.status is still 0 when the request is logged), as
    /// ngx_shutdown_timer_handler() does with what an old worker still holds. Where no such timer is set, it says nothing of a gateway.
    /// </summary>
    public static AnsweredForm Cut { get; } = new("cut", ["reload-cut"], Phase.Header, Side.Nginx, How.Closed, Origin.Nginx, 0, 1);

    /// <summary>The same after the header was sent: the row has its status, and only the moment and the time that the answers took tell that they were cut.</summary>
    public static AnsweredForm CutAnswer { get; } = new("cut", ["reload-cut"], Phase.Body, Side.Nginx, How.Closed, Origin.Nginx, 0, Least);

    /// <summary>A 500 of the app that its own log explains by the limit on its memory: any other is the app's business.</summary>
    public static AnsweredForm OutOfMemory { get; } = new("memory", ["worker-out-of-memory"], Phase.Header, Side.Upstream, How.Limit, Origin.Upstream, GatewayShare, Least);

    /// <summary>
    /// Nobody ever waited long enough: who takes requests and answers none may be slow, and as well wait for the rest of something that was never meant for it, as
    /// an HTTP server does with a TLS handshake or a FastCGI record.
    /// </summary>
    public static AnsweredForm Unanswered { get; } = new("abort", ["client-gave-up", "protocol-mismatch", "tls-plaintext-upstream"], Phase.Header, Side.Client, How.Closed, Origin.Client, 1, LeastAborts);

    /// <summary>The form of a row's status, or null when it is no symptom.</summary>
    /// <param name="origin">Who made it, as far as the row and the error log tell.</param>
    public static AnsweredForm? Of(int status, StatusOrigin origin) => (status, origin) switch
    {
        // ngx_http_proxy_process_status_line: bytes that are no status line are taken for HTTP/0.9, and $status is 009.
        (9, _) => new("no-status-line", ["protocol-mismatch"], Phase.Header, Side.Upstream, How.Invalid, Origin.Upstream, GatewayShare, 1),
        (499, _) => new("abort", ["client-gave-up"], Phase.Header, Side.Client, How.Closed, Origin.Client, AbortShare, LeastAborts),
        (502 or 503 or 504, StatusOrigin.Upstream) => new("answered", ["upstream-answered-error"], Phase.Header, Side.Upstream, How.Invalid, Origin.Upstream, GatewayShare, Least),
        (503, StatusOrigin.Nginx) => new("refused", ["rate-limited", "status-from-config"], Phase.Connect, Side.Nginx, How.Limit, Origin.Nginx, LimitShare, Least),
        (502 or 504, StatusOrigin.Nginx) => new("configured", ["status-from-config"], Phase.Connect, Side.Nginx, How.Denied, Origin.Nginx, GatewayShare, Least),
        (500, StatusOrigin.Nginx) => new("internal", ["status-from-config", "internal-redirect-cycle", "auth-subrequest-failed", "redirect-or-loop"], Phase.Connect, Side.Nginx, How.Invalid, Origin.Nginx, GatewayShare, Least),
        (502 or 503 or 504, StatusOrigin.Unknown) => new("gateway", ["upstream-answered-error", "status-from-config", "rate-limited"], Phase.Header, Side.Upstream, How.Invalid, Origin.Nginx, GatewayShare, Least),
        (429, StatusOrigin.Nginx) => new("refused", ["rate-limited", "status-from-config"], Phase.Connect, Side.Nginx, How.Limit, Origin.Nginx, LimitShare, Least),
        // RFC 9110 §15.5.22, §15.6.6: they refuse the protocol and not the request, and no client can mend that.
        (426 or 505, StatusOrigin.Upstream or StatusOrigin.Unknown) => new("wrong-version", ["upgrade-failed", "protocol-mismatch"], Phase.Header, Side.Upstream, How.Invalid, Origin.Upstream, GatewayShare, Least),
        (400, StatusOrigin.Upstream or StatusOrigin.Unknown) => new("bad-request", ["upgrade-failed", "protocol-mismatch", "proxy-protocol-mismatch", "tls-client-certificate-required"], Phase.Header, Side.Upstream, How.Invalid, Origin.Upstream, RefusalShare, Least),
        (400, StatusOrigin.Nginx) => new("bad-request", ["proxy-protocol-mismatch"], Phase.Header, Side.Client, How.Invalid, Origin.Nginx, RefusalShare, Least),
        (404, StatusOrigin.Upstream or StatusOrigin.Unknown) => new("not-found", ["proxy-uri-rewrite", "wrong-server-block"], Phase.Header, Side.Upstream, How.Invalid, Origin.Upstream, RefusalShare, Least),
        (404 or 421, StatusOrigin.Nginx) => new("not-found", ["wrong-server-block"], Phase.Connect, Side.Nginx, How.Denied, Origin.Nginx, RefusalShare, Least),
        _ => null,
    };
}
