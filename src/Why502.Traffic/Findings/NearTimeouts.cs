using Why502.Traffic.Engine;

namespace Why502.Traffic.Findings;

/// <summary>Answers that pile up under a limit: the limit cuts through what the app normally needs, and part of it becomes 504.</summary>
internal static class NearTimeouts
{
    private const long NearMin = 20;
    private const long TimeoutsMin = 10;
    private const double PileRatio = 1.3;
    private const double SignificanceMax = 0.001;

    /// <summary>
    /// Answers that need so long by nature pile up nowhere. The limit cuts through them all the same where so many of all slow answers come just below it, and, beside those, no more than twice as many are cut off:
    /// what hangs leaves many 504s and few answers.
    /// </summary>
    private const double ReachShare = 0.05;
    private const double CutMax = 2;
    private const int SecondMilliseconds = 1000;

    /// <summary>Attempts below a second are not counted one by one, so a pile can only be seen where two steps below the limit are.</summary>
    private const int LimitMin = SlowTimes.FromMilliseconds + 2 * SlowTimes.StepMilliseconds;

    /// <summary>Few 504s tell a limit where answers end there, too: of those near it, hardly one takes longer.</summary>
    private const double BeyondShare = 0.05;

    private const int LimitMax = SlowTimes.LongestMilliseconds - SecondMilliseconds;

    /// <summary>Of all slow 504s so many must end in the second behind a limit for it to be recognised without a configuration.</summary>
    private const double PileShare = 0.6;

    public static IEnumerable<TrafficFinding> Find(TrafficReport report, TrafficTables tables, ReportContext context)
    {
        (long? recognised, long timeouts) = Recognise(tables.TimedOut);
        HashSet<long> all = [];
        for (int i = 0; i < context.Limits.Count; i++)
        {
            if (context.Limits[i] is >= LimitMin and <= LimitMax and long known && known % SlowTimes.StepMilliseconds == 0)
            {
                all.Add(known);
            }
        }

        if (recognised is { } limit && (timeouts >= TimeoutsMin || AnswersEnd(tables, (int)limit)))
        {
            all.Add(limit);
        }

        bool found = false;
        foreach (long candidate in all.Order())
        {
            if (Pile(tables, (int)candidate, context.Limits.Contains(candidate), all.Count) is { } finding)
            {
                found = true;
                yield return finding;
            }
        }

        if (!found && recognised is { } own && timeouts >= TimeoutsMin)
        {
            UpstreamTraffic? node = report.Upstreams.Where(upstream => !upstream.IsGroup).MaxBy(upstream => upstream.Status.GetValueOrDefault(504));
            bool isOne = node is not null && node.Status.GetValueOrDefault(504) * 10 >= tables.TimedOut.Count * 9;
            long unconnected = report.Upstreams.Sum(upstream => upstream.FailedUnconnected);
            bool isConnect = unconnected * 2 > report.Upstreams.Sum(upstream => upstream.Failed);
            string seconds = $"{own / (double)SecondMilliseconds:0.#} s";
            yield return new TrafficFinding
            {
                Kind = "timeouts",
                Cause = isConnect ? "connect-timeout" : "upstream-slow",
                Title = $"{timeouts:N0} attempts ended in 504 at {seconds}{(isConnect ? ", before a connection was made" : own >= LimitMin ? ", and few answers come just below" : "")}",
                Upstream = isOne ? node!.Upstream : null,
                Count = timeouts,
                Of = tables.TimedOut.Count,
                Limit = own,
                Evidence =
                [
                    $"{timeouts:N0} of {tables.TimedOut.Count:N0} slow 504s took {seconds} to {own / (double)SecondMilliseconds + 1:0.#} s",
                    .. isConnect ? [$"{unconnected:N0} failed attempts have no $upstream_connect_time"] : Array.Empty<string>(),
                ],
                Next = isConnect
                    ? "nginx waits for the connection, not for the answer: see whether packets reach the server (a filter, a wrong address), and whether its accept queue is full (ss -ltn there)."
                    : "These requests do not end a little later: find what they wait for (a lock, a dead dependency) in the app's log. A longer limit would only let them pile up.",
            };
        }
    }

    private static bool AnswersEnd(TrafficTables tables, int limit)
        => tables.Answered.Between(limit, SlowTimes.LongestMilliseconds + 1) <= BeyondShare * tables.Answered.Between(limit - Band(limit), limit);

    private static int Band(int limit) => Math.Max(SlowTimes.StepMilliseconds, limit / 10 / SlowTimes.StepMilliseconds * SlowTimes.StepMilliseconds);

    private static TrafficFinding? Pile(TrafficTables tables, int limit, bool configured, int tests)
    {
        int band = Band(limit);
        long near = tables.Answered.Between(limit - band, limit);
        long before = tables.Answered.Between(limit - 2 * band, limit - band);
        long timeouts = tables.TimedOut.Between(limit, limit + SecondMilliseconds);
        if (limit < LimitMin || near < NearMin || timeouts == 0)
        {
            return null;
        }

        // Under a tail that falls off, the upper band would hold at most half of both.
        double both = near + before;
        double p = Math.Min(1, Chance.NormalTail((near - 0.5 - both / 2) / Math.Sqrt(both / 4)) * tests);
        bool isPile = near >= PileRatio * before && p <= SignificanceMax;
        if (!isPile && (near < ReachShare * tables.Answered.Count || timeouts > CutMax * near))
        {
            return null;
        }

        string seconds = $"{limit / (double)SecondMilliseconds:0.##} s";
        return new TrafficFinding
        {
            Kind = "near-timeout",
            Cause = "timeout-too-short",
            Title = $"{near:N0} answers came in the last tenth before the limit of {seconds}, and {(timeouts == 1 ? "one attempt was" : $"{timeouts:N0} attempts were")} cut off there",
            Count = near,
            Of = tables.Answered.Count,
            Harmed = timeouts,
            PValue = isPile ? p : null,
            Limit = limit,
            Evidence =
            [
                $"answered attempts of {(limit - band) / 1000.0:0.##} to {seconds}: {near:N0}; in the tenth before that: {before:N0}",
                $"504 within a second behind {seconds}: {timeouts:N0}",
                configured ? "the limit stands in the configuration" : "the limit is recognised from where the 504s end",
            ],
            Next = "See which route needs this long (routes, p99), and make it faster or give this location, and only this, a longer proxy_read_timeout.",
        };
    }

    /// <summary>Where slow 504s begin to end: the step in which most of the fullest second's do.</summary>
    private static (long? Limit, long Count) Recognise(SlowTimes timedOut)
    {
        (int limit, long best) = (0, 0);
        for (int second = SlowTimes.FromMilliseconds; timedOut.Count > 0 && second <= LimitMax; second += SecondMilliseconds)
        {
            long count = timedOut.Between(second, second + SecondMilliseconds);
            if (count > best)
            {
                (limit, best) = (second, count);
            }
        }

        if (best == 0 || best < PileShare * timedOut.Count)
        {
            return (null, 0);
        }

        for (int step = limit; limit < SlowTimes.FineMilliseconds && step < limit + SecondMilliseconds; step += SlowTimes.StepMilliseconds)
        {
            if (timedOut.Between(step, step + SlowTimes.StepMilliseconds) >= PileShare * best)
            {
                return (step, best);
            }
        }

        return (limit, best);
    }
}
