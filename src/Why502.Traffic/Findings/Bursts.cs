namespace Why502.Traffic.Findings;

/// <summary>Minutes with far more requests than usual, and what became of them.</summary>
internal static class Bursts
{
    private const double RatioMin = 3;

    /// <summary>Standard deviations of a Poisson count above the median.</summary>
    private const double DeviationsMin = 8;

    /// <summary>The median of the differences from the median → the standard deviation, of a normal distribution.</summary>
    private const double ToDeviation = 1.4826;

    /// <summary>What is usual is looked for in this time on both sides: a burst is shorter.</summary>
    private static readonly TimeSpan Surroundings = TimeSpan.FromMinutes(90);

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
        double limit = Limit(counts, median);
        List<List<MinuteTraffic>> bursts = [];
        for (int i = 0; i < report.Minutes.Count; i++)
        {
            // What is usual at that time of the day is no burst, however quiet the night was.
            MinuteTraffic minute = report.Minutes[i];
            if (minute.Rows <= limit || minute.Rows <= Around(report, i))
            {
                continue;
            }

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

    /// <summary>Above the median by far, whatever spread is usual here.</summary>
    /// <param name="counts">Their order changes.</param>
    private static double Limit(double[] counts, double median)
    {
        double[] differences = new double[counts.Length];
        for (int i = 0; i < counts.Length; i++)
        {
            differences[i] = Math.Abs(counts[i] - median);
        }

        double deviation = Math.Max(Math.Sqrt(median), ToDeviation * Median.Of(differences));
        return Math.Max(median * RatioMin, median + DeviationsMin * deviation);
    }

    /// <summary>The limit by the minutes around one; those without a request count, too.</summary>
    private static double Around(TrafficReport report, int at)
    {
        IReadOnlyList<MinuteTraffic> minutes = report.Minutes;
        (int first, int last) = (at, at);
        while (first > 0 && minutes[at].Minute - minutes[first - 1].Minute <= Surroundings)
        {
            first--;
        }

        while (last + 1 < minutes.Count && minutes[last + 1].Minute - minutes[at].Minute <= Surroundings)
        {
            last++;
        }

        int steps = (int)Math.Round((minutes[last].Minute - minutes[first].Minute).TotalMinutes / Math.Max(report.MinuteStep, 1)) + 1;
        double[] counts = new double[Math.Max(steps, last - first + 1)];
        for (int i = first; i <= last; i++)
        {
            counts[i - first] = minutes[i].Rows;
        }

        return Limit(counts, Median.Of(counts));
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
            IsFault = harmed,
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
