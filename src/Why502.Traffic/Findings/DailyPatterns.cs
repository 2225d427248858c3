namespace Why502.Traffic.Findings;

/// <summary>Hours of the day that differ in the same way every day: a finding about when, for capacity and for jobs that run by the clock.</summary>
internal static class DailyPatterns
{
    private const int DaysMin = 3;
    private const double ExplainedMin = 0.5;
    private const double RatioMin = 1.5;

    public static IEnumerable<TrafficFinding> Find(TrafficReport report)
    {
        if (report.From is not { } from || report.To is not { } to || (to - from).TotalDays < DaysMin || report.MinuteStep > 60)
        {
            yield break;
        }

        if (Describe(report, m => m.Rows, "requests") is { } requests)
        {
            yield return requests;
        }

        if (Describe(report, m => m.ServerError, "5xx") is { } errors)
        {
            yield return errors;
        }
    }

    private static TrafficFinding? Describe(TrafficReport report, Func<MinuteTraffic, long> count, string what)
    {
        Dictionary<(long Day, int Hour), long> hours = [];
        foreach (MinuteTraffic minute in report.Minutes)
        {
            (long, int) key = (minute.Minute.UtcTicks / TimeSpan.TicksPerDay, minute.Minute.Hour);
            hours[key] = hours.GetValueOrDefault(key) + count(minute);
        }

        double mean = hours.Values.Average();
        double[] byHour = [.. Enumerable.Range(0, 24).Select(h => hours.Where(p => p.Key.Hour == h).Select(p => (double)p.Value).DefaultIfEmpty(0).Average())];
        double total = hours.Sum(h => (h.Value - mean) * (h.Value - mean));
        double explained = hours.Sum(h => (byHour[h.Key.Hour] - mean) * (byHour[h.Key.Hour] - mean));
        int peak = Array.IndexOf(byHour, byHour.Max());
        if (total == 0 || explained < ExplainedMin * total || byHour[peak] < RatioMin * mean || mean < 1)
        {
            return null;
        }

        (string? cause, string next) = what == "5xx" ? Failure(report, peak) : (null, "Size workers and limits for this hour, not for the mean.");
        return new TrafficFinding
        {
            Kind = "daily-pattern",
            Cause = cause,
            IsFault = what == "5xx",
            Title = $"{what} peak every day at {peak:00}:00 UTC, {byHour[peak] / mean:0.#} times the mean",
            From = report.From,
            To = report.To,
            Count = hours.Where(h => h.Key.Hour == peak).Sum(h => h.Value),
            Of = hours.Values.Sum(),
            Evidence = [$"the hour of the day explains {explained / total:P0} of the variation between hours"],
            Next = next,
        };
    }

    private static (string? Cause, string Next) Failure(TrafficReport report, int hour)
    {
        (long rows, long errors, long bad, long unavailable, long timeout) = (0, 0, 0, 0, 0);
        foreach (MinuteTraffic minute in report.Minutes)
        {
            if (minute.Minute.Hour == hour)
            {
                (rows, errors) = (rows + minute.Rows, errors + minute.ServerError);
                (bad, unavailable, timeout) = (bad + minute.BadGateway, unavailable + minute.Unavailable, timeout + minute.GatewayTimeout);
            }
        }

        int status = FailureCauses.MostOf(errors, bad, unavailable, timeout);
        UpstreamTraffic? node = FailureCauses.MostFailing(report);
        (string? cause, string next) = FailureCauses.Of(report, status, errors / (double)Math.Max(rows, 1), node);
        return (cause, $"See which job, backup or deployment runs at this hour. {next}");
    }
}
