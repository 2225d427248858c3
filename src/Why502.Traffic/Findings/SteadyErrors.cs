namespace Why502.Traffic.Findings;

/// <summary>Errors that no other pattern explains: they come all the time, from everywhere.</summary>
internal static class SteadyErrors
{
    private const long ErrorsMin = 20;
    private const double ShareMin = 0.01;

    /// <summary>Of the errors, what other findings may explain at most.</summary>
    private const double ExplainedMax = 0.5;

    public static IEnumerable<TrafficFinding> Find(TrafficReport report, IReadOnlyList<TrafficFinding> others)
    {
        (long errors, long bad, long unavailable, long timeout) = (0, 0, 0, 0);
        foreach ((int status, long count) in report.Status)
        {
            errors += status is >= 500 and < 600 ? count : 0;
            bad += status == 502 ? count : 0;
            unavailable += status == 503 ? count : 0;
            timeout += status == 504 ? count : 0;
        }

        long explained = 0;
        foreach (TrafficFinding finding in others)
        {
            // What retries hid, and clients that left, are no errors of the status table.
            explained += finding.Cause is null || finding.Kind == "abandoned" ? 0 : finding.Harmed ?? finding.Count;
        }

        if (errors < ErrorsMin || errors < ShareMin * report.Rows || explained > ExplainedMax * errors)
        {
            yield break;
        }

        UpstreamTraffic? node = report.Upstreams.Where(upstream => upstream.Failed > 0).MaxBy(upstream => upstream.Failed);
        bool isUpstreams = report.Upstreams.Sum(upstream => upstream.Failed - upstream.Hidden) * 2 >= errors;
        int failing = report.Upstreams.Count(upstream => upstream.Failed > 0);
        bool hasUpstreams = report.Upstreams.Count > 0;
        int most = Patterns.MostOf(errors, bad, unavailable, timeout);
        double share = errors / (double)report.Rows;
        (string? cause, string next) = isUpstreams && node is not null ? Patterns.CauseOf(most, node, failing == 1 ? node.Upstream : $"the {failing} servers")
            : hasUpstreams || report.Unlogged.All(value => value.Variable != "$upstream_addr") ? Patterns.CauseWithoutUpstream(most, share, report) : Patterns.CauseOf(most);
        FrequentValue? route = report.Routes.MaxBy(found => found.ServerErrors);
        yield return new TrafficFinding
        {
            Kind = "steady-errors",
            Cause = cause,
            Title = $"{share:P1} of the requests failed, all the time: {errors:N0} of {report.Rows:N0}",
            Upstream = isUpstreams && failing == 1 ? node?.Upstream : null,
            From = report.From,
            To = report.To,
            Count = errors,
            Of = report.Rows,
            Evidence =
            [
                $"most of it: {most}",
                $"made by nginx {report.Origin.Nginx:N0}, the upstream {report.Origin.Upstream:N0}, not known {report.Origin.Unknown:N0}",
                .. route is { ServerErrors: > 0 } ? [$"most often {route.Value}: {route.ServerErrors:N0}"] : Array.Empty<string>(),
            ],
            Next = next,
        };
    }
}
