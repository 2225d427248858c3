namespace Why502.Diagnosis;

/// <summary>Defaults that changed between versions, as far as they reach a gateway. Defaults of nginx's own directives by version are in directives.tsv.</summary>
public static class ChangedDefaults
{
    private static readonly SymptomKind[] Connection = [SymptomKind.ClosedEarly, SymptomKind.Reset, SymptomKind.TimedOut, SymptomKind.OtherMessage, SymptomKind.Answered];
    private static readonly SymptomKind[] Handshake = [SymptomKind.OtherMessage, SymptomKind.ConnectFailed, SymptomKind.ClosedEarly, SymptomKind.Reset];
    private static readonly SymptomKind[] Response = [SymptomKind.OtherMessage, SymptomKind.ClosedEarly, SymptomKind.Answered];

    public static IReadOnlyList<ChangedDefault> All { get; } =
    [
        new(["nginx"], new(1, 29, 7), "keepalive to upstreams is on (32 connections of a group), proxy_http_version is 1.1 instead of 1.0, and \"Connection: close\" is no longer sent",
            Connection, "Until the app speaks HTTP/1.1 and keeps connections: proxy_http_version 1.0; proxy_set_header Connection close; or keepalive 0; in the upstream.",
            "nginx.org CHANGES 1.29.7; ngx_http_proxy_merge_loc_conf, ngx_http_upstream_init_keepalive") { KeepsConnections = true },
        new(["nginx"], new(1, 23, 0), "a response with both Content-Length and Transfer-Encoding, or with either twice, is refused with 502",
            Response, "Let the app send one of the two headers, once.",
            "ngx_http_upstream_process_transfer_encoding and ngx_http_upstream_process_content_length, from 1.23.0"),
        new(["nginx"], new(1, 27, 3), "TLSv1 and TLSv1.1 are no longer in the default of ssl_protocols and proxy_ssl_protocols",
            Handshake, "Let the upstream speak TLS 1.2; until then name the protocols in proxy_ssl_protocols.",
            "nginx.org CHANGES 1.27.3") { MendedAs = "tls-protocol-mismatch" },
        new(["nginx"], new(1, 21, 1), "requests with spaces or control characters in a header's name or the Host, and those with both Content-Length and Transfer-Encoding, are refused with 400",
            [SymptomKind.Answered, SymptomKind.OtherMessage], "Let the client (or the proxy in front) send valid headers.",
            "nginx.org CHANGES 1.21.1"),
        new(["openssl", "libssl"], new(3, 0), "legacy renegotiation is refused, and TLS 1.0 and 1.1 need security level 0",
            Handshake, "Renew the upstream's TLS; until then its protocol and ciphers have to be named (proxy_ssl_protocols, proxy_ssl_ciphers with @SECLEVEL=0).",
            "OpenSSL 3.0 migration guide, ossl-guide-migration(7)") { MendedAs = "tls-protocol-mismatch" },
        new(["openssl", "libssl"], new(1, 1, 1), "TLS 1.3 is offered, and distributions set security level 2 (no keys below 2048 bits, no SHA-1 signatures)",
            Handshake, "Renew the upstream's key and certificate.",
            "OpenSSL 1.1.1 NEWS; Debian 10 release notes, 5.2.3"),
        new(["php", "php-fpm"], new(5, 5, 12), "a pool's socket is 0660 instead of 0666: listen.owner, listen.group or listen.acl_users must let nginx in",
            [SymptomKind.ConnectFailed], "Set listen.owner and listen.group of the pool to the user of nginx's workers.",
            "PHP 5.4.28 and 5.5.12, CVE-2014-0185") { MendedAs = "socket-permission-denied" },
        new(["gunicorn", "python3-gunicorn"], new(22, 0), "requests with both Content-Length and Transfer-Encoding, invalid Transfer-Encoding or header names with underscores are refused or dropped",
            [SymptomKind.Answered, SymptomKind.ClosedEarly, SymptomKind.Reset], "See the setting header_map, and send headers with dashes.",
            "gunicorn 22.0.0 changelog"),
        new(["nodejs"], new(8, 0), "an idle connection is closed after 5 s (server.keepAliveTimeout; it was 2 min by server.timeout)",
            [SymptomKind.ClosedEarly, SymptomKind.Reset], "Set server.keepAliveTimeout above keepalive_timeout of nginx's upstream block.",
            "Node.js 8.0.0 changelog, http: keepAliveTimeout") { MendedAs = "keepalive-race" },
        new(["nodejs"], new(17, 0), "names resolve in the resolver's order: listen(port, 'localhost') may bind ::1 alone",
            [SymptomKind.ConnectFailed], "Let the app listen on 127.0.0.1, or nginx connect to [::1].",
            "Node.js 17.0.0 changelog, dns: default to verbatim=true") { MendedAs = "loopback-mismatch" },
        new(["nodejs"], new(18, 0), "a request must be complete within 300 s (server.requestTimeout; it had no limit)",
            [SymptomKind.ClosedEarly, SymptomKind.Reset, SymptomKind.Answered], "Set server.requestTimeout to what uploads take.",
            "Node.js 18.0.0 changelog, http: set default request timeout"),
        new(["tomcat"], new(9, 0, 31), "the AJP connector is bound to loopback and wants a secret (secretRequired)",
            [SymptomKind.ConnectFailed, SymptomKind.Answered], "Give the connector its address and secret.",
            "Apache Tomcat 9.0.31 changelog, CVE-2020-1938"),
    ];
}
