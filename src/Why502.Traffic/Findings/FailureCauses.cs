namespace Why502.Traffic.Findings;

/// <summary>Which cause failures point to, as far as an access log tells.</summary>
internal static class FailureCauses
{
    /// <summary>Connections that fail take as long as this where no packet comes back; refused ones come back at once.</summary>
    private const double SilentMin = 1000;

    /// <summary>Milliseconds in which the kernel of a server refuses a connection.</summary>
    private const double AtOnceMax = 5;

    /// <summary>Of a minute's attempts so many fail where a server is down for some seconds of it.</summary>
    private const double DownShareMin = 0.2;

    /// <summary>Of requests that nginx itself answered with 502 or 503, so many are all: a limit would let some pass.</summary>
    private const double AllMin = 0.95;

    /// <summary>The status of more than half of the errors; 500 when none of the gateway's is.</summary>
    public static int MostOf(long errors, long bad, long unavailable, long timeout)
        => bad * 2 > errors ? 502 : unavailable * 2 > errors ? 503 : timeout * 2 > errors ? 504 : 500;

    /// <summary>All errors of a log, and their status as <see cref="MostOf(long, long, long, long)"/>.</summary>
    public static (long Errors, int Status) MostOf(TrafficReport report)
    {
        long errors = 0;
        foreach ((int status, long count) in report.Status)
        {
            errors += status is >= 500 and < 600 ? count : 0;
        }

        return (errors, MostOf(errors, report.Status.GetValueOrDefault(502), report.Status.GetValueOrDefault(503), report.Status.GetValueOrDefault(504)));
    }

    /// <summary>The upstream with the most failed attempts; null when none failed.</summary>
    public static UpstreamTraffic? MostFailing(TrafficReport report) => report.Upstreams.Where(upstream => upstream.Failed > 0).MaxBy(upstream => upstream.Failed);

    /// <param name="share">Of the requests at that time, how many failed.</param>
    /// <param name="node">What is accused; null where no upstream is.</param>
    /// <param name="name">What is accused, where it is more than this node.</param>
    public static (string? Cause, string Next) Of(TrafficReport report, int status, double share, UpstreamTraffic? node, string? name = null)
        => node is not null ? OfNode(status, node, name ?? node.Upstream)
            : report.Unlogged.Any(value => value.Variable == "$upstream_addr") ? OfStatus(status)
            : WithoutUpstream(status, share, report);

    /// <summary>
    /// What an access log says of failures of which no upstream is known, only the status. A 502 is said of a server that refuses, closes, resets or sends no valid answer, a 503 by the app and by nginx's
    /// limits and pages alike: the status alone points to none of them.
    /// </summary>
    private static (string? Cause, string Next) OfStatus(int status) => status switch
    {
        503 => (null, "The app may say 503, or nginx itself (limit_req, limit_conn, a maintenance page): this log does not tell. Look for them in the configuration (why502 config route), and log $upstream_addr and $upstream_status."),
        504 => ("upstream-slow", "Find what the app waits for: why502 diagnose with the error log tells whether the connection or the answer timed out."),
        502 => (null, "nginx says 502 of a server that refuses the connection, closes or resets it, or sends no valid answer: which of them, this log does not tell. The error log does (why502 diagnose). Log $upstream_addr and the upstream's times to see which server, and how far it came."),
        _ => ("upstream-answered-error", "Read the app's log. $upstream_status in the log_format would tell whether nginx itself said it."),
    };

    /// <summary>What an access log says of failures for which no upstream was asked: nginx answered by itself.</summary>
    private static (string? Cause, string Next) WithoutUpstream(int status, double share, TrafficReport report) => status switch
    {
        503 when share < AllMin => ("rate-limited", "nginx answered 503 without asking an upstream: limit_req or limit_conn (the error log says `limiting requests`), or a return in the configuration."),
        502 or 503 or 504 when report.Origin.Nginx > 0 => ("status-from-config", $"nginx answered {status} without asking an upstream: look for `return {status}`, error_page and maintenance switches in the configuration (why502 config route)."),
        _ => (null, "nginx itself answered without asking an upstream: the error log says why (why502 diagnose)."),
    };

    /// <summary>What an access log says about a node's failing attempts, in the words of the causes: what was answered, by whom, and how fast.</summary>
    public static (string Cause, string Next) OfNode(int status, UpstreamTraffic node, string name)
    {
        bool isUnconnected = node.FailedUnconnected * 2 > node.Failed;
        return status switch
        {
            _ when node.IsGroup => ("upstream-group-exhausted", $"No server of {name} was live: what made them fail comes first (why502 diagnose)."),
            504 when isUnconnected => ("connect-timeout", $"The connection to {name} was not made in time (no $upstream_connect_time): see whether packets reach it, and whether its accept queue is full."),
            504 => ("upstream-slow", $"Find what {name} waits for: why502 diagnose with the error log tells whether the connection or the answer timed out."),
            502 when isUnconnected && node.FailedMedian > SilentMin => ("host-unreachable", $"No connection to {name} was made, and the refusal took long: see the route to it and what filters packets; the error log has the errno (why502 diagnose)."),
            502 when isUnconnected => ("upstream-down", $"No connection to {name} was made (no $upstream_connect_time): see whether anything listens there; the error log says it for sure (why502 diagnose)."),
            502 when IsItsOwn(node) => ("upstream-answered-error", $"{name} sends the 502 itself: look behind it."),
            502 when node.FailedMedian is <= AtOnceMax && AnswersMeanwhile(node) => ("upstream-closed-early", $"Attempts fail within milliseconds while {name} answers others: nginx may use idle connections that the app has just closed (keepalive), or the app restarts often. The error log tells which (why502 diagnose)."),
            // A refused connection is answered by the kernel at once; whoever accepts and then fails takes longer than that.
            502 when node.FailedMedian is <= AtOnceMax => ("upstream-down", $"Attempts fail within milliseconds, as refused connections do: see whether anything listens at {name}; the error log says it for sure (why502 diagnose)."),
            502 => ("upstream-closed-early", $"The connection was made and lost: read the app's log on {name}, and the error log with why502 diagnose."),
            _ => ("upstream-answered-error", $"The status is the app's own: read the app's log on {name}."),
        };
    }

    /// <summary>
    /// Whether a node answers in the very minutes in which it fails, by far most attempts: a server that is down answers none. $upstream_connect_time does not tell: nginx notes it before it looks whether the
    /// connection was refused (ngx_http_upstream_send_request).
    /// </summary>
    private static bool AnswersMeanwhile(UpstreamTraffic node)
    {
        (double failed, double share) = (0, 0);
        foreach (UpstreamMinute minute in node.Series)
        {
            failed += minute.Failed;
            share += minute.Failed * (minute.Failed / (double)Math.Max(minute.Attempts, 1));
        }

        // In a slot of several minutes, a minute without an answer is a part of it.
        return failed > 0 && share / failed * node.SeriesStep < DownShareMin;
    }

    /// <summary>Whether a header came with the failures: nginx's own 502 has none.</summary>
    private static bool IsItsOwn(UpstreamTraffic node) => node.FailedAnswered + node.FailedUnanswered > 0
        ? node.FailedAnswered > node.FailedUnanswered
        : node.Origin.Upstream > node.Origin.Nginx + node.Origin.Unknown;
}
