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
        (long errors, int most) = FailureCauses.MostOf(report);
        long explained = 0;
        foreach (TrafficFinding finding in others)
        {
            // What retries hid, and clients that left, are no errors of the status table.
            explained += finding.Kind == "abandoned" || !finding.IsFault ? 0 : finding.Harmed ?? finding.Count;
        }

        if (errors < ErrorsMin || errors < ShareMin * report.Rows || explained > ExplainedMax * errors)
        {
            yield break;
        }

        UpstreamTraffic? node = FailureCauses.MostFailing(report);
        bool isUpstreams = report.Upstreams.Sum(upstream => upstream.Failed - upstream.Hidden) * 2 >= errors;
        int failing = report.Upstreams.Count(upstream => upstream.Failed > 0);
        double share = errors / (double)report.Rows;
        (string? cause, string next) = FailureCauses.Of(report, most, share, isUpstreams ? node : null, failing == 1 ? null : $"the {failing} servers");
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
