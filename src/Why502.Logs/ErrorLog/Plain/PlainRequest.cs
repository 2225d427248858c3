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
