using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Why502.Logs;

/// <summary>
/// The places of all line feeds of a stretch of the log. They are found by vectors before anything is read, so that the processor may begin with the next record
/// while it waits for this one.
/// </summary>
internal sealed class LineEnds
{
    /// <summary>Bytes of one stretch: it stays in the nearest cache until its records are read.</summary>
    public const int StretchMax = 16 * 1024;

    /// <summary>How many of 64 places are written without asking whether there are so many.</summary>
    private const int AtOnce = 2;

    private readonly int[] places = new int[StretchMax + Bytes.Window + AtOnce];

    public int Count { get; private set; }

    /// <summary>The places, unchecked.</summary>
    public ref int First => ref MemoryMarshal.GetArrayDataReference(places);

    /// <summary>Finds those of a stretch of at most <see cref="StretchMax"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Find(ref byte block, nint from, nint to)
    {
        ref var next = ref First;
        for (var at = from; at < to; at += Bytes.Window)
        {
            var mask = Bytes.Mask(ref block, at, (byte)'\n');
            mask = to - at < Bytes.Window ? mask & ((1UL << (int)(to - at)) - 1) : mask;
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

            next = ref Unsafe.Add(ref next, count);
        }

        Count = (int)(Unsafe.ByteOffset(ref First, ref next) / sizeof(int));
    }
}
