using System.Numerics;
using System.Runtime.CompilerServices;

namespace Why502.Logs;

/// <summary>Finds the number of a group by its fingerprint. Single groups are never taken away.</summary>
internal sealed class GroupIndex(int groupsMax)
{
    /// <summary>What <see cref="Find"/> answers for a fingerprint that has no group.</summary>
    public const int None = -1;

    private readonly Entry[] entries = new Entry[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(groupsMax, 1) * 4)];

    /// <summary>A bit for each fingerprint that may be there: most of those that are not are told by it, from memory that is always near.</summary>
    private readonly ulong[] filter = new ulong[FilterWords];

    private const int FilterWords = 128;

    private readonly record struct Entry(UInt128 Print, int NumberPlusOne);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(UInt128 print) =>
        (filter[(int)((ulong)(print >> 64) >> 6) & (FilterWords - 1)] >> (int)(print >> 64) & 1) == 0 ? None : FindEntry(print);

    private int FindEntry(UInt128 print)
    {
        for (var at = (int)(ulong)print; ; at++)
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
    }

    public void Add(UInt128 print, int number)
    {
        filter[(int)((ulong)(print >> 64) >> 6) & (FilterWords - 1)] |= 1UL << (int)(print >> 64);
        var at = (int)(ulong)print;
        while (entries[at & (entries.Length - 1)].NumberPlusOne != 0)
        {
            at++;
        }

        entries[at & (entries.Length - 1)] = new Entry(print, number + 1);
    }
}
