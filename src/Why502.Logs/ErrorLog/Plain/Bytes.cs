using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Why502.Logs;

/// <summary>
/// Looks at many bytes of a block at once. Nothing here checks bounds: a caller keeps <see cref="PlainRecord.Margin"/> bytes behind every place it asks for.
/// Vectors are the runtime's portable ones, so a processor without them gets the same answers, more slowly.
/// </summary>
internal static class Bytes
{
    /// <summary>How many places <see cref="Mask(ref byte, nint, byte)"/> answers for.</summary>
    public const int Window = 64;

    /// <summary>A bit for each of the next 64 places that holds the byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mask(ref byte block, nint at, byte value)
    {
        var wanted = Vector256.Create(value);
        return Join(Vector256.Equals(Load(ref block, at), wanted), Vector256.Equals(Load(ref block, at + 32), wanted));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mask(ref byte block, nint at, byte one, byte other)
    {
        var (low, high) = (Load(ref block, at), Load(ref block, at + 32));
        var (a, b) = (Vector256.Create(one), Vector256.Create(other));
        return Join(Vector256.Equals(low, a) | Vector256.Equals(low, b), Vector256.Equals(high, a) | Vector256.Equals(high, b));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mask(ref byte block, nint at, byte one, byte other, byte third)
    {
        var (low, high) = (Load(ref block, at), Load(ref block, at + 32));
        var (a, b, c) = (Vector256.Create(one), Vector256.Create(other), Vector256.Create(third));
        return Join(Vector256.Equals(low, a) | Vector256.Equals(low, b) | Vector256.Equals(low, c), Vector256.Equals(high, a) | Vector256.Equals(high, b) | Vector256.Equals(high, c));
    }

    /// <summary>A bit for each of the next 64 places that holds a slash or a question mark.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong SlashesAndMarks(ref byte block, nint at)
    {
        // They differ in one bit.
        var (mark, bit) = (Vector256.Create((byte)'?'), Vector256.Create((byte)('?' ^ '/')));
        return Join(Vector256.Equals(Load(ref block, at) | bit, mark), Vector256.Equals(Load(ref block, at + 32) | bit, mark));
    }

    /// <summary>A bit for each of the next 64 places that holds the one byte, with the other one <paramref name="distance"/> places behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mask(ref byte block, nint at, byte one, byte other, int distance)
    {
        var (a, b) = (Vector256.Create(one), Vector256.Create(other));
        return Join(
            Vector256.Equals(Load(ref block, at), a) & Vector256.Equals(Load(ref block, at + distance), b),
            Vector256.Equals(Load(ref block, at + 32), a) & Vector256.Equals(Load(ref block, at + 32 + distance), b));
    }

    /// <summary>The first place of two masks of neighbouring windows, found without a branch; two windows' length when both are empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint First(ulong near, ulong far)
    {
        var first = BitOperations.TrailingZeroCount(near);
        return first + (BitOperations.TrailingZeroCount(far) & -(first >> 6));
    }

    /// <summary>A bit for each of the next 32 places that is a decimal digit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Digits(ref byte block, nint at) => AreDigits(Load(ref block, at)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> AreDigits(Vector256<byte> bytes) => Vector256.LessThan(bytes - Vector256.Create((byte)'0'), Vector256.Create((byte)10));

    /// <summary>Two bytes as a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Half(ref byte block, nint at) => Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref block, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte At(ref byte block, nint at) => Unsafe.Add(ref block, at);

    /// <summary>The text stands at this place. The comparison is unrolled for constant texts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is(ref byte block, nint at, ReadOnlySpan<byte> text) => Span(ref block, at, text.Length).SequenceEqual(text);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> Span(ref byte block, nint at, nint length) => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref block, at), (int)length);

    /// <summary>Eight bytes as a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Word(ref byte block, nint at) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref block, at));

    /// <summary>The first bytes, eight at most, as a number with zeros behind them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Word(ref byte block, nint at, int length) => Word(ref block, at) & (ulong.MaxValue >> (64 - (length * 8)));

    /// <summary>Compares texts of the same length, which is more than a vector's and whose first vector was compared before. Most take no branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreEqual(ref byte block, nint at, ref byte text, nint length)
    {
        var last = length - 32;
        for (nint from = 96; from < last; from += 32)
        {
            if (Load(ref block, at + from) != Load(ref text, from))
            {
                return false;
            }
        }

        var (second, third) = (Math.Min(last, 32), Math.Min(last, 64));
        var different = (Load(ref block, at + second) ^ Load(ref text, second)) | (Load(ref block, at + third) ^ Load(ref text, third)) | (Load(ref block, at + last) ^ Load(ref text, last));
        return different == Vector256<byte>.Zero;
    }

    /// <summary>Says where to look, nothing more: a few words, spread from the first to the last, and the length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash(ref byte block, nint at, int length)
    {
        var seed = (ulong)length << 32;
        if (length < 8)
        {
            return Scatter(length == 0 ? 0 : Word(ref block, at, length), seed);
        }

        nint span = length - 8;
        if (length <= 24)
        {
            return Scatter(Word(ref block, at) ^ BitOperations.RotateLeft(Word(ref block, at + (span >> 1)), 23), Word(ref block, at + span) + seed);
        }

        var inner = Word(ref block, at + (span >> 2)) ^ BitOperations.RotateLeft(Word(ref block, at + (span >> 1)), 23) ^ BitOperations.RotateLeft(Word(ref block, at + span - (span >> 2)), 41);
        return Scatter(Word(ref block, at) ^ BitOperations.RotateLeft(inner, 11), Word(ref block, at + span) + seed);
    }

    /// <summary>Says where to look: the upper bits depend on all of both numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Scatter(ulong x, ulong y)
    {
        var mixed = (x ^ BitOperations.RotateLeft(y * 0xD6E8FEB86659FD93, 32)) * 0x9E3779B97F4A7C15;
        return (mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9;
    }

    /// <summary>Tells pairs of numbers apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong x, ulong y)
    {
        var high = Math.BigMul(x ^ 0x9E3779B97F4A7C15, y ^ 0xD6E8FEB86659FD93, out var low);
        return high ^ low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Load(ref byte block, nint at) => Vector256.LoadUnsafe(ref Unsafe.Add(ref block, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Join(Vector256<byte> low, Vector256<byte> high) => low.ExtractMostSignificantBits() | ((ulong)high.ExtractMostSignificantBits() << 32);
}
