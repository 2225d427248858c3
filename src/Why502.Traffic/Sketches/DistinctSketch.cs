using System.Numerics;
using System.Runtime.CompilerServices;

namespace Why502.Traffic.Sketches;

/// <summary>
/// How many different values were seen, in 16 KB: HyperLogLog (Flajolet et al. 2007) with the estimator of Ertl 2017, which needs no correction tables.
/// The standard error is 0.81 %; two sketches unite exactly.
/// </summary>
internal sealed class DistinctSketch
{
    private const int IndexBits = 14;
    private const int Registers = 1 << IndexBits;
    private const int RankMax = 64 - IndexBits + 1;

    private readonly byte[] _ranks = new byte[Registers];

    public const double StandardError = 1.04 / 128;

    /// <param name="hash">All 64 bits must be well mixed.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong hash)
    {
        byte rank = (byte)(BitOperations.LeadingZeroCount((hash << IndexBits) | (1UL << (IndexBits - 1))) + 1);
        ref byte known = ref _ranks[hash >> (64 - IndexBits)];
        if (rank > known)
        {
            known = rank;
        }
    }

    public void Merge(DistinctSketch other)
    {
        for (int i = 0; i < Registers; i++)
        {
            _ranks[i] = Math.Max(_ranks[i], other._ranks[i]);
        }
    }

    public long Estimate()
    {
        Span<int> histogram = stackalloc int[RankMax + 1];
        histogram.Clear();
        foreach (byte rank in _ranks)
        {
            histogram[rank]++;
        }

        double z = Registers * Tau(1 - histogram[RankMax] / (double)Registers);
        for (int k = RankMax - 1; k >= 1; k--)
        {
            z = 0.5 * (z + histogram[k]);
        }

        z += Registers * Sigma(histogram[0] / (double)Registers);
        return (long)Math.Round(Registers / (2 * Math.Log(2)) * Registers / z);
    }

    private static double Sigma(double x)
    {
        if (x == 1)
        {
            return double.PositiveInfinity;
        }

        double y = 1;
        double z = x;
        for (double before = double.NaN; before != z; y += y)
        {
            x *= x;
            before = z;
            z += x * y;
        }

        return z;
    }

    private static double Tau(double x)
    {
        if (x is 0 or 1)
        {
            return 0;
        }

        double y = 1;
        double z = 1 - x;
        for (double before = double.NaN; before != z;)
        {
            x = Math.Sqrt(x);
            before = z;
            y *= 0.5;
            z -= (1 - x) * (1 - x) * y;
        }

        return z / 3;
    }
}
