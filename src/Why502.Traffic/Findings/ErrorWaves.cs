namespace Why502.Traffic.Findings;

/// <summary>What the stretches in which errors stand out have in common: their first bad minutes, and what changed in them; many of them at equal distances are one finding.</summary>
internal static class ErrorWaves
{
    /// <summary>Waves that are told one by one.</summary>
    private const int ToldMax = 3;

    /// <summary>A further wave is told when it has at least this share of the worst one's errors.</summary>
    private const double BesideMin = 0.2;

    /// <summary>Of what rose in a wave, the share of one server that is named for it.</summary>
    private const double OneMin = 0.6;

    private const int RecurringMin = 4;
    private const double DistanceSlack = 0.1;

    public static IEnumerable<TrafficFinding> Find(TrafficReport report)
    {
        List<ErrorWave> waves = WaveScan.Find(report.Minutes);
        if (waves.Count == 0)
        {
            return [];
        }

        if (Distance(report, waves) is { } minutes)
        {
            return [Recurring(report, waves, minutes)];
        }

        List<TrafficFinding> found = [];
        foreach (ErrorWave wave in waves)
        {
            if (found.Count < ToldMax && wave.Errors >= WaveScan.ErrorsMin && wave.Errors >= BesideMin * waves[0].Errors)
            {
                found.Add(Describe(report, wave));
            }
        }

        return found;
    }

    /// <summary>The minutes from one wave to the next, where they are nearly equal.</summary>
    private static double? Distance(TrafficReport report, List<ErrorWave> waves)
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

        double usual = Median.Of(distances);
        int equal = 0;
        foreach (double distance in distances)
        {
            equal += Math.Abs(distance - usual) <= Math.Max(DistanceSlack * usual, report.MinuteStep) ? 1 : 0;
        }

        return equal * 4 >= distances.Length * 3 ? usual : null;
    }

    private static TrafficFinding Recurring(TrafficReport report, List<ErrorWave> waves, double minutes)
    {
        long errors = 0, rows = 0;
        DateTimeOffset first = DateTimeOffset.MaxValue;
        foreach (ErrorWave wave in waves)
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

    private static TrafficFinding Describe(TrafficReport report, ErrorWave wave)
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

    private static (int Status, UpstreamTraffic? Node, string? Nodes, string? Cause, string Next) Failure(TrafficReport report, ErrorWave wave)
    {
        (long bad, long unavailable, long timeout) = (0, 0, 0);
        for (int i = wave.First; i <= wave.Last; i++)
        {
            bad += report.Minutes[i].BadGateway;
            unavailable += report.Minutes[i].Unavailable;
            timeout += report.Minutes[i].GatewayTimeout;
        }

        int status = FailureCauses.MostOf(wave.Errors, bad, unavailable, timeout);
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
        (string? cause, string next) = FailureCauses.Of(report, status, wave.Errors / (double)wave.Rows, node, isOne ? null : $"the {rising} servers");
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
