using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Why502.Logs;

/// <summary>Where one of two bytes stands in a block of text, in order. The widest vectors of the machine are used; all ways give the same places.</summary>
internal static unsafe class BytePlaces
{
    /// <summary>Bytes that are looked at together.</summary>
    public const int Step = 64;

    /// <summary>Places that may be written behind the last one, because a branch that depends on the text costs more.</summary>
    public const int Spare = Step;

    public enum Kernel
    {
        Scalar,
        Vector128,
        Vector256,
        Vector512,
    }

    /// <summary>A log shorter than this is read before the code for the widest vectors is compiled.</summary>
    private const long ShortBytes = 2 << 20;

    /// <summary>The fastest of the machine; asking compiles, because what is compiled ahead does not know it.</summary>
    public static Kernel Best { get; } = Avx512Vbmi2.IsSupported ? Kernel.Vector512 : Ahead;

    /// <summary>The fastest that is compiled ahead.</summary>
    private static Kernel Ahead =>
        System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated ? Kernel.Vector256
        : System.Runtime.Intrinsics.Vector128.IsHardwareAccelerated ? Kernel.Vector128
        : Kernel.Scalar;

    /// <param name="bytesBefore">How much of the log lies in front of the block.</param>
    public static Kernel KernelBehind(long bytesBefore) => bytesBefore < ShortBytes ? Ahead : Best;

    /// <param name="text">The block, in whole steps.</param>
    /// <param name="at">What its first byte's place is called.</param>
    /// <param name="to">Room for every byte of it, and <see cref="Spare"/> more.</param>
    /// <param name="kernel">One that the machine has.</param>
    /// <returns>How many there are.</returns>
    public static int Find(byte* text, int steps, byte first, byte second, int at, int* to, Kernel kernel) => kernel switch
    {
        Kernel.Vector512 => Find512(text, steps, first, second, at, to),
        Kernel.Vector256 => Find256(text, steps, first, second, at, to),
        Kernel.Vector128 => Find128(text, steps, first, second, at, to),
        _ => FindScalar(text, steps, first, second, at, to),
    };

    /// <summary>A step's places are moved together and written at once. No code for it can be compiled ahead, and a loop that waits to be compiled well is slower than the next narrower way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Find512(byte* text, int steps, byte first, byte second, int at, int* to)
    {
        Vector512<byte> one = Vector512.Create(first);
        Vector512<byte> other = Vector512.Create(second);
        Vector512<byte> offsets = Vector512<byte>.Indices;
        int* next = to;
        for (int i = 0; i < steps; i++)
        {
            Vector512<byte> bytes = Vector512.Load(text + i * Step);
            Vector512<byte> hits = Vector512.Equals(bytes, one) | Vector512.Equals(bytes, other);
            Vector512<byte> places = Avx512Vbmi2.Compress(Vector512<byte>.Zero, hits, offsets);
            int count = BitOperations.PopCount(hits.ExtractMostSignificantBits());
            Vector512<int> block = Vector512.Create(at + i * Step);
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

    private static int Find256(byte* text, int steps, byte first, byte second, int at, int* to)
    {
        Vector256<byte> one = Vector256.Create(first);
        Vector256<byte> other = Vector256.Create(second);
        int* next = to;
        for (int i = 0; i < steps; i++)
        {
            Vector256<byte> low = Vector256.Load(text + i * Step);
            Vector256<byte> high = Vector256.Load(text + i * Step + 32);
            uint lowHits = (Vector256.Equals(low, one) | Vector256.Equals(low, other)).ExtractMostSignificantBits();
            uint highHits = (Vector256.Equals(high, one) | Vector256.Equals(high, other)).ExtractMostSignificantBits();
            next = Write(lowHits | ((ulong)highHits << 32), at + i * Step, next);
        }

        return (int)(next - to);
    }

    private static int Find128(byte* text, int steps, byte first, byte second, int at, int* to)
    {
        Vector128<byte> one = Vector128.Create(first);
        Vector128<byte> other = Vector128.Create(second);
        int* next = to;
        for (int i = 0; i < steps; i++)
        {
            ulong hits = 0;
            for (int part = 0; part < Step; part += 16)
            {
                Vector128<byte> bytes = Vector128.Load(text + i * Step + part);
                hits |= (ulong)(Vector128.Equals(bytes, one) | Vector128.Equals(bytes, other)).ExtractMostSignificantBits() << part;
            }

            next = Write(hits, at + i * Step, next);
        }

        return (int)(next - to);
    }

    private static int FindScalar(byte* text, int steps, byte first, byte second, int at, int* to)
    {
        int* next = to;
        for (int i = 0; i < steps * Step; i++)
        {
            *next = at + i;
            next += text[i] == first || text[i] == second ? 1 : 0;
        }

        return (int)(next - to);
    }

    /// <summary>Writes where bits are set: two without asking.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int* Write(ulong hits, int at, int* to)
    {
        int count = BitOperations.PopCount(hits);
        to[0] = at + BitOperations.TrailingZeroCount(hits);
        hits &= hits - 1;
        to[1] = at + BitOperations.TrailingZeroCount(hits);
        for (int more = 2; more < count; more++)
        {
            hits &= hits - 1;
            to[more] = at + BitOperations.TrailingZeroCount(hits);
        }

        return to + count;
    }
}
