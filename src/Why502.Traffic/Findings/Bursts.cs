namespace Why502.Traffic.Findings;

/// <summary>Minutes with far more requests than usual, and what became of them.</summary>
internal static class Bursts
{
    private const double RatioMin = 3;

    /// <summary>Standard deviations of a Poisson count above the median.</summary>
    private const double DeviationsMin = 8;
    private const int BurstsMax = 5;
    private const int MinutesMin = 10;

    /// <summary>Minutes with less between two parts of one burst.</summary>
    private const int GapMax = 2;

    public static IEnumerable<TrafficFinding> Find(TrafficReport report)
    {
        if (report.Minutes.Count < MinutesMin)
        {
            return [];
        }

        long[] counts = [.. report.Minutes.Select(m => m.Rows)];
        Array.Sort(counts);
        double median = counts[counts.Length / 2];
        double limit = Math.Max(median * RatioMin, median + DeviationsMin * Math.Sqrt(median));
        List<List<MinuteTraffic>> bursts = [];
        foreach (MinuteTraffic minute in report.Minutes.Where(m => m.Rows > limit))
        {
            if (bursts.Count > 0 && minute.Minute <= bursts[^1][^1].Minute.AddMinutes(report.MinuteStep * (GapMax + 1)))
            {
                bursts[^1].Add(minute);
            }
            else
            {
                bursts.Add([minute]);
            }
        }

        return bursts.Count == 0 ? [] : bursts.OrderByDescending(b => b.Sum(m => m.Rows)).Take(BurstsMax).Select(b => Describe(report, b, median)).OrderBy(f => f.From);
    }

    private static TrafficFinding Describe(TrafficReport report, List<MinuteTraffic> burst, double median)
    {
        long rows = burst.Sum(m => m.Rows);
        long bad = burst.Sum(m => m.ServerError + m.Abandoned);
        long slow = burst.Sum(m => m.GatewayTimeout + m.Abandoned);
        long refused = burst.Sum(m => m.Unavailable);
        double during = bad / (double)rows;
        long otherRows = Math.Max(report.Rows - rows, 1);
        double outside = (report.Minutes.Sum(m => m.ServerError + m.Abandoned) - bad) / (double)otherRows;
        bool harmed = bad >= 20 && during > 2 * outside;
        return new TrafficFinding
        {
            Kind = "burst",
            // More requests than workers: they wait, are given up or time out. 503 is a limit that said no.
            Cause = !harmed ? null : refused * 2 > bad ? "rate-limited" : slow * 2 > bad ? "worker-pool-exhausted" : "upstream-answered-error",
            Title = $"{burst.Max(m => m.Rows):N0} requests in a minute where {median:N0} are usual",
            From = burst[0].Minute,
            To = burst[^1].Minute.AddMinutes(report.MinuteStep),
            Count = rows,
            Of = report.Rows,
            Harmed = bad,
            Evidence = [$"{rows:N0} requests in {burst.Count} minutes", $"5xx and 499: {during:P2} in it, {outside:P2} outside"],
            Next = harmed
                ? "See who sent them (clients, routes) in this window: why502 traffic with --since and --until; then the app's number of workers, or limit_req in front of it."
                : "It was served. If it was not wanted, see who sent it: why502 traffic with --since and --until.",
        };
    }
}
