namespace Why502.Traffic.Findings;

/// <summary>Stretches in which errors stand out, their first bad minutes, and what changed in them; many of them at equal distances are one finding.</summary>
internal static class ErrorWaves
{
    private const long ErrorsMin = 20;

    /// <summary>Errors of one wave among several; alone it needs <see cref="ErrorsMin"/> to be told.</summary>
    private const long WaveErrorsMin = 5;

    private const double RatioMin = 3;
    private const double SpanMax = 0.9;
    private const double SignificanceMax = 0.001;

    /// <summary>Waves that are looked for, and those that are told one by one.</summary>
    private const int WavesMax = 32;
    private const int ToldMax = 3;

    /// <summary>A further wave is told when it has at least this share of the worst one's errors.</summary>
    private const double BesideMin = 0.2;

    /// <summary>Of what rose in a wave, the share of one server that is named for it.</summary>
    private const double OneMin = 0.6;

    private const int RecurringMin = 4;
    private const double DistanceSlack = 0.1;

    private readonly record struct Wave(int First, int Last, long Errors, long Rows, long OtherErrors, long OtherRows, double Chance);

    public static IEnumerable<TrafficFinding> Find(TrafficReport report)
    {
        List<Wave> waves = Waves(report);
        if (waves.Count == 0)
        {
            return [];
        }

        if (Distance(report, waves) is { } minutes)
        {
            return [Recurring(report, waves, minutes)];
        }

        List<TrafficFinding> found = [];
        foreach (Wave wave in waves)
        {
            if (found.Count < ToldMax && wave.Errors >= ErrorsMin && wave.Errors >= BesideMin * waves[0].Errors)
            {
                found.Add(Describe(report, wave));
            }
        }

        return found;
    }

    /// <summary>The worst first: each is looked for in what the ones before have left.</summary>
    private static List<Wave> Waves(TrafficReport report)
    {
        List<Wave> waves = [];
        bool[] taken = new bool[report.Minutes.Count];
        while (waves.Count < WavesMax && report.Minutes.Count >= 3 && Worst(report.Minutes, taken, waves.Count == 0) is { } wave)
        {
            waves.Add(wave);
            Array.Fill(taken, true, wave.First, wave.Last - wave.First + 1);
        }

        return waves;
    }

    private static Wave? Worst(IReadOnlyList<MinuteTraffic> minutes, bool[] taken, bool isFirst)
    {
        long errors = 0, rows = 0;
        for (int i = 0; i < taken.Length; i++)
        {
            errors += taken[i] ? 0 : minutes[i].ServerError;
            rows += taken[i] ? 0 : minutes[i].Rows;
        }

        if (errors < (isFirst ? ErrorsMin : WaveErrorsMin))
        {
            return null;
        }

        // Which stretch stands out depends on what counts as bad: every level is tried, and the stretch that chance explains least is taken (Kulldorff's scan).
        Wave? best = null;
        double most = 0;
        double[] excess = new double[taken.Length];
        for (double level = errors / (double)rows / 2; level < 1; level *= 1.5)
        {
            for (int i = 0; i < excess.Length; i++)
            {
                excess[i] = taken[i] ? -minutes[i].Rows - 1.0 : minutes[i].ServerError - level * minutes[i].Rows;
            }

            (int first, int last) = LargestSum.Of(excess);
            if (last >= first && Of(minutes, taken, first, last, errors, rows) is var wave && Gain(wave) is var gain && gain > most)
            {
                (best, most) = (wave, gain);
            }
        }

        return best is { } found && Matters(found, minutes.Count) ? found : null;
    }

    private static Wave Of(IReadOnlyList<MinuteTraffic> minutes, bool[] taken, int first, int last, long errors, long rows)
    {
        long inside = 0, insideRows = 0;
        for (int i = first; i <= last; i++)
        {
            inside += taken[i] ? 0 : minutes[i].ServerError;
            insideRows += taken[i] ? 0 : minutes[i].Rows;
        }

        // The stretch was chosen among all stretches: corrected for their number.
        double chance = Math.Min(1, Chance.BinomialBound(inside, errors, insideRows / (double)rows) * minutes.Count * minutes.Count / 2.0);
        return new Wave(first, last, inside, insideRows, errors - inside, rows - insideRows, chance);
    }

    private static bool Matters(Wave wave, int minutes) =>
        wave.Errors >= WaveErrorsMin && wave.Last - wave.First + 1 <= SpanMax * minutes && wave.Chance <= SignificanceMax
        && wave.Errors / (double)wave.Rows >= RatioMin * (wave.OtherErrors / (double)Math.Max(wave.OtherRows, 1));

    /// <summary>The logarithm of how much better two shares of errors explain what was seen than one.</summary>
    private static double Gain(Wave wave)
    {
        double share = (wave.Errors + wave.OtherErrors) / (double)(wave.Rows + wave.OtherRows);
        double inside = wave.Errors / (double)wave.Rows;
        return inside <= share || wave.OtherRows == 0 ? 0 : Part(wave.Errors, wave.Rows * share) + Part(wave.OtherErrors, wave.OtherRows * share);

        static double Part(long errors, double expected) => errors == 0 ? 0 : errors * Math.Log(errors / expected);
    }

    /// <summary>The minutes from one wave to the next, where they are nearly equal.</summary>
    private static double? Distance(TrafficReport report, List<Wave> waves)
    {
        if (waves.Count < RecurringMin)
        {
            return null;
        }

        double[] starts = new double[waves.Count];
        for (int i = 0; i < starts.Length; i++)
        {
            starts[i] = report.Minutes[waves[i].First].Minute.ToUnixTimeSeconds() / 60.0;
        }

        Array.Sort(starts);
        double[] distances = new double[starts.Length - 1];
        for (int i = 0; i < distances.Length; i++)
        {
            distances[i] = starts[i + 1] - starts[i];
        }

        double usual = Median.Of(distances.AsSpan().ToArray());
        int equal = 0;
        foreach (double distance in distances)
        {
            equal += Math.Abs(distance - usual) <= Math.Max(DistanceSlack * usual, report.MinuteStep) ? 1 : 0;
        }

        return equal * 4 >= distances.Length * 3 ? usual : null;
    }

    private static TrafficFinding Recurring(TrafficReport report, List<Wave> waves, double minutes)
    {
        long errors = 0, rows = 0;
        DateTimeOffset first = DateTimeOffset.MaxValue;
        foreach (Wave wave in waves)
        {
            errors += wave.Errors;
            rows += wave.Rows;
            first = report.Minutes[wave.First].Minute < first ? report.Minutes[wave.First].Minute : first;
        }

        TrafficFinding worst = Describe(report, waves[0]);
        string every = minutes >= 90 ? $"{minutes / 60:0.#} hours" : $"{minutes:0} minutes";
        return worst with
        {
            Kind = "recurring-errors",
            Title = $"errors come back every {every}: {waves.Count} times, {errors:N0} of {rows:N0} requests in these minutes",
            From = first,
            To = report.To,
            Count = errors,
            Of = rows,
            Evidence = [$"first time: {first:yyyy-MM-dd HH:mm} UTC", .. worst.Evidence.Skip(1)],
            Next = $"See what runs every {every} (cron, systemd timers, a deployment, a backup). {Failure(report, waves[0]).Next}",
        };
    }

    private static TrafficFinding Describe(TrafficReport report, Wave wave)
    {
        DateTimeOffset from = report.Minutes[wave.First].Minute;
        DateTimeOffset to = report.Minutes[wave.Last].Minute.AddMinutes(report.MinuteStep);
        (int status, UpstreamTraffic? node, string? nodes, string? cause, string next) = Failure(report, wave);
        return new TrafficFinding
        {
            Kind = "error-wave",
            Cause = cause,
            Title = $"{wave.Errors / (double)wave.Rows:P2} of the requests failed from {from:yyyy-MM-dd HH:mm} to {End(from, to)} UTC, {wave.OtherErrors / (double)Math.Max(wave.OtherRows, 1):P2} outside of it",
            Upstream = node?.Upstream,
            From = from,
            To = to,
            Count = wave.Errors,
            Of = wave.Rows,
            PValue = wave.Chance,
            Evidence =
            [
                $"first bad minute: {from:yyyy-MM-dd HH:mm} UTC",
                $"most of it: {status}",
                .. nodes is null ? Array.Empty<string>() : [nodes],
            ],
            Next = $"See what happened at {from:HH:mm} UTC (a deployment, a reload, a job). {next}",
        };
    }

    private static string End(DateTimeOffset from, DateTimeOffset to) => to.ToString(to.UtcDateTime.Date == from.UtcDateTime.Date ? "HH:mm" : "yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);

    private static (int Status, UpstreamTraffic? Node, string? Nodes, string? Cause, string Next) Failure(TrafficReport report, Wave wave)
    {
        (long bad, long unavailable, long timeout) = (0, 0, 0);
        for (int i = wave.First; i <= wave.Last; i++)
        {
            bad += report.Minutes[i].BadGateway;
            unavailable += report.Minutes[i].Unavailable;
            timeout += report.Minutes[i].GatewayTimeout;
        }

        int status = Patterns.MostOf(wave.Errors, bad, unavailable, timeout);
        DateTimeOffset from = report.Minutes[wave.First].Minute;
        DateTimeOffset to = report.Minutes[wave.Last].Minute.AddMinutes(report.MinuteStep);
        UpstreamTraffic? node = null;
        (double most, double all, int rising) = (0, 0, 0);
        foreach (UpstreamTraffic upstream in report.Upstreams)
        {
            double rise = Math.Max(Rise(upstream, from, to), 0);
            all += rise;
            rising += rise > 0 ? 1 : 0;
            if (rise > most)
            {
                (node, most) = (upstream, rise);
            }
        }

        // What failed without an upstream is no upstream's.
        long nodesFailed = report.Upstreams.Sum(upstream => FailedIn(upstream, from, to));
        node = nodesFailed * 2 >= wave.Errors ? node : null;
        bool isOne = rising == 1 || most >= OneMin * all;
        (string? cause, string next) = node is null ? Patterns.CauseWithoutUpstream(status, wave.Errors / (double)wave.Rows, report) : Patterns.CauseOf(status, node, isOne ? node.Upstream : $"the {rising} servers");
        return (status, isOne ? node : null, node is null ? null : isOne ? $"what changed most: {node.Upstream}, {FailedIn(node, from, to):N0} failed attempts in this time" : $"{rising} servers alike, none stands out", cause, next);
    }

    private static long FailedIn(UpstreamTraffic node, DateTimeOffset from, DateTimeOffset to)
    {
        long failed = 0;
        foreach (UpstreamMinute minute in node.Series)
        {
            failed += minute.Minute.AddMinutes(node.SeriesStep) > from && minute.Minute < to ? minute.Failed : 0;
        }

        return failed;
    }

    /// <summary>Failed attempts in a stretch beyond what the node's own share outside of it would give.</summary>
    private static double Rise(UpstreamTraffic node, DateTimeOffset from, DateTimeOffset to)
    {
        long attempts = 0, failed = 0, otherAttempts = 0, otherFailed = 0;
        foreach (UpstreamMinute minute in node.Series)
        {
            bool isIn = minute.Minute.AddMinutes(node.SeriesStep) > from && minute.Minute < to;
            attempts += isIn ? minute.Attempts : 0;
            failed += isIn ? minute.Failed : 0;
            otherAttempts += isIn ? 0 : minute.Attempts;
            otherFailed += isIn ? 0 : minute.Failed;
        }

        return failed - attempts * (otherFailed / (double)Math.Max(otherAttempts, 1));
    }
}
