namespace Why502.Logs;

/// <summary>
/// Which minutes a ring of <see cref="Max"/> counts is about: the last ones of what was counted. Order does not matter as long as it stays within them.
/// Minutes are numbered from the beginning of the calendar; 0 is none.
/// </summary>
internal struct MinuteSpan
{
    public const int Max = 120;

    private long first;
    private long last;

    public void Count(Span<int> counts, long minute, int records)
    {
        if (minute > last)
        {
            // Slots between the old and the new end belong to minutes long gone.
            long gap = last == 0 ? 0 : Math.Min(minute - last, Max);
            for (long i = 1; i <= gap; i++)
            {
                counts[(int)((last + i) % Max)] = 0;
            }

            first = last == 0 ? minute : first;
            last = minute;
        }
        else if (last - minute >= Max)
        {
            return;
        }

        first = Math.Min(first, minute);
        counts[(int)(minute % Max)] += records;
    }

    /// <summary>Oldest first, ending with the last minute that was seen; null when none was.</summary>
    public readonly IReadOnlyList<int>? ToList(ReadOnlySpan<int> counts)
    {
        if (last == 0)
        {
            return null;
        }

        long from = Math.Max(first, last - Max + 1);
        int[] list = new int[(int)(last - from) + 1];
        for (int i = 0; i < list.Length; i++)
        {
            list[i] = counts[(int)((from + i) % Max)];
        }

        return list;
    }
}
