using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Why502.Logs.Gzip;

/// <summary>
/// Where two literals' codes fit into a table's bits one entry stands for both. What follows a code is found by fewer bits, so at a smaller number: from the end to the beginning it is still
/// as it was.
/// </summary>
internal static class LiteralPairs
{
    /// <param name="entries">The main table, two to the power of its bits.</param>
    public static unsafe void Join(Span<uint> entries, int tableBits)
    {
        int i = entries.Length;
        if (Avx2.IsSupported)
        {
            fixed (uint* first = entries)
            {
                // Entries that are looked up stand before those that are written, but for the first eight.
                for (i -= Vector256<uint>.Count; i > 0; i -= Vector256<uint>.Count)
                {
                    JoinEight(first, (uint)i, (uint)tableBits);
                }

                i += Vector256<uint>.Count;
            }
        }

        JoinEach(entries[..i], tableBits);
    }

    /// <summary>One by one: what the other way is held to.</summary>
    /// <param name="entries">The beginning of the main table, or all of it.</param>
    internal static void JoinEach(Span<uint> entries, int tableBits)
    {
        for (int i = entries.Length - 1; i >= 0; i--)
        {
            uint one = entries[i];
            uint two = entries[i >> (int)(one & Entry.BitsMask)];
            if ((one & two & Entry.Literal) != 0 && (one & Entry.BitsMask) + (two & Entry.BitsMask) <= tableBits)
            {
                entries[i] = one + (two & Entry.BitsMask) + (1 << Entry.CodeShift) + (two >> Entry.ValueShift << (Entry.ValueShift + 8));
            }
        }
    }

    private static unsafe void JoinEight(uint* entries, uint at, uint tableBits)
    {
        Vector256<uint> bitsMask = Vector256.Create(Entry.BitsMask);
        Vector256<uint> one = Vector256.Load(entries + at);
        Vector256<uint> oneBits = one & bitsMask;
        Vector256<uint> places = Avx2.ShiftRightLogicalVariable(Vector256.Create(at) + Vector256<uint>.Indices, oneBits);
        Vector256<uint> two = Avx2.GatherVector256(entries, places.AsInt32(), sizeof(uint));
        Vector256<uint> twoBits = two & bitsMask;
        Vector256<uint> joined = one + twoBits + Vector256.Create(1u << Entry.CodeShift) + (two >> Entry.ValueShift << (Entry.ValueShift + 8));
        Vector256<uint> isPair = ~Vector256.Equals(one & two & Vector256.Create(Entry.Literal), Vector256<uint>.Zero) & Vector256.LessThanOrEqual(oneBits + twoBits, Vector256.Create(tableBits));
        Vector256.ConditionalSelect(isPair, joined, one).Store(entries + at);
    }
}
