namespace Why502.Traffic.Findings;

/// <summary>The number in the middle, found by selection (Hoare): the runtime's sorting of numbers is compiled when it is first used, which takes longer than the work.</summary>
internal static class Median
{
    /// <summary>The number at the place <c>Length / 2</c> of the sorted ones.</summary>
    /// <param name="numbers">At least one, none of them NaN. Their order changes.</param>
    public static double Of(Span<double> numbers)
    {
        int middle = numbers.Length / 2;
        for (int first = 0, last = numbers.Length - 1; first < last;)
        {
            double pivot = numbers[first + (last - first) / 2];
            (int low, int high) = (first, last);
            while (low <= high)
            {
                while (numbers[low] < pivot)
                {
                    low++;
                }

                while (numbers[high] > pivot)
                {
                    high--;
                }

                if (low <= high)
                {
                    (numbers[low], numbers[high]) = (numbers[high], numbers[low]);
                    low++;
                    high--;
                }
            }

            // Between the two parts stands what equals the pivot.
            if (middle > high && middle < low)
            {
                break;
            }

            (first, last) = middle <= high ? (first, high) : (low, last);
        }

        return numbers[middle];
    }
}
