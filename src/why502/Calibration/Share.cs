namespace Why502.Cli.Calibration;

/// <summary>So many of so many, with the 95 % interval of Wilson (1927), which holds for few trials and for shares near 0 and 1 as well.</summary>
internal readonly record struct Share(int Right, int Total)
{
    /// <summary>The normal distribution's quantile for 95 %.</summary>
    private const double Z = 1.959964;

    public double Value => Total == 0 ? 0 : (double)Right / Total;

    public double Low => Bound(-1);

    public double High => Bound(1);

    public static Share Of(IReadOnlyCollection<JudgedCase> cases, Func<JudgedCase, bool> right) => new(cases.Count(right), cases.Count);

    private double Bound(int side)
    {
        if (Total == 0)
        {
            return side < 0 ? 0 : 1;
        }

        var (n, p) = ((double)Total, Value);
        var centre = p + Z * Z / (2 * n);
        var half = Z * Math.Sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
        return Math.Clamp((centre + side * half) / (1 + Z * Z / n), 0, 1);
    }
}
