using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Why502.Traffic.Engine;

/// <summary>
/// Numbers of short texts that come again and again, at most sixteen bytes each: they are loaded, hashed and compared as a whole, without a branch that depends on
/// their length.
/// </summary>
internal sealed unsafe class AddressIndex(int capacity)
{
    public const int BytesMax = 16;
    public const int Unknown = -1;

    private const ulong LowFactor = 0x9E37_79B9_7F4A_7C15;
    private const ulong HighFactor = 0xC2B2_AE3D_27D4_EB4F;

    private readonly Slot[] _slots = GC.AllocateArray<Slot>((int)BitOperations.RoundUpToPowerOf2((uint)capacity * 4), pinned: true);
    private readonly int _shift = 64 - BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)capacity * 4));

    /// <summary>As many set bytes as a text has, from the sixteenth backwards.</summary>
    private static ReadOnlySpan<byte> Masks =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    private struct Slot
    {
        public ulong Low;
        public ulong High;

        /// <summary>0: the slot is free.</summary>
        public int Length;
        public int Number;
    }

    /// <summary>The number of a text, or <see cref="Unknown"/>.</summary>
    /// <param name="text">Sixteen bytes may be read here, whatever the length is.</param>
    /// <param name="length">1 to <see cref="BytesMax"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(byte* text, int length)
    {
        Vector128<ulong> value = (Vector128.Load(text) & Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(Masks), (nuint)(BytesMax - length))).AsUInt64();
        ulong low = value[0];
        ulong high = value[1];
        ref Slot slot = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)((low * LowFactor + high * HighFactor) >> _shift));
        return slot.Low == low && slot.High == high && slot.Length == length ? slot.Number : FindBehind(low, high, length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindBehind(ulong low, ulong high, int length)
    {
        for (int at = (int)((low * LowFactor + high * HighFactor) >> _shift); _slots[at].Length != 0; at = (at + 1) & (_slots.Length - 1))
        {
            if (_slots[at].Low == low && _slots[at].High == high && _slots[at].Length == length)
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
        ulong low = MemoryMarshal.Read<ulong>(bytes);
        ulong high = MemoryMarshal.Read<ulong>(bytes[8..]);
        int at = (int)((low * LowFactor + high * HighFactor) >> _shift);
        while (_slots[at].Length != 0)
        {
            at = (at + 1) & (_slots.Length - 1);
        }

        _slots[at] = new Slot { Low = low, High = high, Length = text.Length, Number = number };
    }
}
