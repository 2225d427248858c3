using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Engine;

/// <summary>Where methods of three or four letters are counted: nearly every row's.</summary>
internal sealed class MethodCache
{
    private const int SlotBits = 4;
    private const uint Factor = 0x9E37_79B1;

    private readonly Slot[] _slots = new Slot[1 << SlotBits];

    private struct Slot
    {
        public uint Method;
        public int Place;
        public long Generation;
    }

    /// <summary>Counts a row of a method and answers its place in the table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(HeavyHitters methods, ReadOnlySpan<byte> method)
    {
        if ((uint)(method.Length - 3) > 1)
        {
            return AddBehind(methods, method);
        }

        // A fourth byte of zero means three letters; four of which the last is zero go the long way.
        ref byte first = ref MemoryMarshal.GetReference(method);
        uint letters = method.Length == 4 ? Unsafe.ReadUnaligned<uint>(ref first) : Unsafe.ReadUnaligned<ushort>(ref first) | ((uint)Unsafe.Add(ref first, 2) << 16);
        ref Slot slot = ref _slots[(letters * Factor) >> (32 - SlotBits)];
        if (slot.Method != letters || slot.Generation != methods.Generation || (letters >> 24 == 0 && method.Length == 4))
        {
            int place = AddBehind(methods, method);
            slot = new Slot { Method = letters, Place = place, Generation = methods.Generation };
            return place;
        }

        methods.AddAt(slot.Place);
        return slot.Place;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int AddBehind(HeavyHitters methods, ReadOnlySpan<byte> method) => methods.Add(TextHash.Of(method), method);
}
