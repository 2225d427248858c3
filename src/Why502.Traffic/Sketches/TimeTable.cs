using System.Numerics;

namespace Why502.Traffic.Sketches;

/// <summary>
/// Counters per minute. With more different minutes than <c>slotsMax</c> a slot covers two of them, then four, and so on: the least step that fits is a property of
/// the minutes alone, so tables that were filled in any order, or in parts that are merged, end up equal.
/// </summary>
internal sealed class TimeTable(int columns, int slotsMax)
{
    private const int SlotsFirst = 16;

    private int[] _index = new int[SlotsFirst * 2];
    private long[] _keys = new long[SlotsFirst];
    private long[] _cells = new long[SlotsFirst * columns];

    public int Count { get; private set; }

    public int StepBits { get; private set; }

    /// <summary>Minutes per slot.</summary>
    public long Step => 1L << StepBits;

    /// <summary>The first cell of a minute's counters in <see cref="Cells"/>.</summary>
    public int Row(long minute)
    {
        while (true)
        {
            long key = minute >> StepBits;
            int slot = (int)(Mix(key) & (uint)(_index.Length - 1));
            for (; _index[slot] != 0; slot = (slot + 1) & (_index.Length - 1))
            {
                if (_keys[_index[slot] - 1] == key)
                {
                    return (_index[slot] - 1) * columns;
                }
            }

            if (Count == slotsMax)
            {
                Coarsen();
                continue;
            }

            if (Count == _keys.Length)
            {
                Grow();
                continue;
            }

            _keys[Count] = key;
            _index[slot] = ++Count;
            return (Count - 1) * columns;
        }
    }

    public long[] Cells => _cells;

    public void Merge(TimeTable other)
    {
        while (StepBits < other.StepBits)
        {
            Coarsen();
        }

        for (int i = 0; i < other.Count; i++)
        {
            int row = Row(other._keys[i] << other.StepBits);
            for (int c = 0; c < columns; c++)
            {
                _cells[row + c] += other._cells[i * columns + c];
            }
        }
    }

    /// <summary>The first minute of each slot, in order, with where its counters stand.</summary>
    public (long Minute, int Row)[] InOrder()
    {
        int[] order = new int[Count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (one, other) => _keys[one].CompareTo(_keys[other]));
        (long Minute, int Row)[] slots = new (long, int)[order.Length];
        for (int i = 0; i < slots.Length; i++)
        {
            slots[i] = (_keys[order[i]] << StepBits, order[i] * columns);
        }

        return slots;
    }

    private void Coarsen()
    {
        long[] keys = _keys[..Count];
        long[] cells = _cells;
        StepBits++;
        Count = 0;
        Array.Clear(_index);
        _cells = new long[cells.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            int row = Row(keys[i] >> 1 << StepBits);
            for (int c = 0; c < columns; c++)
            {
                _cells[row + c] += cells[i * columns + c];
            }
        }
    }

    private void Grow()
    {
        int size = Math.Min(_keys.Length * 2, slotsMax);
        Array.Resize(ref _keys, size);
        Array.Resize(ref _cells, size * columns);
        _index = new int[(int)BitOperations.RoundUpToPowerOf2((uint)size * 2)];
        for (int i = 0; i < Count; i++)
        {
            int slot = (int)(Mix(_keys[i]) & (uint)(_index.Length - 1));
            while (_index[slot] != 0)
            {
                slot = (slot + 1) & (_index.Length - 1);
            }

            _index[slot] = i + 1;
        }
    }

    private static uint Mix(long key) => (uint)(((ulong)key * 0x9E3779B97F4A7C15) >> 32);
}
