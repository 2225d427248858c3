using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Why502.Traffic.Sketches;

/// <summary>
/// 64 well mixed bits of a text: blocks of 64 bytes, of which the last is filled up with zeros, are multiplied half by half and summed as in XXH3 (and NH before it), and what comes out is multiplied and
/// shifted as in MurmurHash3, so that no branch depends on the length of a short text. The same text has the same hash on every machine and in every run, so that sketches from many hosts merge.
/// </summary>
internal static unsafe class TextHash
{
    /// <summary>Bytes that are taken at once.</summary>
    public const int BlockBytes = 64;

    private const int HalfBytes = BlockBytes / 2;
    private const ulong First = 0xA0761D6478BD642F;
    private const ulong Second = 0xE7037ED1A0B428DB;
    private const ulong Third = 0x8EBC6AF09C88C6E3;

    /// <summary>As many set bytes as a block has, and as many others: a window into them masks a text of any length.</summary>
    private static ReadOnlySpan<byte> Masks =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    public static ulong Of(ReadOnlySpan<byte> text)
    {
        byte* last = stackalloc byte[BlockBytes];
        ulong state = First;
        int at = 0;
        fixed (byte* first = text)
        {
            for (; text.Length - at > BlockBytes; at += BlockBytes)
            {
                state = Block(first + at, BlockBytes, state);
            }
        }

        text[at..].CopyTo(new Span<byte>(last, BlockBytes));
        return Block(last, text.Length - at, state ^ (uint)text.Length);
    }

    /// <summary>The same of a text behind which <see cref="BlockBytes"/> may be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(byte* text, int length) => length > BlockBytes ? OfLong(text, length) : Block(text, length, First ^ (uint)length);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong OfLong(byte* text, int length)
    {
        ulong state = First;
        int rest = length;
        for (; rest > BlockBytes; rest -= BlockBytes, text += BlockBytes)
        {
            state = Block(text, BlockBytes, state);
        }

        return Block(text, rest, state ^ (uint)length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Block(byte* text, int length, ulong state)
    {
        ref byte mask = ref Unsafe.Add(ref MemoryMarshal.GetReference(Masks), BlockBytes - length);
        Vector256<ulong> low = (Vector256.Load(text) & Vector256.LoadUnsafe(ref mask)).AsUInt64();
        Vector256<ulong> high = (Vector256.Load(text + HalfBytes) & Vector256.LoadUnsafe(ref mask, HalfBytes)).AsUInt64();
        Vector256<ulong> sum = Halves(low ^ Vector256.Create(0xB8FE6C3923A44BBE, 0x7C01812CF721AD1C, 0xDED46DE9839097DB, 0x7240A4A4B7B3671F))
            + Halves(high ^ Vector256.Create(0xCB79E64ECCC0E578, 0x825AD07DCCFF7221, 0xB8084674F743248E, 0xE03590E6813A264C))
            + Swapped(low) + high;
        Vector128<ulong> both = sum.GetLower() ^ sum.GetUpper();
        ulong mixed = ((both[0] ^ state) * First) ^ BitOperations.RotateLeft(both[1] * Second, 32);
        mixed = (mixed ^ (mixed >> 32)) * Third;
        return mixed ^ (mixed >> 29);
    }

    /// <summary>The lower half of each number times the upper one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Halves(Vector256<ulong> value)
    {
        Vector256<ulong> upper = value >>> 32;
        return Avx2.IsSupported ? Avx2.Multiply(value.AsUInt32(), upper.AsUInt32()) : (value & Vector256.Create((ulong)uint.MaxValue)) * upper;
    }

    /// <summary>The numbers of each pair in turn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Swapped(Vector256<ulong> value) => Vector256.Shuffle(value, Vector256.Create(1UL, 0, 3, 2));
}
