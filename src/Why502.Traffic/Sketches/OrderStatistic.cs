namespace Why502.Traffic.Sketches;

/// <summary>The value at one place of what would be sorted, without sorting the rest (Hoare's FIND, 1961). In the mean it looks at each value a few times.</summary>
internal static class OrderStatistic
{
    /// <param name="values">Are brought into another order.</param>
    /// <param name="place">0 for the smallest.</param>
    public static long Of(Span<long> values, int place)
    {
        int first = 0;
        int last = values.Length - 1;
        while (first < last)
        {
            long pivot = Middle(values[first], values[(int)(((uint)first + (uint)last) / 2)], values[last]);
            int low = first;
            int high = last;
            while (low <= high)
            {
                while (values[low] < pivot)
                {
                    low++;
                }

                while (values[high] > pivot)
                {
                    high--;
                }

                if (low <= high)
                {
                    (values[low], values[high]) = (values[high], values[low]);
                    low++;
                    high--;
                }
            }

            // What stands between the two parts is the pivot.
            if (place <= high)
            {
                last = high;
            }
            else if (place >= low)
            {
                first = low;
            }
            else
            {
                return pivot;
            }
        }

        return values[place];
    }

    private static long Middle(long a, long b, long c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
