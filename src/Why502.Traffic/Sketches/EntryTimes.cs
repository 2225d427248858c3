namespace Why502.Traffic.Sketches;

/// <summary>
/// Times of a table's entries that are still to be added to their quantiles, a number for each. Those of a thousand entries are never near: sorted by entry, each entry's memory is asked for once,
/// and what one stretch of a log has of them goes to the sum of all stretches without quantiles of its own.
/// </summary>
internal sealed unsafe class EntryTimes(int entries)
{
    private const int TimeBits = 14;

    /// <summary>No longer time is taken.</summary>
    public const int TimeMax = (1 << TimeBits) - 1;

    /// <summary>The entry above, the milliseconds below; sorted, only these.</summary>
    private uint[] _times = [];

    /// <summary>Where the times of each entry end, once they are sorted.</summary>
    private readonly int[] _ends = new int[entries];
    private bool _isSorted;

    public int Count { get; private set; }

    /// <summary>Makes room for so many times more; false when there is none.</summary>
    public bool TryReserve(int times)
    {
        if (Count + times <= _times.Length)
        {
            return true;
        }

        if (_times.Length == TimeRoom.Large)
        {
            return false;
        }

        uint[] room = TimeRoom.Take(_times.Length == 0 ? TimeRoom.Small : TimeRoom.Large);
        _times.AsSpan(0, Count).CopyTo(room);
        TimeRoom.Return(_times);
        _times = room;
        return true;
    }

    /// <summary>Adds a time for which room was made.</summary>
    public void Add(int entry, int milliseconds) => _times[Count++] = ((uint)entry << TimeBits) | (uint)milliseconds;

    /// <summary>Entries have moved, and the times of those that are gone go too.</summary>
    /// <param name="to">Where each is now; below zero: nowhere.</param>
    public void Move(ReadOnlySpan<int> to)
    {
        Span<uint> times = _times.AsSpan(0, Count);
        int kept = 0;
        foreach (uint time in times)
        {
            int entry = to[(int)(time >> TimeBits)];
            times[kept] = ((uint)entry << TimeBits) | (time & TimeMax);
            kept += entry < 0 ? 0 : 1;
        }

        Count = kept;
    }

    /// <summary>Puts the times of each entry together. Nothing is added until <see cref="Clear"/>.</summary>
    public void Sort()
    {
        if (_isSorted)
        {
            return;
        }

        _isSorted = true;
        ReadOnlySpan<uint> times = _times.AsSpan(0, Count);
        int[] ends = _ends;
        Array.Clear(ends);
        if (times.IsEmpty)
        {
            return;
        }

        foreach (uint time in times)
        {
            ends[time >> TimeBits]++;
        }

        int end = 0;
        for (int entry = 0; entry < ends.Length; entry++)
        {
            (ends[entry], end) = (end, end + ends[entry]);
        }

        uint[] sorted = TimeRoom.Take(_times.Length);
        foreach (uint time in times)
        {
            sorted[ends[time >> TimeBits]++] = time & TimeMax;
        }

        TimeRoom.Return(_times);
        _times = sorted;
    }

    /// <summary>Adds the sorted times of an entry to quantiles.</summary>
    public void AddTo(QuantileSketch quantiles, int entry)
    {
        int from = entry == 0 ? 0 : _ends[entry - 1];
        if (_ends[entry] > from)
        {
            fixed (uint* times = _times)
            {
                quantiles.Add((int*)times + from, _ends[entry] - from);
            }
        }
    }

    public void Clear()
    {
        TimeRoom.Return(_times);
        (_times, Count, _isSorted) = ([], 0, false);
    }
}
