using System.Runtime.CompilerServices;

namespace Why502.Logs;

/// <summary>Finds the number of a group by its fingerprint. Single groups are never taken away.</summary>
internal sealed class GroupIndex
{
    /// <summary>What <see cref="Find"/> answers for a fingerprint that has no group.</summary>
    public const int None = -1;

    private const int LengthMin = 256;

    /// <summary>At most a quarter is in use.</summary>
    private Entry[] entries = new Entry[LengthMin];
    private int count;

    /// <summary>A bit for each fingerprint that may be there: most of those that are not are told by it, from memory that is always near.</summary>
    private readonly ulong[] filter = new ulong[FilterWords];

    private const int FilterWords = 128;

    private struct Entry
    {
        public Fingerprint Print;
        public int NumberPlusOne;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(in Fingerprint print) =>
        (filter[(int)(print.Upper >> 6) & (FilterWords - 1)] >> (int)print.Upper & 1) == 0 ? None : FindEntry(print);

    private int FindEntry(in Fingerprint print)
    {
        for (var at = (int)print.Lower; ; at++)
        {
            ref var entry = ref entries[at & (entries.Length - 1)];
            if (entry.NumberPlusOne == 0 || entry.Print == print)
            {
                return entry.NumberPlusOne - 1;
            }
        }
    }

    public void Clear()
    {
        entries.AsSpan().Clear();
        filter.AsSpan().Clear();
        count = 0;
    }

    public void Add(in Fingerprint print, int number)
    {
        if (++count * 4 > entries.Length)
        {
            var smaller = entries;
            entries = new Entry[smaller.Length * 2];
            foreach (ref readonly var entry in smaller.AsSpan())
            {
                if (entry.NumberPlusOne != 0)
                {
                    Put(entry);
                }
            }
        }

        filter[(int)(print.Upper >> 6) & (FilterWords - 1)] |= 1UL << (int)print.Upper;
        Put(new Entry { Print = print, NumberPlusOne = number + 1 });
    }

    private void Put(in Entry entry)
    {
        var at = (int)entry.Print.Lower;
        while (entries[at & (entries.Length - 1)].NumberPlusOne != 0)
        {
            at++;
        }

        entries[at & (entries.Length - 1)] = entry;
    }
}
