using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Why502.Logs;

/// <summary>
/// Where newlines, quotes and blanks stand in a block of text: one bit per byte, 64 bytes per number. The widest vectors of the machine are used;
/// all ways give the same bits.
/// </summary>
internal static class LineMasks
{
    /// <summary>Bytes that one mask describes.</summary>
    public const int Step = 64;

    public enum Kernel
    {
        Scalar,
        Vector128,
        Vector256,
        Vector512,
    }

    public static Kernel Best { get; } =
        System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? Kernel.Vector512
        : System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? Kernel.Vector256
        : System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated ? Kernel.Vector128
        : Kernel.Scalar;

    /// <param name="text">A whole number of steps.</param>
    public static void Find(ReadOnlySpan<byte> text, Span<ulong> newlines, Span<ulong> quotes, Span<ulong> blanks, Kernel kernel)
    {
        int steps = text.Length / Step;
        if (newlines.Length < steps || quotes.Length < steps || blanks.Length < steps)
        {
            throw new ArgumentException("A mask is needed for every 64 bytes.");
        }

        ref byte from = ref MemoryMarshal.GetReference(text);
        ref ulong n = ref MemoryMarshal.GetReference(newlines);
        ref ulong q = ref MemoryMarshal.GetReference(quotes);
        ref ulong b = ref MemoryMarshal.GetReference(blanks);
        switch (kernel)
        {
            case Kernel.Vector512:
                Find512(ref from, steps, ref n, ref q, ref b);
                break;
            case Kernel.Vector256:
                Find256(ref from, steps, ref n, ref q, ref b);
                break;
            case Kernel.Vector128:
                Find128(ref from, steps, ref n, ref q, ref b);
                break;
            default:
                FindScalar(ref from, steps, ref n, ref q, ref b);
                break;
        }
    }

    /// <summary>Places that <see cref="Places"/> and <see cref="PlacesOf"/> may write behind the last one.</summary>
    public const int PlacesSpare = Step;

    /// <summary>Whether <see cref="PlacesOf"/> may be called: AVX-512 with VBMI2.</summary>
    public static bool HasPlacesOf => Avx512Vbmi2.IsSupported;

    /// <summary>Where a mask's bits are set, in order.</summary>
    /// <param name="masks">One number for every 64 bytes.</param>
    /// <param name="to">Room for every bit, and <see cref="PlacesSpare"/> more: two are written without asking, because a branch that depends on the text costs more.</param>
    /// <returns>How many there are.</returns>
    public static unsafe int Places(ulong* masks, int steps, int* to)
    {
        int* next = to;
        for (int i = 0; i < steps; i++)
        {
            ulong bits = masks[i];
            int count = BitOperations.PopCount(bits);
            int at = i << 6;
            next[0] = at + BitOperations.TrailingZeroCount(bits);
            bits &= bits - 1;
            next[1] = at + BitOperations.TrailingZeroCount(bits);
            for (int more = 2; more < count; more++)
            {
                bits &= bits - 1;
                next[more] = at + BitOperations.TrailingZeroCount(bits);
            }

            next += count;
        }

        return (int)(next - to);
    }

    /// <summary>As <see cref="Places"/>, from the text itself: the places of a block's hits are moved together and written at once.</summary>
    /// <param name="text">A whole number of steps.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe int PlacesOf(byte wanted, byte* text, int steps, int* to)
    {
        Vector512<byte> byteToFind = Vector512.Create(wanted);
        Vector512<byte> offsets = Vector512<byte>.Indices;
        int* next = to;
        for (int i = 0; i < steps; i++)
        {
            Vector512<byte> hits = Vector512.Equals(Vector512.Load(text + i * Step), byteToFind);
            Vector512<byte> places = Avx512Vbmi2.Compress(Vector512<byte>.Zero, hits, offsets);
            int count = BitOperations.PopCount(hits.ExtractMostSignificantBits());
            Vector512<int> block = Vector512.Create(i * Step);
            (Avx512F.ConvertToVector512Int32(places.GetLower().GetLower()) + block).Store(next);
            if (count > Vector512<int>.Count)
            {
                (Avx512F.ConvertToVector512Int32(places.GetLower().GetUpper()) + block).Store(next + 16);
                (Avx512F.ConvertToVector512Int32(places.GetUpper().GetLower()) + block).Store(next + 32);
                (Avx512F.ConvertToVector512Int32(places.GetUpper().GetUpper()) + block).Store(next + 48);
            }

            next += count;
        }

        return (int)(next - to);
    }

    private static void Find512(ref byte from, int steps, ref ulong newlines, ref ulong quotes, ref ulong blanks)
    {
        Vector512<byte> newline = Vector512.Create((byte)'\n');
        Vector512<byte> quote = Vector512.Create((byte)'"');
        Vector512<byte> blank = Vector512.Create((byte)' ');
        for (int i = 0; i < steps; i++)
        {
            Vector512<byte> bytes = Vector512.LoadUnsafe(ref from, (nuint)(i * Step));
            Unsafe.Add(ref newlines, i) = Vector512.Equals(bytes, newline).ExtractMostSignificantBits();
            Unsafe.Add(ref quotes, i) = Vector512.Equals(bytes, quote).ExtractMostSignificantBits();
            Unsafe.Add(ref blanks, i) = Vector512.Equals(bytes, blank).ExtractMostSignificantBits();
        }
    }

    private static void Find256(ref byte from, int steps, ref ulong newlines, ref ulong quotes, ref ulong blanks)
    {
        Vector256<byte> newline = Vector256.Create((byte)'\n');
        Vector256<byte> quote = Vector256.Create((byte)'"');
        Vector256<byte> blank = Vector256.Create((byte)' ');
        for (int i = 0; i < steps; i++)
        {
            Vector256<byte> low = Vector256.LoadUnsafe(ref from, (nuint)(i * Step));
            Vector256<byte> high = Vector256.LoadUnsafe(ref from, (nuint)(i * Step + 32));
            Unsafe.Add(ref newlines, i) = Bits(low, high, newline);
            Unsafe.Add(ref quotes, i) = Bits(low, high, quote);
            Unsafe.Add(ref blanks, i) = Bits(low, high, blank);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(Vector256<byte> low, Vector256<byte> high, Vector256<byte> wanted) =>
        Vector256.Equals(low, wanted).ExtractMostSignificantBits() | ((ulong)Vector256.Equals(high, wanted).ExtractMostSignificantBits() << 32);

    private static void Find128(ref byte from, int steps, ref ulong newlines, ref ulong quotes, ref ulong blanks)
    {
        Vector128<byte> newline = Vector128.Create((byte)'\n');
        Vector128<byte> quote = Vector128.Create((byte)'"');
        Vector128<byte> blank = Vector128.Create((byte)' ');
        for (int i = 0; i < steps; i++)
        {
            ulong n = 0;
            ulong q = 0;
            ulong b = 0;
            for (int part = 0; part < Step; part += 16)
            {
                Vector128<byte> bytes = Vector128.LoadUnsafe(ref from, (nuint)(i * Step + part));
                n |= (ulong)Vector128.Equals(bytes, newline).ExtractMostSignificantBits() << part;
                q |= (ulong)Vector128.Equals(bytes, quote).ExtractMostSignificantBits() << part;
                b |= (ulong)Vector128.Equals(bytes, blank).ExtractMostSignificantBits() << part;
            }

            Unsafe.Add(ref newlines, i) = n;
            Unsafe.Add(ref quotes, i) = q;
            Unsafe.Add(ref blanks, i) = b;
        }
    }

    private static void FindScalar(ref byte from, int steps, ref ulong newlines, ref ulong quotes, ref ulong blanks)
    {
        for (int i = 0; i < steps; i++)
        {
            ulong n = 0;
            ulong q = 0;
            ulong b = 0;
            for (int bit = 0; bit < Step; bit++)
            {
                byte c = Unsafe.Add(ref from, i * Step + bit);
                n |= (c == '\n' ? 1UL : 0) << bit;
                q |= (c == '"' ? 1UL : 0) << bit;
                b |= (c == ' ' ? 1UL : 0) << bit;
            }

            Unsafe.Add(ref newlines, i) = n;
            Unsafe.Add(ref quotes, i) = q;
            Unsafe.Add(ref blanks, i) = b;
        }
    }
}
