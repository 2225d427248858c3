using System.Globalization;
using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>When an incident began, what had changed just before, and how its failures are spread.</summary>
internal static class TimelineWords
{
    /// <summary>A rate over less than this says nothing that the count does not.</summary>
    private const int RateFromMinutes = 3;

    /// <summary>"It began 40 s after app.service was started. In 5 bursts, one every 10 min."; empty when nothing is known.</summary>
    public static string Of(Incident incident, DateTimeOffset now)
        => string.Join(" ", new[] { Began(incident), Spread(incident, now) }.OfType<string>());

    public static string? Began(Incident incident)
    {
        if (incident is not { Timeline.Trigger: { } trigger, First: { } first })
        {
            return null;
        }

        var distance = first - trigger.At;
        return distance < TimeSpan.FromSeconds(1) ? $"It began in the second in which {trigger.What}." : $"It began {Words.Span(distance)} after {trigger.What}.";
    }

    /// <summary>"it ended when nginx was reloaded, at 08:40:11".</summary>
    public static string? Ended(Incident incident, DateTimeOffset now)
        => incident.Timeline?.After is { } after ? $"it ended when {after.What}, at {Words.Clock(after.At, now)}" : null;

    private static string? Spread(Incident incident, DateTimeOffset now)
    {
        if (incident.Course is not { } course)
        {
            return null;
        }

        if (course.Period is { } period)
        {
            return $"In {Words.Count(course.Bursts.Count)} bursts, one every {Words.Span(period)}.";
        }

        if (course.Bursts.Count > 1)
        {
            return $"In {Words.Count(course.Bursts.Count)} bursts, the last at {Words.Clock(course.Bursts[^1].From, now, seconds: false)}.";
        }

        return course.Minutes.Count >= RateFromMinutes ? $"About {Rate(course.PerMinute)} a minute." : null;
    }

    private static string Rate(double rate) => rate >= 10 ? Words.Count((long)Math.Round(rate)) : rate.ToString("0.#", CultureInfo.InvariantCulture);
}
