using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Why502.Traffic.Sketches;

/// <summary>
/// 64 well mixed bits of a text: multiply and fold as in wyhash, in blocks of 32 bytes of which the last is filled up with zeros, so that no branch depends on the length of a short text.
/// The same text has the same hash on every machine and in every run, so that sketches from many hosts merge.
/// </summary>
internal static unsafe class TextHash
{
    /// <summary>Bytes that are taken at once.</summary>
    public const int BlockBytes = 32;

    private const ulong First = 0xA0761D6478BD642F;
    private const ulong Second = 0xE7037ED1A0B428DB;
    private const ulong Third = 0x8EBC6AF09C88C6E3;

    /// <summary>As many set bytes as a block's text has, from the last of the set ones backwards.</summary>
    private static ReadOnlySpan<byte> Masks =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    public static ulong Of(ReadOnlySpan<byte> text)
    {
        ulong state = First ^ (ulong)text.Length;
        ReadOnlySpan<byte> rest = text;
        for (; rest.Length > BlockBytes; rest = rest[BlockBytes..])
        {
            state = Mix(state, Word(rest, 0), Word(rest, 1), Word(rest, 2), Word(rest, 3));
        }

        Span<byte> last = stackalloc byte[BlockBytes];
        last.Clear();
        rest.CopyTo(last);
        return End(Mix(state, Word(last, 0), Word(last, 1), Word(last, 2), Word(last, 3)), text.Length);
    }

    /// <summary>The same of a text behind which <see cref="BlockBytes"/> may be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(byte* text, int length)
    {
        if (length > BlockBytes || !BitConverter.IsLittleEndian)
        {
            return OfLong(text, length);
        }

        return End(Mix(First ^ (uint)length, Last(text, length)), length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong OfLong(byte* text, int length)
    {
        if (!BitConverter.IsLittleEndian)
        {
            return Of(new ReadOnlySpan<byte>(text, length));
        }

        ulong state = First ^ (ulong)length;
        int rest = length;
        for (; rest > BlockBytes; rest -= BlockBytes, text += BlockBytes)
        {
            state = Mix(state, ((ulong*)text)[0], ((ulong*)text)[1], ((ulong*)text)[2], ((ulong*)text)[3]);
        }

        return End(Mix(state, Last(text, rest)), length);
    }

    /// <summary>The last block of a text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Last(byte* text, int length)
        => (Vector256.Load(text) & Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(Masks), (nuint)(uint)(BlockBytes - length))).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong state, Vector256<ulong> words) => Mix(state, words[0], words[1], words[2], words[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong state, ulong a, ulong b, ulong c, ulong d)
        => Fold(a ^ Second, b ^ state) ^ Fold(c ^ Third, d ^ BitOperations.RotateLeft(state, 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong End(ulong state, int length) => Fold(state ^ Second, Third ^ (uint)length);

    private static ulong Word(ReadOnlySpan<byte> block, int index) => BinaryPrimitives.ReadUInt64LittleEndian(block[(index * sizeof(ulong))..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
