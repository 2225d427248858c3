namespace Why502.Cli.Verify;

/// <summary>Of a few measurements, in milliseconds; each is one that was measured (nearest rank), none is interpolated.</summary>
internal sealed record Quantiles(double Least, double Median, double P90, double Most)
{
    public static Quantiles? Of(IEnumerable<double?> measured)
    {
        var sorted = measured.OfType<double>().Select(time => Math.Max(0, time)).Order().ToList();
        return sorted.Count == 0 ? null : new(sorted[0], Rank(sorted, 0.5), Rank(sorted, 0.9), sorted[^1]);
    }

    private static double Rank(List<double> sorted, double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
}
