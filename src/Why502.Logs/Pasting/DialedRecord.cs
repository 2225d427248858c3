using System.Globalization;
using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>
/// A reverse proxy stands between nginx and the app, and says in words of its own what connect() met. One written in Go (GitLab's workhorse): <c>badgateway: failed to receive
/// response: dial unix /srv/app.socket: connect: no such file or directory</c>, <c>http: proxy error: x509: certificate signed by unknown authority</c>. Apache: <c>(2)No such file or directory: AH02454: FCGI: attempt to connect to Unix domain socket
/// /srv/app.socket (localhost) failed</c>. Its hop is read as nginx's own: address, errno and phase are the same three facts.
/// </summary>
internal static partial class DialedRecord
{
    /// <summary>
    /// gitlab-workhorse, internal/badgateway/roundtripper.go; net/http/httputil, ReverseProxy.defaultErrorHandler(); Caddy 1, httpserver/server.go; oauth2-proxy, pkg/upstream/http.go;
    /// Traefik, pkg/server/service/proxy.go. Other programs dial databases, too.
    /// </summary>
    private static readonly string[] Proxies = ["badgateway: ", "http: proxy error: ", "[ERROR 502 ", "Error proxying to upstream server: ", "502 Bad Gateway' caused by: "];

    /// <summary>Go's syscall/zerrors_linux_amd64.go, which has its own table of strerror(3); net.errTimeout and net.errNoSuchHost have no number.</summary>
    private static readonly (string Words, int Errno, string Text)[] Errors =
    [
        ("connect: no such file or directory", 2, "No such file or directory"),
        ("connect: permission denied", 13, "Permission denied"),
        ("connect: resource temporarily unavailable", 11, "Resource temporarily unavailable"),
        ("connect: cannot assign requested address", 99, "Cannot assign requested address"),
        ("connect: network is unreachable", 101, "Network is unreachable"),
        ("connect: connection timed out", 110, "Connection timed out"),
        ("connect: connection refused", 111, "Connection refused"),
        ("connect: no route to host", 113, "No route to host"),
        ("i/o timeout", 110, "Connection timed out"),
    ];

    /// <summary>
    /// What went wrong once the connection was there, in Go's words and in nginx's: crypto/x509/verify.go; crypto/tls, alert.go (the numbers of RFC 8446, 6) and conn.go; net/http, transport.go; io.EOF
    /// and the errno of read(2) and write(2).
    /// </summary>
    private static readonly (string Words, string Message)[] Conversations =
    [
        ("x509: certificate has expired", "upstream SSL certificate verify error: (10:certificate has expired) while SSL handshaking to upstream"),
        ("x509: certificate signed by unknown authority", "upstream SSL certificate verify error: (20:unable to get local issuer certificate) while SSL handshaking to upstream"),
        ("x509: certificate is ", "upstream SSL certificate does not match \"{0}\" while SSL handshaking to upstream"),
        ("x509: cannot validate certificate for ", "upstream SSL certificate does not match \"{0}\" while SSL handshaking to upstream"),
        ("server gave HTTP response to HTTPS client", "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream"),
        ("first record does not look like a TLS handshake", "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream"),
        ("remote error: tls: handshake failure", "SSL_do_handshake() failed (SSL: error:0A000410:SSL routines::ssl/tls alert handshake failure:SSL alert number 40) while SSL handshaking to upstream"),
        ("remote error: tls: protocol version not supported", "SSL_do_handshake() failed (SSL: error:0A00042E:SSL routines::tlsv1 alert protocol version:SSL alert number 70) while SSL handshaking to upstream"),
        ("remote error: tls: unrecognized name", "SSL_do_handshake() failed (SSL: error:0A000458:SSL routines::tlsv1 unrecognized name:SSL alert number 112) while SSL handshaking to upstream"),
        ("remote error: tls: certificate required", "SSL_do_handshake() failed (SSL: error:0A00045C:SSL routines::tlsv13 alert certificate required:SSL alert number 116) while SSL handshaking to upstream"),
        ("read: connection reset by peer", "recv() failed (104: Connection reset by peer) while reading response header from upstream"),
        ("write: broken pipe", "writev() failed (32: Broken pipe) while sending request to upstream"),
    ];

    /// <summary>net.DNSError, net/net.go and net/dnsclient_unix.go, beside ngx_resolver_strerror().</summary>
    private static readonly (string Words, string Failure)[] LookUps = [(": no such host", "3: Host not found"), (": server misbehaving", "2: Server failure"), (": i/o timeout", "110: Operation timed out")];

    public static string Repair(string line)
    {
        if (Attempted().Match(line) is { Success: true } attempt)
        {
            return Record(attempt.Groups["path"].Success, attempt.Groups["path"].Success ? attempt.Groups["path"].Value : attempt.Groups["address"].Value, attempt.Groups["errno"].Value, attempt.Groups["text"].Value);
        }

        var said = Proxies.Select(marker => line.IndexOf(marker, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).First();
        if (said < 0 || ErrorLogLine.Parse(line) is { Known: not null })
        {
            return line;
        }

        if (LookedUp().Match(line, said) is { Success: true } asked)
        {
            return LookUps.FirstOrDefault(found => line.IndexOf(found.Words, asked.Index, StringComparison.Ordinal) >= 0) is { Failure: { } failure } ? $"[error] {asked.Groups[1].Value} could not be resolved ({failure})" : line;
        }

        if (TextScan.WordAfter(line, "dial ", said) is not ("unix" or "tcp" or "tcp4" or "tcp6"))
        {
            return Conversations.FirstOrDefault(one => line.IndexOf(one.Words, said, StringComparison.Ordinal) >= 0) is { Message: { } message } met ? "[error] " + message.Replace("{0}", NameIn(line, met.Words), StringComparison.Ordinal)
                : Ended().IsMatch(line, said) ? "[error] upstream prematurely closed connection while reading response header from upstream"
                : line;
        }

        var network = TextScan.WordAfter(line, "dial ", said)!;
        var address = TextScan.WordAfter(line, $"dial {network} ", said)?.TrimEnd(':');
        // Go before 1.11 names the call that noticed it (net/fd_unix.go).
        var words = line.Replace("getsockopt: ", "connect: ", StringComparison.Ordinal);
        var failed = Errors.FirstOrDefault(error => words.IndexOf(error.Words, said, StringComparison.Ordinal) >= 0);
        if (address is not { Length: > 0 } || failed.Words is null)
        {
            return line;
        }

        return Record(network == "unix", address, failed.Errno.ToString(CultureInfo.InvariantCulture), failed.Text);
    }

    private static string Record(bool isUnix, string address, string errno, string text)
    {
        var call = errno == "110" ? "upstream timed out" : isUnix ? $"connect() to unix:{address} failed" : "connect() failed";
        return $"[error] {call} ({errno}: {text}) while connecting to upstream, upstream: \"{(isUnix ? $"http://unix:{address}:/" : $"http://{address}/")}\"";
    }

    /// <summary><c>x509: certificate is valid for a.example, not b.example</c>, <c>cannot validate certificate for 10.0.0.7 because …</c>: the name that was wanted.</summary>
    private static string NameIn(string line, string words)
        => TextScan.WordAfter(line, ", not ") ?? (words.EndsWith("for ", StringComparison.Ordinal) ? TextScan.WordAfter(line, words) : null) ?? "";

    [GeneratedRegex(@": (?:unexpected )?EOF\b")]
    private static partial Regex Ended();

    [GeneratedRegex(@"\blookup ([A-Za-z0-9_.-]{1,253})(?: on [^\s]+)?:")]
    private static partial Regex LookedUp();

    /// <summary>Apache's modules/proxy/proxy_util.c, ap_proxy_connect_to_backend(): apr_strerror() in front, and the address or the path behind.</summary>
    [GeneratedRegex(@"\((?<errno>\d{1,3})\)(?<text>[^:]{3,60}): AH\d{5}: \w{1,12}: attempt to connect to (?:Unix domain socket (?<path>/[^\s()]+)|(?<address>[^\s()]+:\d{1,5})) \([^()]*\) failed")]
    private static partial Regex Attempted();
}
