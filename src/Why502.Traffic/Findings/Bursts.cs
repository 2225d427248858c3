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

        double[] counts = new double[report.Minutes.Count];
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = report.Minutes[i].Rows;
        }

        double median = Median.Of(counts);
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

        return bursts.Order(Comparer<List<MinuteTraffic>>.Create((one, other) => RowsOf(other).CompareTo(RowsOf(one)))).Take(BurstsMax)
            .Order(Comparer<List<MinuteTraffic>>.Create((one, other) => DateTimeOffset.Compare(one[0].Minute, other[0].Minute)))
            .Select(burst => Describe(report, burst, median));
    }

    private static long RowsOf(List<MinuteTraffic> burst) => burst.Sum(m => m.Rows);

    private static TrafficFinding Describe(TrafficReport report, List<MinuteTraffic> burst, double median)
    {
        long rows = RowsOf(burst);
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
