namespace Why502.Traffic.Findings;

/// <summary>Where a run of numbers stands out: the part with the largest sum (Kadane).</summary>
internal static class LargestSum
{
    /// <summary>First and last place, or (0, -1) when no number is positive.</summary>
    public static (int First, int Last) Of(ReadOnlySpan<double> numbers)
    {
        (int first, int last, double best) = (0, -1, 0);
        double sum = 0;
        int start = 0;
        for (int i = 0; i < numbers.Length; i++)
        {
            sum += numbers[i];
            if (sum <= 0)
            {
                (sum, start) = (0, i + 1);
            }
            else if (sum > best)
            {
                (first, last, best) = (start, i, sum);
            }
        }

        return (first, last);
    }
}
