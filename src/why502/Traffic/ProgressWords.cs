using System.Globalization;

namespace Why502.Cli.Traffic;

/// <summary>The line about work under way: how far, how fast, how long still.</summary>
internal static class ProgressWords
{
    private const double Mega = 1e6;

    /// <summary>A guess beyond this helps nobody.</summary>
    private static readonly TimeSpan LeftMax = TimeSpan.FromDays(30);

    /// <param name="total">Bytes in all, or 0 where nobody knows.</param>
    public static string Of(long read, long total, TimeSpan elapsed)
    {
        var rate = read / Math.Max(elapsed.TotalSeconds, 0.001);
        var speed = $"{Megabytes(rate)} MB/s";
        if (total <= 0 || read > total)
        {
            return $"read {Megabytes(read)} MB, {speed}";
        }

        var left = rate > 0 && (total - read) / rate < LeftMax.TotalSeconds ? $", {Words(TimeSpan.FromSeconds((total - read) / rate))} left" : "";
        return $"read {Megabytes(read)} of {Megabytes(total)} MB ({(read / (double)total).ToString("P0", CultureInfo.InvariantCulture)}), {speed}{left}";
    }

    private static string Megabytes(double bytes) => (bytes / Mega).ToString("N0", CultureInfo.InvariantCulture);

    private static string Words(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => $"{Math.Ceiling(time.TotalSeconds):0} s",
        { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds:00} s",
        { TotalDays: < 1 } => $"{time.Hours} h {time.Minutes:00} min",
        _ => $"{(int)time.TotalDays} d {time.Hours:00} h",
    };
}
