using System.Numerics;
using System.Runtime.CompilerServices;

namespace Why502.Logs;

/// <summary>The parts of a request line.</summary>
internal struct PlainRequest
{
    /// <summary>The method's letters as a number, eight at most.</summary>
    public ulong Method;
    public int Uri;
    public int UriLength;

    /// <summary>The place of the first blank among eight letters; 8 when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FirstBlank(ulong letters)
    {
        // Of a byte that is zero the uppermost bit is set; so it may be of bytes behind it, but not of one in front.
        var other = letters ^ 0x2020202020202020;
        return BitOperations.TrailingZeroCount((other - 0x0101010101010101) & ~other & 0x8080808080808080) >> 3;
    }

    /// <summary>
    /// How much of the URI decides about its route, as <see cref="Routes.Fold(ReadOnlySpan{byte}, Span{byte})"/> sees it: the path's first segments and the slash
    /// behind them. 0 when that was not found in one look.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int PathLength(ref byte block)
    {
        var slashes = Bytes.Mask(ref block, Uri, (byte)'/');
        var beyond = slashes;
        for (var i = 0; i < Routes.SegmentsMax; i++)
        {
            beyond &= beyond - 1;
        }

        var query = Bytes.Mask(ref block, Uri, (byte)'?', (byte)'#');
        var length = Math.Min(Math.Min(BitOperations.TrailingZeroCount(beyond) + 1, BitOperations.TrailingZeroCount(query)), UriLength);
        return (slashes & 1) == 0 || (length >= Bytes.Window && UriLength != Bytes.Window) ? 0 : length;
    }
}
