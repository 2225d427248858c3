namespace Why502.Traffic.Findings;

/// <summary>The stretch in which errors stand out, its first bad minute, and what changed in it.</summary>
internal static class ErrorWaves
{
    private const long ErrorsMin = 20;
    private const double RatioMin = 3;
    private const double SpanMax = 0.9;
    private const double SignificanceMax = 0.001;

    public static IEnumerable<TrafficFinding> Find(TrafficReport report)
    {
        IReadOnlyList<MinuteTraffic> minutes = report.Minutes;
        if (minutes.Count < 3)
        {
            yield break;
        }

        double[] shares = new double[minutes.Count];
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = minutes[i].ServerError / (double)minutes[i].Rows;
        }

        double usual = Math.Max(Median.Of(shares), 1e-4);
        double[] excess = new double[minutes.Count];
        for (int i = 0; i < excess.Length; i++)
        {
            excess[i] = minutes[i].ServerError - 2 * usual * minutes[i].Rows;
        }

        (int first, int last) = LargestSum.Of(excess);
        if (last < first || last - first + 1 > SpanMax * minutes.Count)
        {
            yield break;
        }

        long inside = 0, insideRows = 0, outside = 0, outsideRows = 0;
        for (int i = 0; i < minutes.Count; i++)
        {
            bool isIn = i >= first && i <= last;
            inside += isIn ? minutes[i].ServerError : 0;
            insideRows += isIn ? minutes[i].Rows : 0;
            outside += isIn ? 0 : minutes[i].ServerError;
            outsideRows += isIn ? 0 : minutes[i].Rows;
        }

        double before = outside / (double)Math.Max(outsideRows, 1);
        double during = inside / (double)insideRows;
        // The stretch was chosen among all stretches: corrected for their number.
        double p = Math.Min(1, Chance.PoissonTail(inside, Math.Max(before, 1e-6) * insideRows) * minutes.Count * minutes.Count / 2.0);
        if (inside < ErrorsMin || during < RatioMin * before || p > SignificanceMax)
        {
            yield break;
        }

        yield return Describe(report, minutes[first].Minute, minutes[last].Minute.AddMinutes(report.MinuteStep), (inside, insideRows), (outside, outsideRows), p, first, last);
    }

    private static TrafficFinding Describe(
        TrafficReport report, DateTimeOffset from, DateTimeOffset to, (long Errors, long Rows) during, (long Errors, long Rows) before, double p, int first, int last)
    {
        IEnumerable<MinuteTraffic> wave = report.Minutes.Skip(first).Take(last - first + 1);
        (int status, long count) = new[] { (502, wave.Sum(m => m.BadGateway)), (503, wave.Sum(m => m.Unavailable)), (504, wave.Sum(m => m.GatewayTimeout)) }.MaxBy(s => s.Item2);
        status = count * 2 > during.Errors ? status : 500;
        UpstreamTraffic? node = report.Upstreams.Where(u => !u.IsGroup).MaxBy(u => Rise(u, from, to));
        long nodeFailed = node?.Series.Where(s => s.Minute >= from && s.Minute < to).Sum(s => s.Failed) ?? 0;
        (string cause, string next) = Patterns.CauseOf(status, node?.Origin ?? report.Origin, node?.FailedMedian, node?.Upstream ?? "the upstream");
        return new TrafficFinding
        {
            Kind = "error-wave",
            Cause = cause,
            Title = $"{during.Errors / (double)during.Rows:P2} of the requests failed from {from:yyyy-MM-dd HH:mm} to {to:HH:mm} UTC, {before.Errors / (double)Math.Max(before.Rows, 1):P2} outside of it",
            Upstream = nodeFailed > 0 ? node!.Upstream : null,
            From = from,
            To = to,
            Count = during.Errors,
            Of = during.Rows,
            PValue = p,
            Evidence =
            [
                $"first bad minute: {from:yyyy-MM-dd HH:mm} UTC",
                $"most of it: {status}",
                .. nodeFailed > 0 ? [$"what changed most: {node!.Upstream}, {nodeFailed:N0} failed attempts in this time"] : Array.Empty<string>(),
            ],
            Next = $"See what happened at {from:HH:mm} UTC (a deployment, a reload, a job). {next}",
        };
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
