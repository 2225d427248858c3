namespace Why502.Traffic.Findings;

/// <summary>A route that fails far more often than all others: its handler is the fault, not the servers.</summary>
internal static class BadRoutes
{
    private const double SignificanceMax = 0.001;
    private const double RatioMin = 5;
    private const double ShareMin = 0.02;
    private const long FailuresMin = 20;
    private const int RoutesMax = 3;

    public static IEnumerable<TrafficFinding> Find(TrafficReport report)
    {
        (long errors, int status) = FailureCauses.MostOf(report);
        List<TrafficFinding> found = [];
        foreach (FrequentValue route in report.Routes)
        {
            long otherErrors = errors - route.ServerErrors;
            long otherRows = report.Rows - route.Count;
            double share = route.ServerErrors / (double)Math.Max(route.Count, 1);
            double others = otherErrors / (double)Math.Max(otherRows, 1);
            if (route.ServerErrors < FailuresMin || share < ShareMin || otherRows < route.Count / 10 || share < RatioMin * others || otherRows <= 0)
            {
                continue;
            }

            double p = Math.Min(1, Chance.BinomialBound(route.ServerErrors, errors, route.Count / (double)report.Rows) * report.Routes.Count);
            if (p <= SignificanceMax)
            {
                found.Add(Describe(report, route, status, share, others, p));
            }
        }

        return found.OrderByDescending(finding => finding.Count).Take(RoutesMax);
    }

    private static TrafficFinding Describe(TrafficReport report, FrequentValue route, int status, double share, double others, double p)
    {
        UpstreamTraffic? node = FailureCauses.MostFailing(report);
        (string? cause, string next) = FailureCauses.Of(report, status, share, node);
        return new TrafficFinding
        {
            Kind = "bad-route",
            Cause = cause,
            Title = $"{route.Value} fails {share:P1} of its requests, everything else {others:P2}",
            From = report.From,
            To = report.To,
            Count = route.ServerErrors,
            Of = route.Count,
            PValue = p,
            Evidence =
            [
                $"{route.ServerErrors:N0} of {route.Count:N0} requests failed; most of all failures are {status}",
                .. route.RequestTime is { } time ? [$"its requests take {time.P50 / 1000:0.###} s in the median, {time.P99 / 1000:0.###} s in one of a hundred"] : Array.Empty<string>(),
            ],
            Next = $"Look at what handles {route.Value} first. {next}",
        };
    }
}
