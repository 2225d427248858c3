namespace Why502.Traffic.Sketches;

/// <summary>How two tables become one, and how entries go when room is needed.</summary>
internal sealed unsafe partial class HeavyHitters
{
    /// <summary>Bounds below this are counted, not sorted.</summary>
    private const int SmallBounds = 256;

    /// <summary>One in so many entries goes when room is needed.</summary>
    private const int DroppedShare = 4;

    private int[]? _moved;

    /// <summary>Where each entry went when room was needed last, or <see cref="NotHeld"/>.</summary>
    public ReadOnlySpan<int> Moved => _moved;

    /// <summary>Takes over what another table has counted; its quantiles are empty then, so that there is no room for both.</summary>
    public void Merge(HeavyHitters other)
    {
        Settle();
        BringTimes();
        other.Settle();
        other.SortTimes();
        // What one side does not hold may still have been there, up to that side's bound.
        Span<bool> both = new bool[Count];
        List<int> added = [];
        for (int i = 0; i < other.Count; i++)
        {
            int entry = Find(other._entries[i].Key);
            if (entry == NotHeld)
            {
                added.Add(i);
                continue;
            }

            both[entry] = true;
            AddUp(entry, other, i);
        }

        for (int i = 0; i < both.Length; i++)
        {
            _entries[i].Missed += both[i] ? 0 : other.MissedOf(_entries[i].Key);
        }

        MergeNew(other, added);
        other._late?.Clear();
        _passedRows += other._passedRows;
        EndPassed();
    }

    private void MergeNew(HeavyHitters other, List<int> added)
    {
        long missed = _missed + other._missed;
        long[] missedHere = new long[added.Count];
        for (int i = 0; i < missedHere.Length; i++)
        {
            missedHere[i] = MissedOf(other._entries[added[i]].Key);
        }

        int excess = Count + added.Count - _capacity;
        long cut = -1;
        if (excess > 0)
        {
            // Those that may be the most frequent of both together stay, in an order that does not depend on where they stood.
            long[] bounds = Bounds(added.Count);
            for (int i = 0; i < added.Count; i++)
            {
                bounds[Count + i] = BoundOf(other._entries[added[i]]) + missedHere[i];
            }

            cut = OrderStatistic.Of(bounds, excess - 1);
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

            AddUp(Insert(from.Key, other.Label(added[i]), missedHere[i]), other, added[i]);
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
            QuantileSketch all = _times![entry]!;
            all.Merge(times);
            times.Clear();
            other._late!.AddTo(all, from);
        }
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

        return OrderStatistic.Of(Bounds(0), Count / DroppedShare);
    }

    /// <summary>What the values of all entries came at most, with room for more behind.</summary>
    private long[] Bounds(int more)
    {
        long[] bounds = new long[Count + more];
        for (int i = 0; i < Count; i++)
        {
            bounds[i] = BoundOf(_entries[i]);
        }

        return bounds;
    }

    /// <summary>Drops the entries that came so often at most.</summary>
    private void Drop(long cut)
    {
        int kept = 0;
        bool isTaken = true;
        int[] moved = _moved ??= new int[_capacity];
        for (int i = 0; i < Count; i++)
        {
            long bound = BoundOf(_entries[i]);
            if (bound <= cut)
            {
                moved[i] = NotHeld;
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

            moved[i] = kept++;
        }

        Count = kept;
        _late?.Move(moved);
        if (!isTaken)
        {
            // Counting begins anew, from the bound that holds for all.
            EndPassed();
        }

        Array.Clear(_lines);
        for (int i = 0; i < Count; i++)
        {
            Link(i);
        }
    }
}
