using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
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
    private readonly Slot[] _slots;
    private readonly HeavyEntry[] _entries;
    private readonly byte[] _labels;
    private readonly QuantileSketch?[]? _times;
    private long _missed;
    private bool _isSettled = true;

    /// <summary>Where a value is found. Its rows are counted here, beside the key, until <see cref="Settle"/> brings them home.</summary>
    private struct Slot
    {
        /// <summary>0: the slot is free.</summary>
        public ulong Key;
        public int Entry;
        public uint Count;
    }

    /// <param name="labelBytes">Room for the text of one value; longer ones are cut.</param>
    /// <param name="timed">Whether each value has quantiles of its own.</param>
    public HeavyHitters(int capacity, int labelBytes, bool timed = false)
    {
        (_capacity, _labelBytes) = (capacity, labelBytes);
        _slots = GC.AllocateArray<Slot>((int)BitOperations.RoundUpToPowerOf2((uint)capacity * 2), pinned: true);
        _mask = _slots.Length - 1;
        _entries = new HeavyEntry[capacity];
        _labels = new byte[capacity * labelBytes];
        _times = timed ? new QuantileSketch?[capacity] : null;
    }

    public int Count { get; private set; }

    /// <summary>No value that is not held was in more rows than this. 0: every value is held, and every count is exact.</summary>
    public long MissedMax => _missed;

    /// <summary>Changes whenever entries have moved, and is never that of another table, so that whoever keeps a place knows that it is void.</summary>
    public long Generation { get; private set; } = NextGeneration();

    public ref readonly HeavyEntry this[int index]
    {
        get
        {
            Settle();
            return ref _entries[index];
        }
    }

    public ReadOnlySpan<byte> Label(int index) => _labels.AsSpan(index * _labelBytes, _entries[index].LabelLength);

    public string Text(int index) => Encoding.UTF8.GetString(Label(index));

    public QuantileSketch TimesOf(int index) => _times![index] ??= new QuantileSketch();

    private static long _generations;

    private static long NextGeneration() => Interlocked.Increment(ref _generations);

    /// <summary>No value's key is 0, which a free slot has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong KeyOf(ulong hash) => hash | 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(ulong key) => (int)(key >> 20) & _mask;

    /// <summary>Counts one row of a value and answers its place, which holds until <see cref="Generation"/> changes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(ulong hash, ReadOnlySpan<byte> label)
    {
        ulong key = KeyOf(hash);
        int place = SlotOf(key);
        ref Slot slot = ref _slots[place];
        if (slot.Key != key)
        {
            return AddBehind(place, key, label);
        }

        slot.Count++;
        _isSettled = false;
        return place;
    }

    /// <summary>Asks for the memory that a value will be looked for in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(ulong hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref _slots[SlotOf(hash)]));
        }
    }

    /// <summary>Counts one more row of the value at a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddAt(int place)
    {
        _slots[place].Count++;
        _isSettled = false;
    }

    /// <summary>The place of a value, or -1.</summary>
    public int Find(ulong hash)
    {
        ulong key = KeyOf(hash);
        int place = SlotOf(key);
        while (_slots[place].Key != key)
        {
            if (_slots[place].Key == 0)
            {
                return -1;
            }

            place = (place + 1) & _mask;
        }

        return place;
    }

    /// <summary>The quantiles of the value at a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public QuantileSketch TimesAt(int place)
    {
        int entry = _slots[place].Entry;
        return _times![entry] ?? TimesOf(entry);
    }

    /// <summary>Asks for the memory of a value's quantiles and answers its entry, which holds until <see cref="Generation"/> changes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int PrefetchTimes(int place)
    {
        int entry = _slots[place].Entry;
        _times![entry]?.Prefetch();
        return entry;
    }

    /// <summary>Notes a row that the value at a place was just counted for.</summary>
    public void Note(int place, bool failed, bool abandoned)
    {
        ref HeavyEntry entry = ref _entries[_slots[place].Entry];
        entry.Failed += failed ? 1 : 0;
        entry.Abandoned += abandoned ? 1 : 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int AddBehind(int place, ulong key, ReadOnlySpan<byte> label)
    {
        while (_slots[place].Key != key)
        {
            if (_slots[place].Key == 0)
            {
                place = Insert(place, key, label);
                break;
            }

            place = (place + 1) & _mask;
        }

        AddAt(place);
        return place;
    }

    /// <summary>Brings all counts to the entries.</summary>
    private void Settle()
    {
        if (_isSettled)
        {
            return;
        }

        foreach (ref HeavyEntry entry in _entries.AsSpan(0, Count))
        {
            ref Slot slot = ref _slots[entry.Place];
            entry.Weight += slot.Count;
            entry.Count += slot.Count;
            slot.Count = 0;
        }

        _isSettled = true;
    }

    public void Merge(HeavyHitters other)
    {
        Settle();
        other.Settle();
        // What one side does not hold may still have been there, up to that side's bound.
        Span<bool> both = new bool[Count];
        long bound = _missed;
        List<int> added = [];
        for (int i = 0; i < other.Count; i++)
        {
            int place = Find(other._entries[i].Key);
            if (place < 0)
            {
                added.Add(i);
                continue;
            }

            int entry = _slots[place].Entry;
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
        int entry = _slots[Insert(FreeFor(other._entries[from].Key), other._entries[from].Key, other.Label(from))].Entry;
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

        (Count, _missed, _isSettled) = (0, 0, true);
        Generation = NextGeneration();
    }

    /// <param name="place">A free slot for the key, when nothing has to go for it.</param>
    /// <returns>Where it is now.</returns>
    private int Insert(int place, ulong key, ReadOnlySpan<byte> label)
    {
        if (Count == _capacity)
        {
            Settle();
            Drop(MiddleWeight());
            place = FreeFor(key);
        }

        int entry = Count++;
        int length = Math.Min(label.Length, _labelBytes);
        label[..length].CopyTo(_labels.AsSpan(entry * _labelBytes));
        _entries[entry] = new HeavyEntry { Key = key, Missed = _missed, LabelLength = length, Place = place };
        _slots[place] = new Slot { Key = key, Entry = entry };
        return place;
    }

    private int FreeFor(ulong key)
    {
        int place = SlotOf(key);
        while (_slots[place].Key != 0)
        {
            place = (place + 1) & _mask;
        }

        return place;
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
        Generation = NextGeneration();
        Array.Clear(_slots);
        for (int i = 0; i < Count; i++)
        {
            int place = FreeFor(_entries[i].Key);
            _entries[i].Place = place;
            _slots[place] = new Slot { Key = _entries[i].Key, Entry = i };
        }
    }
}
