namespace Why502.Traffic.Findings;

/// <summary>Requests for which no server of a group was live: nginx logs the group's name as the upstream.</summary>
internal static class LostGroups
{
    public static IEnumerable<TrafficFinding> Find(TrafficReport report)
    {
        foreach (UpstreamTraffic group in report.Upstreams.Where(u => u.IsGroup && u.Status.Keys.Append(0).Concat(u.FinalStatus.Keys).Any(s => s is 502 or 503)))
        {
            List<UpstreamMinute> failed = [.. group.Series.Where(s => s.Failed > 0)];
            yield return new TrafficFinding
            {
                Kind = "no-live-upstreams",
                Cause = "upstream-group-exhausted",
                Title = $"{group.Attempts:N0} {(group.Attempts == 1 ? "request" : "requests")} found no live server in {group.Upstream}",
                Upstream = group.Upstream,
                From = failed.Count > 0 ? failed[0].Minute : null,
                To = failed.Count > 0 ? failed[^1].Minute.AddMinutes(group.SeriesStep) : null,
                Count = group.Attempts,
                Of = report.Rows,
                Evidence = [$"$upstream_addr is the group's name, which nginx logs when every server was marked as failed"],
                Next = "What made the servers fail comes first: see the findings of its nodes, and the error log for `no live upstreams` (why502 diagnose).",
            };
        }
    }
}
