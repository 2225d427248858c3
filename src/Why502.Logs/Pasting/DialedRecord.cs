using System.Globalization;

namespace Why502.Logs.Pasting;

/// <summary>
/// A reverse proxy written in Go stands between nginx and the app (GitLab's workhorse), and says in Go's words what connect() met: <c>badgateway: failed to receive
/// response: dial unix /srv/app.socket: connect: no such file or directory</c>. Its hop is read as nginx's own: address, errno and phase are the same three facts.
/// </summary>
internal static class DialedRecord
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

        var upstream = network == "unix" ? $"unix:{address}" : address;
        var url = network == "unix" ? $"http://unix:{address}:/" : $"http://{address}/";
        var call = failed.Errno == 110 ? "upstream timed out" : network == "unix" ? $"connect() to {upstream} failed" : "connect() failed";
        return $"[error] {call} ({failed.Errno.ToString(CultureInfo.InvariantCulture)}: {failed.Text}) while connecting to upstream, upstream: \"{url}\"";
    }
}
