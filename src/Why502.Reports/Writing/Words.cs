using System.Globalization;

namespace Why502.Reports;

/// <summary>Numbers, times and enumerations as a person says them.</summary>
internal static class Words
{
    public static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Count(long number, string one, string? many = null) => $"{Count(number)} {(number == 1 ? one : many ?? one + "s")}";

    /// <summary>"98 %"; never 100 %, because nothing is.</summary>
    public static string Percent(double share) => $"{Math.Clamp((int)Math.Round(share * 100), 0, 99)} %";

    /// <summary>A length of time in its one or two leading units: "6 min", "1 h 20 min".</summary>
    public static string Span(TimeSpan span)
    {
        span = span < TimeSpan.Zero ? TimeSpan.Zero : span;
        return span.TotalSeconds < 90 ? $"{(int)span.TotalSeconds} s"
            : span.TotalMinutes < 90 ? $"{(int)Math.Round(span.TotalMinutes)} min"
            : span.TotalHours < 36 ? Two((int)span.TotalHours, "h", span.Minutes, "min")
            : Two((int)span.TotalDays, span.TotalDays < 2 ? "day" : "days", span.Hours, "h");
    }

    /// <summary>The window of a log: "15 minutes".</summary>
    public static string Window(TimeSpan span)
        => span.TotalHours >= 48 && span.Hours == 0 ? Count((long)span.TotalDays, "day")
        : span.TotalHours >= 2 && span.Minutes == 0 ? Count((long)span.TotalHours, "hour")
        : span.TotalMinutes >= 1 && span.Seconds == 0 ? Count((long)span.TotalMinutes, "minute")
        : Span(span);

    public static string Took(TimeSpan took) => $"{Math.Max(took.TotalSeconds, 0.1).ToString("0.0", CultureInfo.InvariantCulture)} s";

    /// <summary>The time of day where <paramref name="now"/> is; with the date when that is another day.</summary>
    public static string Clock(DateTimeOffset time, DateTimeOffset now, bool seconds = true)
    {
        var local = time.ToOffset(now.Offset);
        var clock = local.ToString(seconds ? "HH:mm:ss" : "HH:mm", CultureInfo.InvariantCulture);
        return local.Date == now.Date ? clock : local.ToString("yyyy-MM-dd ", CultureInfo.InvariantCulture) + clock;
    }

    public static string Ago(DateTimeOffset time, DateTimeOffset now) => now - time < TimeSpan.FromSeconds(2) ? "just now" : $"{Span(now - time)} ago";

    public static string List(IReadOnlyList<string> items, string last = "and") => items.Count switch
    {
        0 => "",
        1 => items[0],
        _ => $"{string.Join(", ", items.Take(items.Count - 1))} {last} {items[^1]}",
    };

    private static string Two(int big, string bigUnit, int small, string smallUnit)
        => small == 0 ? $"{big} {bigUnit}" : $"{big} {bigUnit} {small} {smallUnit}";
}
