using Why502.Logs;

namespace Why502.Diagnosis.Readings;

/// <summary>
/// Failures that no client saw, because nginx asked the next server of the group (proxy_next_upstream) or answered with a page of
/// its own (error_page, proxy_intercept_errors): the fault is there all the same.
/// </summary>
public static class HiddenFailureReading
{
    /// <summary>Below this share of the requests an odd failure is what retries are for.</summary>
    private const double ShareMin = 0.001;

    private const int NotesMax = 3;

    public static IEnumerable<string> Notes(IReadOnlyList<AccessLogSummary> logs)
    {
        var rows = logs.Sum(log => log.Rows);
        return Retried(logs, rows).Concat(Replaced(logs, rows));
    }

    /// <summary>Every request that failed at this server was answered by another one of its group: the access log knows the requests, up to the last failure, and none that ended as an error.</summary>
    public static bool HidesAll(Incident incident)
        => incident is { FromProbe: false, Status: null, Group.Peers.Count: > 1, Phase: Phase.Connect or Phase.Tls or Phase.Send or Phase.Header, Traffic: { Known: true } traffic }
            && traffic.Succeeded >= incident.Requests && traffic.LastSuccess >= incident.Last
            && !traffic.Groups.Any(group => group.Status >= 499);

    /// <summary>The upstream's last word was a gateway's error, and the client got something else.</summary>
    public static bool IsReplaced(AccessGroup group) => group is { Status: >= 200 and < 500 and not 499, UpstreamStatuses: [.., 502 or 503 or 504] };

    /// <summary>The upstream's last word was a gateway's error, and the client got another one in its place (error_page 504 =503 …).</summary>
    public static bool IsRenamed(AccessGroup group) => group is { Status: >= 500, UpstreamStatuses: [.., 502 or 503 or 504] } && group.UpstreamStatuses[^1] != group.Status;

    private static IEnumerable<string> Retried(IReadOnlyList<AccessLogSummary> logs, long rows)
        => logs.SelectMany(log => log.HiddenRetries)
            .GroupBy(retry => retry.UpstreamAddr, StringComparer.Ordinal)
            .Select(peer => (Address: peer.Key, Count: peer.Sum(retry => retry.Count), Main: peer.MaxBy(retry => retry.Count)!))
            .Where(peer => peer.Count >= Math.Max(1, rows * ShareMin))
            .OrderByDescending(peer => peer.Count)
            .Take(NotesMax)
            .Select(peer => $"{peer.Count} of {rows} requests were answered only by another server of the group, after {peer.Address} had failed them ($upstream_status: {peer.Main.AttemptStatus}, {peer.Main.FinalStatus}): nobody saw it, and a second server that fails would be seen by all.");

    private static IEnumerable<string> Replaced(IReadOnlyList<AccessLogSummary> logs, long rows)
        => logs.SelectMany(log => log.Groups)
            .Where(IsReplaced)
            .GroupBy(group => (group.UpstreamAddr, group.Status))
            .Select(place => (place.Key.UpstreamAddr, place.Key.Status, Count: place.Sum(group => group.Count), Failed: place.First().UpstreamStatuses[^1]))
            .Where(place => place.Count >= Math.Max(1, rows * ShareMin))
            .OrderByDescending(place => place.Count)
            .Take(NotesMax)
            .Select(place => $"{place.Count} of {rows} requests got {place.Status} although {place.UpstreamAddr ?? "the upstream"} had failed them with {place.Failed}: error_page or proxy_intercept_errors answers in its place.");
}
