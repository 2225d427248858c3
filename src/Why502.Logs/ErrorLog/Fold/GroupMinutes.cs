using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Why502.Logs;

/// <summary>
/// Counts per minute of each group: the last <see cref="Max"/> of what was counted in it. Order does not matter as long as it stays within them. Minutes are numbered
/// from the beginning of the calendar; 0 is none. A minute's counts of all groups lie side by side, because they are counted together.
/// </summary>
internal sealed class GroupMinutes
{
    public const int Max = 120;

    /// <summary>A row has room for a whole number of vectors.</summary>
    private const int RowLengthMin = 64;

    private readonly Row[] rows = new Row[Max];

    public GroupMinutes() => rows.AsSpan().Fill(new Row([], []));

    /// <summary>For each group the minute that the row's count is about, and the count.</summary>
    private readonly record struct Row(int[] Minutes, int[] Records);

    /// <summary>Adds a minute's records to those of each group, and takes them away from where they were counted.</summary>
    /// <param name="counts">A whole number of vectors.</param>
    public void Take(int minute, Span<int> counts)
    {
        var (minutes, records) = RowFor(minute, counts.Length);
        var now = Vector256.Create(minute);
        for (var from = 0; from < counts.Length; from += Vector256<int>.Count)
        {
            ref var count = ref MemoryMarshal.GetReference(counts[from..]);
            var more = Vector256.LoadUnsafe(ref count);
            if (more == Vector256<int>.Zero)
            {
                continue;
            }

            Vector256<int>.Zero.StoreUnsafe(ref count);
            ref var minuteOf = ref minutes.AsSpan(from, Vector256<int>.Count)[0];
            ref var recordsOf = ref records.AsSpan(from, Vector256<int>.Count)[0];
            var (then, before) = (Vector256.LoadUnsafe(ref minuteOf), Vector256.LoadUnsafe(ref recordsOf));
            var isNewer = Vector256.AndNot(Vector256.LessThan(then, now), Vector256.Equals(more, Vector256<int>.Zero));
            Vector256.ConditionalSelect(isNewer, now, then).StoreUnsafe(ref minuteOf);
            Vector256.ConditionalSelect(isNewer, more, before + (more & Vector256.Equals(then, now))).StoreUnsafe(ref recordsOf);
        }
    }

    /// <summary>Counts for a group what another one counted.</summary>
    public void Merge(int from, int into)
    {
        foreach (var (minutes, records) in rows)
        {
            if (from >= minutes.Length || minutes[into] > minutes[from])
            {
                continue;
            }

            records[into] = records[from] + (minutes[into] == minutes[from] ? records[into] : 0);
            minutes[into] = minutes[from];
        }
    }

    /// <summary>Some groups are gone, and those behind them have got lower numbers.</summary>
    public void Remove(ReadOnlySpan<bool> gone)
    {
        foreach (var (minutes, records) in rows)
        {
            var to = 0;
            for (var from = 0; from < Math.Min(gone.Length, minutes.Length); from++)
            {
                (minutes[to], records[to]) = (minutes[from], records[from]);
                to += gone[from] ? 0 : 1;
            }

            minutes.AsSpan(to).Clear();
            records.AsSpan(to).Clear();
        }
    }

    /// <summary>
    /// Each group's, oldest first, from its first minute to its last, but of the last ones <see cref="Max"/> at most. Neighbours are read together: their counts of a
    /// minute came from memory together.
    /// </summary>
    /// <param name="spans">For each group its first minute and its last; none where the last one lies before the first.</param>
    public int[][] Lists(ReadOnlySpan<(int First, int Last)> spans)
    {
        int[][] lists = new int[spans.Length][];
        for (var group = 0; group < spans.Length; group++)
        {
            var (first, last) = spans[group];
            lists[group] = new int[Math.Clamp(last - first + 1, 0, Max)];
        }

        for (var block = 0; block < spans.Length; block += Neighbours)
        {
            foreach (var (minutes, records) in rows)
            {
                for (var group = block; group < Math.Min(Math.Min(block + Neighbours, spans.Length), minutes.Length); group++)
                {
                    var list = lists[group];
                    var place = minutes[group] - (spans[group].Last - list.Length + 1);
                    if ((uint)place < (uint)list.Length)
                    {
                        list[place] = records[group];
                    }
                }
            }
        }

        return lists;
    }

    private const int Neighbours = 16;

    private Row RowFor(int minute, int groups)
    {
        ref var row = ref rows[minute % Max];
        if (row.Minutes.Length < groups)
        {
            var (minutes, records) = row;
            var length = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(groups, RowLengthMin));
            Array.Resize(ref minutes, length);
            Array.Resize(ref records, length);
            row = new Row(minutes, records);
        }

        return row;
    }
}
