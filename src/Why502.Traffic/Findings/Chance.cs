namespace Why502.Traffic.Findings;

/// <summary>Probabilities of what was seen, were it chance.</summary>
internal static class Chance
{
    /// <summary>Below this a number says no more than "never".</summary>
    private const double Least = 1e-300;

    /// <summary>P(Z ≥ z) of the normal distribution; Abramowitz and Stegun 7.1.26 near the middle, the asymptotic series in the tail.</summary>
    public static double NormalTail(double z)
    {
        if (z < 0)
        {
            return 1 - NormalTail(-z);
        }

        if (z > 5)
        {
            double square = z * z;
            return Math.Max(Least, Math.Exp(-square / 2) / (z * Math.Sqrt(2 * Math.PI)) * (1 - 1 / square + 3 / (square * square)));
        }

        double t = 1 / (1 + 0.3275911 * z / Math.Sqrt(2));
        double sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
        return Math.Max(Least, 0.5 * sum * Math.Exp(-z * z / 2));
    }

    /// <summary>P(at least <paramref name="hits"/> of <paramref name="drawn"/>) when that many are drawn from a population with so many marked ones (Fisher's exact test, one-sided).</summary>
    public static double AtLeast(long hits, long drawn, long marked, long population)
    {
        long most = Math.Min(drawn, marked);
        double all = LogChoose(population, drawn);
        double sum = 0;
        for (long k = hits; k <= most; k++)
        {
            double term = Math.Exp(LogChoose(marked, k) + LogChoose(population - marked, drawn - k) - all);
            sum += term;
            if (term < sum * 1e-12)
            {
                break;
            }
        }

        return Math.Clamp(sum, Least, 1);
    }

    /// <summary>No less than P(at least <paramref name="hits"/> of <paramref name="drawn"/>) when each is a hit with this probability (Chernoff's bound).</summary>
    public static double BinomialBound(long hits, long drawn, double probability)
    {
        double share = hits / (double)Math.Max(drawn, 1);
        if (share <= probability || drawn == 0)
        {
            return 1;
        }

        double distance = share * Math.Log(share / Math.Max(probability, Least)) + (share < 1 ? (1 - share) * Math.Log((1 - share) / (1 - probability)) : 0);
        return Math.Clamp(Math.Exp(-drawn * distance), Least, 1);
    }

    private static double LogChoose(long n, long k) => k < 0 || k > n ? double.NegativeInfinity : LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k);

    private static double LogFactorial(long n)
    {
        if (n < 2)
        {
            return 0;
        }

        if (n < 32)
        {
            double sum = 0;
            for (long i = 2; i <= n; i++)
            {
                sum += Math.Log(i);
            }

            return sum;
        }

        // Stirling's series: off by less than 1e-10 from 32 on.
        double x = n + 1.0;
        return (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x * x * x);
    }
}
