using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Why502.Traffic.Sketches;

/// <summary>
/// The frequent values of a stream in fixed room, mergeable. As long as there are no more different values than <c>capacity</c> all counts are exact, and merged exactly. Beyond it
/// values that have no place are counted in <see cref="PassedCounts"/>, and one that came more often there than <see cref="MissedMax"/> gets the place of a rarer one. A value that makes up
/// more than 2/capacity of the rows is held (for well mixed hashes; <see cref="MissedMax"/> is always true), and every entry tells how much it may have missed.
/// </summary>
internal sealed unsafe partial class HeavyHitters
{
    /// <summary>A value that is not held has no entry.</summary>
    public const int NotHeld = -1;

    private const int Ways = 4;
    private const int LineBytes = 64;

    private readonly int _capacity;
    private readonly int _labelBytes;
    private readonly int _mask;
    private readonly byte[] _lines;
    private readonly Set* _sets;
    private readonly HeavyEntry[] _entries;
    private readonly byte[] _labels;
    private long _missed;
    private bool _isSettled = true;

    /// <summary>Values that are not held, since the table was full; what they came before is at most <see cref="_passedBefore"/>.</summary>
    private PassedCounts? _passed;
    private PassedCounts? _passedSpare;
    private long _passedBefore;

    /// <summary>Rows of values that are not held.</summary>
    private long _passedRows;

    /// <summary>
    /// Where values are found: a line of the processor's cache. A value is in the set that it is looked for first, or in the next one that was not full. Its rows are counted here, beside
    /// the key, until <see cref="Settle"/> brings them home.
    /// </summary>
    private struct Set
    {
        /// <summary>0: the way is free.</summary>
        public fixed ulong Keys[Ways];
        public fixed int Entries[Ways];
        public fixed uint Counts[Ways];
    }

    /// <param name="labelBytes">Room for the text of one value; longer ones are cut.</param>
    /// <param name="timed">Whether each value has quantiles of its own.</param>
    public HeavyHitters(int capacity, int labelBytes, bool timed = false)
    {
        (_capacity, _labelBytes) = (capacity, labelBytes);
        int sets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, Ways) * 2) / Ways;
        _mask = sets - 1;
        _lines = GC.AllocateArray<byte>((sets + 1) * LineBytes, pinned: true);
        fixed (byte* first = _lines)
        {
            _sets = (Set*)(((nuint)first + LineBytes - 1) & ~(nuint)(LineBytes - 1));
        }

        _entries = new HeavyEntry[capacity];
        _labels = new byte[capacity * labelBytes];
        (_times, _late) = timed ? (new QuantileSketch?[capacity], new EntryTimes(capacity)) : default;
    }

    public int Count { get; private set; }

    /// <summary>The next value that is to be held takes its entry from others, and entries move.</summary>
    public bool IsFull => Count == _capacity;

    /// <summary>No value that is not held was in more rows than this. 0: every value is held, and every count is exact.</summary>
    public long MissedMax => _missed;

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

    /// <summary>No value's key is 0, which a free way has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong KeyOf(ulong hash) => hash | 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Set* SetOf(ulong key) => _sets + ((int)(key >> 20) & _mask);

    /// <summary>The way of a set that holds a key, or <see cref="Ways"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WayOf(Set* set, ulong key)
        => BitOperations.TrailingZeroCount(Vector256.Equals(Vector256.Load(set->Keys), Vector256.Create(key)).ExtractMostSignificantBits() | (1u << Ways));

    /// <summary>Counts one row of a value and answers its entry, which holds until one is taken while <see cref="IsFull"/>, or <see cref="NotHeld"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(ulong hash, ReadOnlySpan<byte> label) => TryAdd(hash, out int entry) ? entry : AddBehind(hash, label);

    /// <summary>Counts one row of a value that stands where it is looked for first, as most do; false when it does not, and nothing is counted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(ulong hash, out int entry)
    {
        ulong key = KeyOf(hash);
        Set* set = SetOf(key);
        int way = WayOf(set, key);
        if (way == Ways)
        {
            entry = NotHeld;
            return false;
        }

        set->Counts[way]++;
        entry = set->Entries[way];
        _isSettled = false;
        return true;
    }

    /// <summary>Counts one row of each value that stands where it is looked for first.</summary>
    /// <param name="others">Gets the places of the others among the hashes.</param>
    /// <returns>How many others there are.</returns>
    public int AddFound(ulong* hashes, int count, int* others)
    {
        Set* sets = _sets;
        int mask = _mask;
        int other = 0;
        for (int i = 0; i < count; i++)
        {
            ulong key = KeyOf(hashes[i]);
            Set* set = sets + ((int)(key >> 20) & mask);
            int way = WayOf(set, key);

            // What is counted without being found goes to a way's count as nothing.
            set->Counts[way & (Ways - 1)] += way < Ways ? 1u : 0u;
            others[other] = i;
            other += way < Ways ? 0 : 1;
        }

        _isSettled = false;
        return other;
    }

    /// <summary>Takes back what <see cref="AddFound"/> has counted behind one of the others. No entry has moved in between.</summary>
    /// <param name="at">The other's place among the others.</param>
    public void TakeBackFound(ulong* hashes, int* others, int at, int othersCount, int count)
    {
        int next = at + 1;
        for (int i = others[at] + 1; i < count; i++)
        {
            if (next < othersCount && others[next] == i)
            {
                next++;
                continue;
            }

            ulong key = KeyOf(hashes[i]);
            Set* set = SetOf(key);
            set->Counts[WayOf(set, key)]--;
        }
    }

    /// <summary>Asks for the memory that values will be looked for in.</summary>
    public void Prefetch(ulong* hashes, int count)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        for (int i = 0; i < count; i++)
        {
            Sse.Prefetch0(SetOf(hashes[i]));
        }

        _passed?.Prefetch(hashes, count);
    }

    /// <summary>Counts rows of the value of an entry.</summary>
    public void AddAt(int entry, long rows) => _entries[entry].Count += rows;

    /// <summary>Notes a row that the value of an entry was just counted for.</summary>
    public void Note(int entry, bool failed, bool abandoned)
    {
        ref HeavyEntry to = ref _entries[entry];
        to.Failed += failed ? 1 : 0;
        to.Abandoned += abandoned ? 1 : 0;
    }

    /// <summary>As <see cref="Add"/>, for a value that may stand anywhere or nowhere.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public int AddBehind(ulong hash, ReadOnlySpan<byte> label) => TryAddAnywhere(hash, out int entry) ? entry : Take(hash, label);

    /// <summary>Counts one row of a value wherever it stands, also among those that pass; false when it is to be held and <see cref="Take"/> is to be called, and nothing is counted yet.</summary>
    /// <param name="entry">The value's entry or <see cref="NotHeld"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAddAnywhere(ulong hash, out int entry)
    {
        ulong key = KeyOf(hash);
        Set* set = SetOf(key);
        int way;
        while ((way = WayOf(set, key)) == Ways && WayOf(set, 0) == Ways)
        {
            set = Next(set);
        }

        if (way < Ways)
        {
            set->Counts[way]++;
            entry = set->Entries[way];
            _isSettled = false;
            return true;
        }

        entry = NotHeld;
        return TryPass(key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Set* Next(Set* set) => set - _sets == _mask ? _sets : set + 1;

    /// <summary>Counts a value that is not held among those that pass; false when it is to be held.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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

    /// <summary>Holds a value of which <see cref="TryAddAnywhere"/> has said that it is to be held, counts one row of it and answers its entry.</summary>
    public int Take(ulong hash, ReadOnlySpan<byte> label)
    {
        // No value that is not held came more often than MissedMax, whatever shares its cells; this row is among those that passed.
        ulong key = KeyOf(hash);
        long missed = _passed is null ? _missed : Math.Min(_passedBefore + _passed[key] - 1, _missed);
        if (Count == _capacity)
        {
            DropRarest();
        }

        int entry = Insert(key, label, missed);
        _entries[entry].Count = 1;
        return entry;
    }

    /// <summary>Brings all counts to the entries.</summary>
    private void Settle()
    {
        if (_isSettled)
        {
            return;
        }

        for (Set* set = _sets; set <= _sets + _mask; set++)
        {
            for (int way = 0; way < Ways; way++)
            {
                if (set->Counts[way] != 0)
                {
                    _entries[set->Entries[way]].Count += set->Counts[way];
                    set->Counts[way] = 0;
                }
            }
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

    public void Clear()
    {
        Array.Clear(_lines);
        for (int i = 0; i < Count; i++)
        {
            _times?[i]?.Clear();
        }

        _late?.Clear();
        (Count, _missed, _isSettled) = (0, 0, true);
        EndPassed();
        _passedRows = 0;
    }

    /// <returns>Its entry.</returns>
    private int Insert(ulong key, ReadOnlySpan<byte> label, long missed)
    {
        int entry = Count++;
        if (_times is not null)
        {
            _times[entry] ??= new QuantileSketch();
        }

        int length = Math.Min(label.Length, _labelBytes);
        label[..length].CopyTo(_labels.AsSpan(entry * _labelBytes));
        _entries[entry] = new HeavyEntry { Key = key, Missed = missed, LabelLength = length };
        Link(entry);
        return entry;
    }

    /// <summary>Puts an entry's key where it is looked for.</summary>
    private void Link(int entry)
    {
        ulong key = _entries[entry].Key;
        Set* set = SetOf(key);
        int way;
        while ((way = WayOf(set, 0)) == Ways)
        {
            set = Next(set);
        }

        (set->Keys[way], set->Entries[way], set->Counts[way]) = (key, entry, 0);
    }

    /// <summary>The entry of a key, or <see cref="NotHeld"/>.</summary>
    private int Find(ulong key)
    {
        Set* set = SetOf(key);
        int way;
        while ((way = WayOf(set, key)) == Ways)
        {
            if (WayOf(set, 0) < Ways)
            {
                return NotHeld;
            }

            set = Next(set);
        }

        return set->Entries[way];
    }
}
