using Why502.Traffic.Engine;

namespace Why502.Traffic.Findings;

/// <summary>All patterns, the ones that point to a cause first, and of these the one with the most failures.</summary>
internal static class Patterns
{
    public static IReadOnlyList<TrafficFinding> Find(TrafficReport report, TrafficTables tables, ReportContext context) =>
    [
        .. Everything(report, tables, context).Order(Comparer<TrafficFinding>.Create((one, other) => (one.Cause is null) != (other.Cause is null)
            ? (one.Cause is null).CompareTo(other.Cause is null)
            : (other.Harmed ?? other.Count).CompareTo(one.Harmed ?? one.Count))),
    ];

    private static IEnumerable<TrafficFinding> Everything(TrafficReport report, TrafficTables tables, ReportContext context) =>
    [
        .. BadNodes.Find(report, tables.Upstreams, context),
        .. NearTimeouts.Find(tables, context),
        .. LostGroups.Find(report),
        .. AbandonedRequests.Find(report, tables),
        .. ErrorWaves.Find(report),
        .. Bursts.Find(report),
        .. DailyPatterns.Find(report),
    ];

    /// <summary>What an access log says about a failing attempt, in the words of the causes: what was answered, by whom, and how fast.</summary>
    /// <param name="failedMedian">Milliseconds, or null.</param>
    public static (string Cause, string Next) CauseOf(int status, OriginCounts origin, double? failedMedian, string node) => status switch
    {
        500 or 503 => ("upstream-answered-error", $"The status is the app's own: read the app's log on {node}."),
        504 => ("upstream-slow", $"Find what {node} waits for: why502 diagnose with the error log tells whether the connection or the answer timed out."),
        502 when origin.Upstream > origin.Nginx + origin.Unknown => ("upstream-answered-error", $"{node} sends the 502 itself: look behind it."),
        // A refused connection is answered by the kernel at once; whoever accepts and then fails takes longer than that.
        502 when failedMedian is <= 5 => ("upstream-down", $"Attempts fail within milliseconds, as refused connections do: see whether anything listens at {node}; the error log says it for sure (why502 diagnose)."),
        _ => ("upstream-closed-early", $"The connection was made and lost: read the app's log on {node}, and the error log with why502 diagnose."),
    };
}
