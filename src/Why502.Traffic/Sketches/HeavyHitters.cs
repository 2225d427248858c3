using System.Numerics;
using System.Text;

namespace Why502.Traffic.Sketches;

/// <summary>
/// The frequent values of a stream in fixed room: Misra and Gries' counters, emptied by halves (Anderson et al. 2017) and mergeable (Agarwal et al. 2012).
/// Exact, and merged exactly, as long as there are no more different values than <c>capacity</c>; beyond it a value that makes up more than 2/capacity of
/// the rows is always held, and every entry tells how much it may have missed.
/// </summary>
internal sealed class HeavyHitters
{
    /// <summary>Weights below this are counted, not sorted.</summary>
    private const int SmallWeights = 256;

    private readonly int _capacity;
    private readonly int _labelBytes;
    private readonly int _mask;
    private readonly int[] _slots;
    private readonly HeavyEntry[] _entries;
    private readonly byte[] _labels;
    private readonly QuantileSketch?[]? _times;
    private long _missed;

    /// <param name="labelBytes">Room for the text of one value; longer ones are cut.</param>
    /// <param name="timed">Whether each value has quantiles of its own.</param>
    public HeavyHitters(int capacity, int labelBytes, bool timed = false)
    {
        (_capacity, _labelBytes) = (capacity, labelBytes);
        _slots = new int[(int)BitOperations.RoundUpToPowerOf2((uint)capacity * 2)];
        _mask = _slots.Length - 1;
        _entries = new HeavyEntry[capacity];
        _labels = new byte[capacity * labelBytes];
        _times = timed ? new QuantileSketch?[capacity] : null;
    }

    public int Count { get; private set; }

    /// <summary>No value that is not held was in more rows than this. 0: every value is held, and every count is exact.</summary>
    public long MissedMax => _missed;

    /// <summary>Changes whenever entries have moved, so that whoever keeps an index knows that it is void.</summary>
    public int Generation { get; private set; }

    public ReadOnlySpan<HeavyEntry> Entries => _entries.AsSpan(0, Count);

    public ref HeavyEntry this[int index] => ref _entries[index];

    public ReadOnlySpan<byte> Label(int index) => _labels.AsSpan(index * _labelBytes, _entries[index].LabelLength);

    public string Text(int index) => Encoding.UTF8.GetString(Label(index));

    public QuantileSketch TimesOf(int index) => _times![index] ??= new QuantileSketch();

    /// <summary>The entry of a value, or -1.</summary>
    public int Find(ulong hash)
    {
        for (int slot = (int)hash & _mask; ; slot = (slot + 1) & _mask)
        {
            int entry = _slots[slot] - 1;
            if (entry < 0 || _entries[entry].Hash == hash)
            {
                return entry;
            }
        }
    }

    /// <summary>Counts one row of a value and answers its entry, which holds until <see cref="Generation"/> changes.</summary>
    public int Add(ulong hash, ReadOnlySpan<byte> label)
    {
        int entry = Find(hash);
        if (entry < 0)
        {
            entry = Insert(hash, label);
        }

        Touch(entry);
        return entry;
    }

    /// <summary>Counts one more row of an entry.</summary>
    public void Touch(int entry)
    {
        ref HeavyEntry known = ref _entries[entry];
        known.Weight++;
        known.Count++;
    }

    public void Merge(HeavyHitters other)
    {
        // What one side does not hold may still have been there, up to that side's bound.
        Span<bool> both = new bool[Count];
        long bound = _missed;
        List<int> added = [];
        for (int i = 0; i < other.Count; i++)
        {
            int entry = Find(other._entries[i].Hash);
            if (entry < 0)
            {
                added.Add(i);
                continue;
            }

            if (entry < both.Length)
            {
                both[entry] = true;
            }

            AddUp(entry, other, i);
        }

        for (int i = 0; i < both.Length; i++)
        {
            _entries[i].Missed += both[i] ? 0 : other._missed;
        }

        _missed += other._missed;
        MergeNew(other, added, bound);
    }

    private void MergeNew(HeavyHitters other, List<int> added, long bound)
    {
        // The heaviest of both together stay, in an order that does not depend on where they stood.
        int excess = Count + added.Count - _capacity;
        if (excess > 0)
        {
            long[] weights = new long[Count + added.Count];
            for (int i = 0; i < Count; i++)
            {
                weights[i] = _entries[i].Weight;
            }

            for (int i = 0; i < added.Count; i++)
            {
                weights[Count + i] = other._entries[added[i]].Weight;
            }

            Array.Sort(weights);
            long cut = weights[excess - 1];
            Drop(cut);
            foreach (int i in added.Where(i => other._entries[i].Weight > cut))
            {
                Take(other, i, bound, cut);
            }

            return;
        }

        foreach (int i in added)
        {
            Take(other, i, bound, 0);
        }
    }

    private void Take(HeavyHitters other, int from, long missed, long cut)
    {
        int entry = Insert(other._entries[from].Hash, other.Label(from));
        _entries[entry].Missed = missed;
        AddUp(entry, other, from);
        _entries[entry].Weight -= cut;
    }

    private void AddUp(int entry, HeavyHitters other, int from)
    {
        ref HeavyEntry to = ref _entries[entry];
        ref HeavyEntry add = ref other._entries[from];
        to.Weight += add.Weight;
        to.Count += add.Count;
        to.Missed += add.Missed;
        to.Failed += add.Failed;
        to.Abandoned += add.Abandoned;
        if (other._times?[from] is { } times)
        {
            TimesOf(entry).Merge(times);
        }
    }

    public void Clear()
    {
        Array.Clear(_slots);
        for (int i = 0; i < Count; i++)
        {
            _times?[i]?.Clear();
        }

        (Count, _missed) = (0, 0);
        Generation++;
    }

    private int Insert(ulong hash, ReadOnlySpan<byte> label)
    {
        if (Count == _capacity)
        {
            Drop(MiddleWeight());
        }

        int entry = Count++;
        int length = Math.Min(label.Length, _labelBytes);
        label[..length].CopyTo(_labels.AsSpan(entry * _labelBytes));
        _entries[entry] = new HeavyEntry { Hash = hash, Missed = _missed, LabelLength = length };
        Link(entry);
        return entry;
    }

    /// <summary>The weight at half of the entries. In a stream of rare values nearly all weights are small, so counting them is faster than sorting.</summary>
    private long MiddleWeight()
    {
        Span<int> counts = stackalloc int[SmallWeights];
        counts.Clear();
        for (int i = 0; i < Count; i++)
        {
            counts[(int)Math.Min(_entries[i].Weight, SmallWeights - 1)]++;
        }

        int seen = 0;
        for (int weight = 0; weight < SmallWeights - 1; weight++)
        {
            seen += counts[weight];
            if (seen > Count / 2)
            {
                return weight;
            }
        }

        long[] weights = new long[Count];
        for (int i = 0; i < Count; i++)
        {
            weights[i] = _entries[i].Weight;
        }

        Array.Sort(weights);
        return weights[Count / 2];
    }

    /// <summary>Takes this much weight from every entry; those left without any go.</summary>
    private void Drop(long weight)
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (_entries[i].Weight <= weight)
            {
                _times?[i]?.Clear();
                continue;
            }

            if (kept != i)
            {
                _entries[kept] = _entries[i];
                Label(i).CopyTo(_labels.AsSpan(kept * _labelBytes));
                if (_times is not null)
                {
                    (_times[kept], _times[i]) = (_times[i], _times[kept]);
                }
            }

            _entries[kept++].Weight -= weight;
        }

        Count = kept;
        _missed += weight;
        Generation++;
        Array.Clear(_slots);
        for (int i = 0; i < Count; i++)
        {
            Link(i);
        }
    }

    private void Link(int entry)
    {
        int slot = (int)_entries[entry].Hash & _mask;
        while (_slots[slot] != 0)
        {
            slot = (slot + 1) & _mask;
        }

        _slots[slot] = entry + 1;
    }
}
