using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Why502.Traffic.Engine;

/// <summary>
/// Numbers of short texts that come again and again, at most 32 bytes each: they are loaded, hashed and compared as a whole, without a branch that depends on
/// their length.
/// </summary>
internal sealed unsafe class AddressIndex(int capacity)
{
    public const int BytesMax = 32;
    public const int Unknown = -1;

    private const ulong LowFactor = 0x9E37_79B9_7F4A_7C15;
    private const ulong HighFactor = 0xC2B2_AE3D_27D4_EB4F;

    private readonly Slot[] _slots = GC.AllocateArray<Slot>((int)BitOperations.RoundUpToPowerOf2((uint)capacity * 4), pinned: true);
    private readonly int _shift = 64 - BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)capacity * 4));

    /// <summary>As many set bytes as a text has, from the last of the set ones backwards.</summary>
    private static ReadOnlySpan<byte> Masks =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    private struct Slot
    {
        public Vector256<byte> Text;

        /// <summary>0: the slot is free.</summary>
        public int Length;
        public int Number;
    }

    /// <summary>The number of a text, or <see cref="Unknown"/>.</summary>
    /// <param name="text"><see cref="BytesMax"/> bytes may be read here, whatever the length is.</param>
    /// <param name="length">1 to <see cref="BytesMax"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(byte* text, int length)
    {
        Vector256<byte> value = Vector256.Load(text) & Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(Masks), (nuint)(uint)(BytesMax - length));
        int at = SlotOf(value);
        ref Slot slot = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), at);
        return slot.Text == value && slot.Length == length ? slot.Number : FindBehind(value, at, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(Vector256<byte> value)
    {
        Vector128<ulong> folded = (value.GetLower() ^ value.GetUpper()).AsUInt64();
        return (int)((folded[0] * LowFactor + folded[1] * HighFactor) >> _shift);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindBehind(Vector256<byte> value, int at, int length)
    {
        for (; _slots[at].Length != 0; at = (at + 1) & (_slots.Length - 1))
        {
            if (_slots[at].Text == value && _slots[at].Length == length)
            {
                return _slots[at].Number;
            }
        }

        return Unknown;
    }

    public void Clear() => Array.Clear(_slots);

    /// <summary>Adds a text that is not there; longer ones than <see cref="BytesMax"/> are left out.</summary>
    public void Add(ReadOnlySpan<byte> text, int number)
    {
        if (text.Length is 0 or > BytesMax)
        {
            return;
        }

        Span<byte> bytes = stackalloc byte[BytesMax];
        bytes.Clear();
        text.CopyTo(bytes);
        Vector256<byte> value = Vector256.Create<byte>(bytes);
        int at = SlotOf(value);
        while (_slots[at].Length != 0)
        {
            at = (at + 1) & (_slots.Length - 1);
        }

        _slots[at] = new Slot { Text = value, Length = text.Length, Number = number };
    }
}
