using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Engine;

/// <summary>Counts methods of three or four letters: nearly every row's. <see cref="Bring"/> brings what was counted to the table.</summary>
internal sealed class MethodCache
{
    /// <summary>Enough for the nine usual ones to stand alone.</summary>
    private const int SlotBits = 6;
    private const uint Factor = 0x9E37_79B1;

    private readonly Slot[] _slots = new Slot[1 << SlotBits];

    private struct Slot
    {
        /// <summary>0: the slot is free.</summary>
        public uint Method;

        /// <summary>Rows that the table does not know of yet.</summary>
        public int Count;
        public int Entry;
    }

    /// <summary>Counts a row of a method and answers its entry in the table, or <see cref="HeavyHitters.NotHeld"/>.</summary>
    /// <param name="letters">The fourth is zero where there are three.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(HeavyHitters methods, uint letters)
    {
        ref Slot slot = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)((letters * Factor) >> (32 - SlotBits)));
        if (slot.Method != letters)
        {
            return AddBehind(methods, letters, ref slot);
        }

        slot.Count++;
        return slot.Entry;
    }

    /// <summary>Counts rows up to one whose method is not at hand, and answers its number, or <paramref name="to"/>. Nothing is called.</summary>
    /// <param name="letters">A method for each row.</param>
    public unsafe int AddKnown(int* letters, int from, int to)
    {
        ref Slot slots = ref MemoryMarshal.GetArrayDataReference(_slots);
        int i = from;
        for (; i < to; i++)
        {
            uint method = (uint)letters[i];
            ref Slot slot = ref Unsafe.Add(ref slots, (nint)((method * Factor) >> (32 - SlotBits)));
            if (slot.Method != method)
            {
                break;
            }

            slot.Count++;
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int AddBehind(HeavyHitters methods, uint letters, ref Slot slot)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in letters));
        ReadOnlySpan<byte> method = letters >> 24 == 0 ? bytes[..3] : bytes;
        ulong hash = TextHash.Of(method);
        BringOne(methods, ref slot);
        if (!methods.TryAddAnywhere(hash, out int entry))
        {
            if (methods.IsFull)
            {
                Bring(methods);
            }

            entry = methods.Take(hash, method);
        }

        slot = entry < 0 ? default : new Slot { Method = letters, Entry = entry };
        return entry;
    }

    /// <summary>Brings all that was counted to the table. No entry is known any more.</summary>
    public void Bring(HeavyHitters methods)
    {
        foreach (ref Slot slot in _slots.AsSpan())
        {
            BringOne(methods, ref slot);
        }
    }

    private static void BringOne(HeavyHitters methods, ref Slot slot)
    {
        if (slot.Count != 0)
        {
            methods.AddAt(slot.Entry, slot.Count);
        }

        slot = default;
    }
}
