using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Why502.Traffic.Sketches;

/// <summary>
/// The frequent values of a stream in fixed room, mergeable. As long as there are no more different values than <c>capacity</c> all counts are exact, and merged exactly. Beyond it
/// values that have no place are counted in <see cref="PassedCounts"/>, and one that came more often there than <see cref="MissedMax"/> gets the place of a rarer one. A value that makes up
/// more than 2/capacity of the rows is held (for well mixed hashes; <see cref="MissedMax"/> is always true), and every entry tells how much it may have missed.
/// </summary>
internal sealed class HeavyHitters
{
    /// <summary>Bounds below this are counted, not sorted.</summary>
    private const int SmallBounds = 256;

    /// <summary>One in so many entries goes when room is needed.</summary>
    private const int DroppedShare = 4;

    /// <summary>A value that is not held has no place.</summary>
    public const int NotHeld = -1;

    private readonly int _capacity;
    private readonly int _labelBytes;
    private readonly int _mask;
    private readonly Slot[] _slots;
    private readonly HeavyEntry[] _entries;
    private readonly byte[] _labels;
    private readonly QuantileSketch?[]? _times;
    private long _missed;
    private bool _isSettled = true;

    /// <summary>Values that are not held, since the table was full; what they came before is at most <see cref="_passedBefore"/>.</summary>
    private PassedCounts? _passed;
    private PassedCounts? _passedSpare;
    private long _passedBefore;

    /// <summary>Rows of values that are not held.</summary>
    private long _passedRows;

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

    /// <summary>The next value that gets a place takes it from others, and entries move.</summary>
    public bool IsFull => Count == _capacity;

    /// <summary>No value that is not held was in more rows than this. 0: every value is held, and every count is exact.</summary>
    public long MissedMax => _missed;

    /// <summary>Changes whenever entries have moved, and is never that of another table or 0, so that whoever keeps a place knows that it is void.</summary>
    public int Generation { get; private set; } = NextGeneration();

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

    private static int _generations;

    private static int NextGeneration() => Interlocked.Increment(ref _generations);

    /// <summary>No value's key is 0, which a free slot has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong KeyOf(ulong hash) => hash | 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(ulong key) => (int)(key >> 20) & _mask;

    /// <summary>Counts one row of a value and answers its place, which holds until <see cref="Generation"/> changes, or <see cref="NotHeld"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(ulong hash, ReadOnlySpan<byte> label) => TryAdd(hash, out int place) ? place : AddBehind(hash, label);

    /// <summary>Counts one row of a value that stands where it is looked for first, as most do; false when it does not, and nothing is counted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(ulong hash, out int place)
    {
        ulong key = KeyOf(hash);
        place = SlotOf(key);
        ref Slot slot = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), place);
        if (slot.Key != key)
        {
            return false;
        }

        slot.Count++;
        _isSettled = false;
        return true;
    }

    /// <summary>Asks for the memory that a value will be looked for in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(ulong hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), SlotOf(hash))));
            _passed?.Prefetch(hash);
        }
    }

    /// <summary>Counts one more row of the value at a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddAt(int place)
    {
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), place).Count++;
        _isSettled = false;
    }

    /// <summary>The place of a value, or <see cref="NotHeld"/>.</summary>
    private int Find(ulong hash)
    {
        ulong key = KeyOf(hash);
        int place = SlotOf(key);
        while (_slots[place].Key != key)
        {
            if (_slots[place].Key == 0)
            {
                return NotHeld;
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

    /// <summary>The quantiles of all values that stand at places, by <see cref="EntryAt"/>; both hold until <see cref="Generation"/> changes.</summary>
    public QuantileSketch?[] Times => _times!;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int EntryAt(int place) => _slots[place].Entry;

    /// <summary>Notes a row that the value at a place was just counted for.</summary>
    public void Note(int place, bool failed, bool abandoned)
    {
        ref HeavyEntry entry = ref _entries[_slots[place].Entry];
        entry.Failed += failed ? 1 : 0;
        entry.Abandoned += abandoned ? 1 : 0;
    }

    /// <summary>As <see cref="Add"/>, for a value that may stand anywhere or nowhere.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int AddBehind(ulong hash, ReadOnlySpan<byte> label)
    {
        if (!TryAddAnywhere(hash, out int place))
        {
            place = Take(place, KeyOf(hash), label);
            AddAt(place);
        }

        return place;
    }

    /// <summary>Counts one row of a value wherever it stands, also among those that pass; false when it is to get a place and needs its label for that, and nothing is counted.</summary>
    /// <param name="place">The value's place or <see cref="NotHeld"/>; a free one when the answer is false.</param>
    public bool TryAddAnywhere(ulong hash, out int place)
    {
        ulong key = KeyOf(hash);
        place = SlotOf(key);
        ulong found;
        while ((found = _slots[place].Key) != key)
        {
            if (found == 0)
            {
                if (!TryPass(key))
                {
                    return false;
                }

                place = NotHeld;
                return true;
            }

            place = (place + 1) & _mask;
        }

        AddAt(place);
        return true;
    }

    /// <summary>Counts a value that is not held among those that pass; false when it is to get a place.</summary>
    private bool TryPass(ulong key)
    {
        if (_passed is null)
        {
            if (Count < _capacity)
            {
                return false;
            }

            BeginPassed();
        }

        int came = _passed!.Add(key);
        if (came == PassedCounts.Full)
        {
            BeginPassed();
            came = _passed.Add(key);
        }

        if (_passedBefore + came > _missed)
        {
            return false;
        }

        _passedRows++;
        return true;
    }

    /// <summary>Gives a value its place, of which <see cref="TryAddAnywhere"/> has said that it is to get one.</summary>
    private int Take(int free, ulong key, ReadOnlySpan<byte> label)
    {
        // No value that is not held came more often than MissedMax, whatever shares its cells; this row is among those that passed.
        long missed = _passed is null ? _missed : Math.Min(_passedBefore + _passed[key] - 1, _missed);
        if (Count == _capacity)
        {
            DropRarest();
            free = FreeFor(key);
        }

        return Insert(free, key, label, missed);
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
            entry.Count += slot.Count;
            slot.Count = 0;
        }

        _isSettled = true;
    }

    /// <summary>Begins to count values that are not held; <see cref="MissedMax"/> holds for what they came before.</summary>
    private void BeginPassed()
    {
        EndPassed();
        (_passed, _passedBefore, _passedSpare) = (_passedSpare ?? new PassedCounts(_capacity), _missed, null);
    }

    private void EndPassed()
    {
        if (_passed is not null)
        {
            _passed.Clear();
            (_passed, _passedSpare) = (null, _passed);
        }
    }

    public void Merge(HeavyHitters other)
    {
        Settle();
        other.Settle();
        // What one side does not hold may still have been there, up to that side's bound.
        Span<bool> both = new bool[Count];
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
            both[entry] = true;
            AddUp(entry, other, i);
        }

        for (int i = 0; i < both.Length; i++)
        {
            _entries[i].Missed += both[i] ? 0 : other.MissedOf(_entries[i].Key);
        }

        MergeNew(other, added);
        _passedRows += other._passedRows;
        EndPassed();
    }

    private void MergeNew(HeavyHitters other, List<int> added)
    {
        long missed = _missed + other._missed;
        long[] missedHere = [.. added.Select(i => MissedOf(other._entries[i].Key))];
        int excess = Count + added.Count - _capacity;
        long cut = -1;
        if (excess > 0)
        {
            // Those that may be the most frequent of both together stay, in an order that does not depend on where they stood.
            long[] bounds = [.. _entries.Take(Count).Select(entry => BoundOf(entry)), .. added.Select((from, i) => BoundOf(other._entries[from]) + missedHere[i])];
            Array.Sort(bounds);
            cut = bounds[excess - 1];
            Drop(cut);
        }

        for (int i = 0; i < added.Count; i++)
        {
            HeavyEntry from = other._entries[added[i]];
            if (BoundOf(from) + missedHere[i] <= cut)
            {
                _passedRows += from.Count;
                continue;
            }

            int place = Insert(FreeFor(from.Key), from.Key, other.Label(added[i]), missedHere[i]);
            AddUp(_slots[place].Entry, other, added[i]);
        }

        _missed = Math.Max(missed, cut);
    }

    /// <summary>How often a value that is not held came at most.</summary>
    private long MissedOf(ulong key) => _passed is null ? _missed : Math.Min(_missed, _passedBefore + _passed[key]);

    private static long BoundOf(in HeavyEntry entry) => entry.Count + entry.Missed;

    private void AddUp(int entry, HeavyHitters other, int from)
    {
        ref HeavyEntry to = ref _entries[entry];
        ref HeavyEntry add = ref other._entries[from];
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
        EndPassed();
        _passedRows = 0;
        Generation = NextGeneration();
    }

    /// <param name="place">A free slot for the key.</param>
    /// <returns>Where it is now.</returns>
    private int Insert(int place, ulong key, ReadOnlySpan<byte> label, long missed)
    {
        int entry = Count++;
        if (_times is not null)
        {
            _times[entry] ??= new QuantileSketch();
        }

        int length = Math.Min(label.Length, _labelBytes);
        label[..length].CopyTo(_labels.AsSpan(entry * _labelBytes));
        _entries[entry] = new HeavyEntry { Key = key, Missed = missed, LabelLength = length, Place = place };
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

    /// <summary>Makes room. What a value must have come to get a place is at least its share of the rows, so that places do not change hands at every row of a stream of rare values.</summary>
    private void DropRarest()
    {
        Settle();
        long rows = _passedRows;
        foreach (ref HeavyEntry entry in _entries.AsSpan(0, Count))
        {
            rows += entry.Count;
        }

        long cut = RareBound();
        Drop(cut);
        _missed = Math.Max(_missed, Math.Max(cut, rows / _capacity));
    }

    /// <summary>How often the rarest quarter of the entries came at most. In a stream of rare values nearly all bounds are small, so counting them is faster than sorting.</summary>
    private long RareBound()
    {
        Span<int> counts = stackalloc int[SmallBounds];
        counts.Clear();
        for (int i = 0; i < Count; i++)
        {
            counts[(int)Math.Min(BoundOf(_entries[i]), SmallBounds - 1)]++;
        }

        int seen = 0;
        for (int bound = 0; bound < SmallBounds - 1; bound++)
        {
            seen += counts[bound];
            if (seen > Count / DroppedShare)
            {
                return bound;
            }
        }

        long[] bounds = [.. _entries.Take(Count).Select(entry => BoundOf(entry))];
        Array.Sort(bounds);
        return bounds[Count / DroppedShare];
    }

    /// <summary>Drops the entries that came so often at most.</summary>
    private void Drop(long cut)
    {
        int kept = 0;
        bool isTaken = true;
        for (int i = 0; i < Count; i++)
        {
            long bound = BoundOf(_entries[i]);
            if (bound <= cut)
            {
                _times?[i]?.Clear();
                _passedRows += _entries[i].Count;
                isTaken &= _passed is null || _passed.Raise(_entries[i].Key, bound - _passedBefore);
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

            kept++;
        }

        Count = kept;
        if (!isTaken)
        {
            // Counting begins anew, from the bound that holds for all.
            EndPassed();
        }

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
