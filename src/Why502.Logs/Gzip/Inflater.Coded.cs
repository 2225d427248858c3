using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Why502.Logs.Gzip;

/// <summary>Literals and matches: in long strides where there are bytes enough, one by one where the packed bytes end.</summary>
internal sealed partial class Inflater
{
    /// <summary>Packed bytes that one stride may look at: each refill loads 8 and passes up to 7 of them.</summary>
    private const int StrideBytes = 32;

    /// <summary>The most bits of a distance.</summary>
    private const int DistanceBitsMax = CodeTable.CodeBitsMax + 13;

    private const uint LiteralMask = (1 << BlockCodes.LiteralTableBits) - 1;
    private const uint DistanceMask = (1 << BlockCodes.DistanceTableBits) - 1;

    private unsafe Pause RunCoded()
    {
        Pause pause;
        fixed (byte* packed = input.Buffer, text = window)
        fixed (uint* literals = codes.Literals, distances = codes.Distances)
        {
            pause = Stride(packed, text, literals, distances);
        }

        if (pause != Pause.NeedsInput)
        {
            return pause;
        }

        while (place == Place.Coded)
        {
            if (filled >= HistoryBytes + RoomBytes)
            {
                return Pause.IsFull;
            }

            if (Step() is var step and not Pause.None)
            {
                return step;
            }
        }

        return Pause.None;
    }

    /// <summary>The state is kept in locals, and nothing is called, so that it stays in registers. The next entry is always looked up before it is known whether there is another stride.</summary>
    /// <returns><see cref="Pause.NeedsInput"/> where there are too few bytes for another stride.</returns>
    private unsafe Pause Stride(byte* packed, byte* text, uint* literals, uint* distances)
    {
        byte* next = packed + input.At;
        byte* nextEnd = packed + input.End - StrideBytes;
        byte* to = text + filled;
        byte* toEnd = text + HistoryBytes + RoomBytes;
        byte* oldest = text + history;
        ulong bits = input.Bits;
        int count = input.BitCount;
        uint entry = 0;
        Pause pause = Pause.None;
        if (next <= nextEnd)
        {
            Refill(ref next, ref bits, ref count);
            entry = literals[bits & LiteralMask];
        }

        while (true)
        {
            if (next > nextEnd || to >= toEnd)
            {
                pause = to >= toEnd ? Pause.IsFull : Pause.NeedsInput;
                break;
            }

            if ((entry & Entry.Literal) != 0)
            {
                Put(entry, ref to, ref bits, ref count);
                entry = literals[bits & LiteralMask];
                if ((entry & Entry.Literal) != 0)
                {
                    Put(entry, ref to, ref bits, ref count);
                    entry = literals[bits & LiteralMask];
                    if ((entry & Entry.Literal) != 0)
                    {
                        Put(entry, ref to, ref bits, ref count);
                        Refill(ref next, ref bits, ref count);
                        entry = literals[bits & LiteralMask];
                        continue;
                    }
                }
            }

            if ((entry & Entry.Special) != 0)
            {
                if ((entry & Entry.SubTable) == Entry.SubTable)
                {
                    bits >>= BlockCodes.LiteralTableBits;
                    count -= BlockCodes.LiteralTableBits;
                    entry = literals[(entry >> Entry.ValueShift) + Low(bits, (entry >> Entry.CodeShift) & Entry.CodeMask)];
                    if ((entry & Entry.Literal) != 0)
                    {
                        Put(entry, ref to, ref bits, ref count);
                        Refill(ref next, ref bits, ref count);
                        entry = literals[bits & LiteralMask];
                        continue;
                    }
                }

                if ((entry & Entry.Special) != 0)
                {
                    Drop(entry, ref bits, ref count);
                    pause = (entry & Entry.EndOfBlock) == Entry.EndOfBlock ? Pause.None : Pause.Damaged;
                    break;
                }
            }

            uint length = Value(entry, bits);
            Drop(entry, ref bits, ref count);
            entry = distances[bits & DistanceMask];
            if (count < DistanceBitsMax)
            {
                Refill(ref next, ref bits, ref count);
            }

            if ((entry & Entry.Special) != 0)
            {
                if ((entry & Entry.SubTable) == Entry.SubTable)
                {
                    bits >>= BlockCodes.DistanceTableBits;
                    count -= BlockCodes.DistanceTableBits;
                    entry = distances[(entry >> Entry.ValueShift) + Low(bits, (entry >> Entry.CodeShift) & Entry.CodeMask)];
                }

                if ((entry & Entry.Special) != 0)
                {
                    pause = Pause.Damaged;
                    break;
                }
            }

            uint distance = Value(entry, bits);
            Drop(entry, ref bits, ref count);
            if (distance > to - oldest)
            {
                pause = Pause.Damaged;
                break;
            }

            // The next entry is looked up while the match is copied.
            Refill(ref next, ref bits, ref count);
            entry = literals[bits & LiteralMask];
            byte* from = to - distance;
            byte* end = to + length;
            if (distance >= Vector256<byte>.Count)
            {
                // Most matches are shorter than two vectors: no branch then depends on the text.
                Vector256.Store(Vector256.Load(from), to);
                Vector256.Store(Vector256.Load(from + Vector256<byte>.Count), to + Vector256<byte>.Count);
                while (to + (2 * Vector256<byte>.Count) < end)
                {
                    from += 2 * Vector256<byte>.Count;
                    to += 2 * Vector256<byte>.Count;
                    Vector256.Store(Vector256.Load(from), to);
                    Vector256.Store(Vector256.Load(from + Vector256<byte>.Count), to + Vector256<byte>.Count);
                }
            }
            else
            {
                // The match goes on in what it writes itself: a pattern. Behind its first eight bytes it repeats at every multiple of its length, so also at one that eight bytes may be copied over.
                for (int i = 0; i < sizeof(ulong); i++)
                {
                    to[i] = from[i];
                }

                uint step = distance;
                while (step < sizeof(ulong))
                {
                    step += distance;
                }

                for (to += sizeof(ulong); to < end; to += sizeof(ulong))
                {
                    Unsafe.WriteUnaligned(to, Unsafe.ReadUnaligned<ulong>(to - step));
                }
            }

            to = end;
        }

        // What is above the count are bits of bytes that were not passed.
        (input.Bits, input.BitCount, input.At) = (Low(bits, (uint)count), count, (int)(next - packed));
        input.Unread();
        filled = (int)(to - text);
        if (pause == Pause.None)
        {
            place = Place.BlockHeader;
        }

        return pause;
    }

    /// <summary>One entry of literals or one match, from the bits that are there; nothing is taken when they are too few.</summary>
    private Pause Step()
    {
        input.Refill();
        ulong bits = input.Bits;
        uint entry = Find(codes.Literals, BlockCodes.LiteralTableBits, bits, out int used);
        uint value = Value(entry, bits >> used);
        used += (int)(entry & Entry.BitsMask);
        int literals = (entry & Entry.Literal) != 0 ? (int)((entry >> Entry.CodeShift) & Entry.LiteralsMask) : 0;
        if (literals == 2 && used > input.BitCount)
        {
            // The first one may be all that is there.
            (literals, used) = (1, codes.BitsOf((byte)(entry >> Entry.ValueShift)));
        }

        if (used > input.BitCount)
        {
            return Pause.NeedsInput;
        }

        if (literals > 0)
        {
            input.Drop(used);
            window[filled] = (byte)(entry >> Entry.ValueShift);
            window[filled + 1] = (byte)(entry >> (Entry.ValueShift + 8));
            filled += literals;
            return Pause.None;
        }

        if ((entry & Entry.Special) != 0)
        {
            input.Drop(used);
            place = Place.BlockHeader;
            return (entry & Entry.EndOfBlock) == Entry.EndOfBlock ? Pause.None : Pause.Damaged;
        }

        bits >>= used;
        entry = Find(codes.Distances, BlockCodes.DistanceTableBits, bits, out int usedToo);
        uint distance = Value(entry, bits >> usedToo);
        used += usedToo + (int)(entry & Entry.BitsMask);
        if (used > input.BitCount)
        {
            return Pause.NeedsInput;
        }

        if ((entry & Entry.Special) != 0 || distance > filled - history)
        {
            return Pause.Damaged;
        }

        input.Drop(used);
        for (int end = filled + (int)value; filled < end; filled++)
        {
            window[filled] = window[filled - (int)distance];
        }

        return Pause.None;
    }

    /// <param name="passed">Bits that chose the sub-table, before those of the entry.</param>
    private static uint Find(uint[] entries, int tableBits, ulong bits, out int passed)
    {
        uint entry = entries[(int)bits & ((1 << tableBits) - 1)];
        passed = 0;
        if ((entry & Entry.SubTable) == Entry.SubTable)
        {
            passed = tableBits;
            entry = entries[(int)(Low(bits >> tableBits, (entry >> Entry.CodeShift) & Entry.CodeMask) + (entry >> Entry.ValueShift))];
        }

        return entry;
    }

    /// <summary>A length or a distance: its base and its extra bits.</summary>
    /// <param name="bits">From its code on.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Value(uint entry, ulong bits) => (entry >> Entry.ValueShift) + (uint)(Low(bits, entry) >> (int)(entry >> Entry.CodeShift));

    /// <summary>The lowest bits.</summary>
    /// <param name="count">Its lowest byte counts, and is less than 64.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Low(ulong bits, uint count) => Bmi2.X64.IsSupported ? Bmi2.X64.ZeroHighBits(bits, count) : bits & ((1UL << (int)count) - 1);

    /// <summary>Literals: two bytes are written where there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Put(uint entry, ref byte* to, ref ulong bits, ref int count)
    {
        Unsafe.WriteUnaligned(to, (ushort)(entry >> Entry.ValueShift));
        to += (entry >> Entry.CodeShift) & Entry.LiteralsMask;
        Drop(entry, ref bits, ref count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Drop(uint entry, ref ulong bits, ref int count)
    {
        bits >>= (int)entry;
        count -= (int)(entry & Entry.BitsMask);
    }

    /// <summary>
    /// Without asking: eight bytes are loaded over the bits that are there, and those that were there already are the same (F. Giesen, "Reading bits in far too many ways").
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Refill(ref byte* next, ref ulong bits, ref int count)
    {
        bits |= Unsafe.ReadUnaligned<ulong>(next) << count;
        next += 7 - (count >> 3);
        count |= PackedInput.RefillBits;
    }
}
