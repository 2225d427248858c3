using System.Globalization;
using System.Text.RegularExpressions;

namespace Why502.Logs.Pasting;

/// <summary>
/// A reverse proxy stands between nginx and the app, and says in words of its own what connect() met. One written in Go (GitLab's workhorse): <c>badgateway: failed to receive
/// response: dial unix /srv/app.socket: connect: no such file or directory</c>. Apache: <c>(2)No such file or directory: AH02454: FCGI: attempt to connect to Unix domain socket
/// /srv/app.socket (localhost) failed</c>. Its hop is read as nginx's own: address, errno and phase are the same three facts.
/// </summary>
internal static partial class DialedRecord
{
    /// <summary>gitlab-workhorse, internal/badgateway/roundtripper.go; net/http/httputil, ReverseProxy.defaultErrorHandler(); Caddy 1, httpserver/server.go. Other programs dial databases, too.</summary>
    private static readonly string[] Proxies = ["badgateway: ", "http: proxy error: ", "[ERROR 502 "];

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

    public static string Repair(string line)
    {
        if (Attempted().Match(line) is { Success: true } attempt)
        {
            return Record(attempt.Groups["path"].Success, attempt.Groups["path"].Success ? attempt.Groups["path"].Value : attempt.Groups["address"].Value, attempt.Groups["errno"].Value, attempt.Groups["text"].Value);
        }

        var said = Proxies.Select(marker => line.IndexOf(marker, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).First();
        if (said < 0 || TextScan.WordAfter(line, "dial ", said) is not ("unix" or "tcp" or "tcp4" or "tcp6") || ErrorLogLine.Parse(line) is { Known: not null })
        {
            return line;
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

    /// <summary>Apache's modules/proxy/proxy_util.c, ap_proxy_connect_to_backend(): apr_strerror() in front, and the address or the path behind.</summary>
    [GeneratedRegex(@"\((?<errno>\d{1,3})\)(?<text>[^:]{3,60}): AH\d{5}: \w{1,12}: attempt to connect to (?:Unix domain socket (?<path>/[^\s()]+)|(?<address>[^\s()]+:\d{1,5})) \([^()]*\) failed")]
    private static partial Regex Attempted();
}
