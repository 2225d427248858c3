using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Why502.Logs;

/// <summary>
/// The places in a stretch of a log where its records can be taken apart: line feeds and quotes. They are found by vectors in one pass, before anything is read; whoever reads walks from one to the next and never searches the bytes again.
/// </summary>
internal sealed class Marks
{
    /// <summary>Bytes of one stretch: it stays in the nearest cache until its records are read.</summary>
    public const int StretchMax = 16 * 1024;

    /// <summary>Places behind the last one that may be read and mean nothing.</summary>
    public const int Beyond = 16;

    /// <summary>Stands for the number of a mark that was not found.</summary>
    public const int None = int.MaxValue;

    /// <summary>The widest vectors need code that is compiled when it is first used: a short log is read sooner without.</summary>
    private const int PlainStretches = 256;
    private int stretches;

    /// <summary>Finds with the widest vectors of the machine from the first stretch on.</summary>
    public bool IsWideAtOnce
    {
        init => stretches = value ? PlainStretches : 0;
    }

    /// <summary>How many of 64 places are written without asking whether there are so many.</summary>
    private const int AtOnce = 4;

    /// <summary>In front of the first one stands one that is before everything.</summary>
    private readonly int[] places = [-1, .. new int[StretchMax + Bytes.Window + Beyond]];

    public int Count { get; private set; }

    /// <summary>The places, unchecked.</summary>
    public ref int First => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(places), 1);

    public int this[nint number] => places[number + 1];

    /// <summary>Goes on to the next line feed; to <see cref="None"/> when there is none.</summary>
    public bool TryFindLineFeed(ref byte block, ref nint number)
    {
        for (; number < Count; number++)
        {
            if (Bytes.At(ref block, this[number]) == '\n')
            {
                return true;
            }
        }

        number = None;
        return false;
    }

    /// <summary>Finds those of a stretch of at most <see cref="StretchMax"/> bytes, behind which <see cref="Bytes.Window"/> more may be read.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Find(ref byte block, nint from, nint to)
    {
        ref var next = ref First;
        var at = from;
        if (stretches < PlainStretches)
        {
            stretches++;
        }
        else if (HasWide)
        {
            next = ref FindWide(ref block, ref at, to, ref next);
        }

        for (; at <= to - Bytes.Window; at += Bytes.Window)
        {
            next = ref Write(ref next, at, MaskAt(ref block, at));
        }

        next = ref Write(ref next, at, MaskAt(ref block, at) & ((1UL << (int)(to - at)) - 1));
        Count = (int)(Unsafe.ByteOffset(ref First, ref next) / sizeof(int));
        for (var i = 0; i < Beyond; i++)
        {
            Unsafe.Add(ref next, i) = (int)to;
        }
    }

    /// <summary>Asked for from outside the code that is compiled ahead: what asks itself is compiled again.</summary>
    private static bool HasWide
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => Avx512Vbmi2.IsSupported;
    }

    /// <summary>The same for the windows that lie in front of the end, by a processor that can put the places of a whole window side by side: most have two or three.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ref int FindWide(scoped ref byte block, scoped ref nint from, nint to, ref int first)
    {
        ref var next = ref first;
        var at = from;
        var (lineFeed, quote) = (Vector512.Create((byte)'\n'), Vector512.Create((byte)'"'));
        for (; at <= to - Bytes.Window; at += Bytes.Window)
        {
            var bytes = Vector512.LoadUnsafe(ref Unsafe.Add(ref block, at));
            var isMark = Vector512.Equals(bytes, lineFeed) | Vector512.Equals(bytes, quote);
            var mask = isMark.ExtractMostSignificantBits();
            var places = Avx512Vbmi2.Compress(Vector512<byte>.Zero, isMark, Vector512<byte>.Indices);
            (Avx512F.ConvertToVector512Int32(places.GetLower().GetLower()) + Vector512.Create((int)at)).StoreUnsafe(ref next);
            var count = BitOperations.PopCount(mask);
            next = ref count <= Vector512<int>.Count ? ref Unsafe.Add(ref next, count) : ref Write(ref next, at, mask);
        }

        from = at;
        return ref next;
    }

    /// <summary>Writes the places of a window, and answers where the next ones go.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref int Write(ref int next, nint at, ulong mask)
    {
        var count = BitOperations.PopCount(mask);
        for (var i = 0; i < AtOnce; i++)
        {
            Unsafe.Add(ref next, i) = (int)at + BitOperations.TrailingZeroCount(mask);
            mask &= mask - 1;
        }

        for (var i = AtOnce; i < count; i++)
        {
            Unsafe.Add(ref next, i) = (int)at + BitOperations.TrailingZeroCount(mask);
            mask &= mask - 1;
        }

        return ref Unsafe.Add(ref next, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MaskAt(ref byte block, nint at)
    {
        var (low, high) = (Bytes.Load(ref block, at), Bytes.Load(ref block, at + 32));
        var (lineFeed, quote) = (Vector256.Create((byte)'\n'), Vector256.Create((byte)'"'));
        return (Vector256.Equals(low, lineFeed) | Vector256.Equals(low, quote)).ExtractMostSignificantBits()
            | ((ulong)(Vector256.Equals(high, lineFeed) | Vector256.Equals(high, quote)).ExtractMostSignificantBits() << 32);
    }
}
