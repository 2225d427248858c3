namespace Why502.Logs;

/// <summary>Counts per minute over the last two hours of what was added; order does not matter as long as it stays within them.</summary>
internal sealed class MinuteHistogram
{
    public const int MinutesMax = 120;
    private readonly int[] _counts = new int[MinutesMax];
    private long _last = long.MinValue;
    private long _first = long.MaxValue;

    public void Add(DateTime time)
    {
        long minute = time.Ticks / TimeSpan.TicksPerMinute;
        if (_last == long.MinValue)
        {
            _last = minute;
        }
        else if (minute > _last)
        {
            // Slots between the old and the new end belong to minutes long gone.
            long gap = Math.Min(minute - _last, MinutesMax);
            for (long i = 1; i <= gap; i++)
            {
                _counts[(int)((_last + i) % MinutesMax)] = 0;
            }

            _last = minute;
        }
        else if (_last - minute >= MinutesMax)
        {
            return;
        }

        _first = Math.Min(_first, minute);
        _counts[(int)(minute % MinutesMax)]++;
    }

    /// <summary>Oldest first, ending with the last minute that was seen.</summary>
    public IReadOnlyList<int> ToList()
    {
        if (_last == long.MinValue)
        {
            return [];
        }

        long from = Math.Max(_first, _last - MinutesMax + 1);
        int[] list = new int[(int)(_last - from) + 1];
        for (int i = 0; i < list.Length; i++)
        {
            list[i] = _counts[(int)((from + i) % MinutesMax)];
        }

        return list;
    }
}
