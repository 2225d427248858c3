using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Engine;

/// <summary>Where methods of three or four letters are counted: nearly every row's.</summary>
internal sealed class MethodCache
{
    /// <summary>Enough for the nine usual ones to stand alone.</summary>
    private const int SlotBits = 6;
    private const uint Factor = 0x9E37_79B1;

    private readonly Slot[] _slots = new Slot[1 << SlotBits];

    private struct Slot
    {
        public uint Method;
        public int Place;
        public int Generation;
    }

    /// <summary>Counts a row of a method and answers its place in the table, or <see cref="HeavyHitters.NotHeld"/>.</summary>
    /// <param name="letters">The fourth is zero where there are three.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(HeavyHitters methods, uint letters)
    {
        ref Slot slot = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)((letters * Factor) >> (32 - SlotBits)));
        if (slot.Method != letters || slot.Generation != methods.Generation)
        {
            return AddBehind(methods, letters, ref slot);
        }

        methods.AddAt(slot.Place);
        return slot.Place;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int AddBehind(HeavyHitters methods, uint letters, ref Slot slot)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in letters));
        ReadOnlySpan<byte> method = letters >> 24 == 0 ? bytes[..3] : bytes;
        int place = methods.Add(TextHash.Of(method), method);
        slot = new Slot { Method = letters, Place = place, Generation = place < 0 ? 0 : methods.Generation };
        return place;
    }
}
