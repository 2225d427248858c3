using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Why502.Logs;

/// <summary>
/// Process and connection of the last record: <c> pid#tid: *connection </c>. Numbers mostly have as many digits as those of the record before, and then one comparison
/// says where the message begins.
/// </summary>
internal struct HeadShape()
{
    /// <summary>A pid and a thread's number fit; more digits are none.</summary>
    private const int ProcessDigitsMax = 9;
    private const int ConnectionDigitsMax = 18;

    private Vector256<byte> text;
    private Vector256<byte> digits;
    private Vector256<byte> mask = Vector256<byte>.AllBitsSet;
    private nint length;

    /// <summary>The length up to the message, or 0 when something else stands there.</summary>
    /// <param name="at">Behind date and level.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint LengthAt(ref byte block, nint at)
    {
        var here = Bytes.Load(ref block, at);
        var different = ((Bytes.AreDigits(here) ^ digits) | Vector256.AndNot(here ^ text, digits)) & mask;
        return different == Vector256<byte>.Zero ? length : OtherLengthAt(ref block, at);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private nint OtherLengthAt(ref byte block, nint at)
    {
        var process = at + 1;
        var other = ~Bytes.Digits(ref block, process);
        var pid = BitOperations.TrailingZeroCount(other);
        other &= other - 1;
        var tid = BitOperations.TrailingZeroCount(other) - pid - 1;
        other &= other - 1;
        other &= other - 1;
        other &= other - 1;
        var connection = BitOperations.TrailingZeroCount(other) - pid - tid - 4;
        var body = process + pid + tid + 4 + connection + 1;
        if (pid is 0 or > ProcessDigitsMax || tid is <= 0 or > ProcessDigitsMax || connection is <= 0 or > ConnectionDigitsMax || Bytes.At(ref block, at) != ' '
            || Bytes.At(ref block, process + pid) != '#' || !Bytes.Is(ref block, process + pid + tid + 1, ": *"u8) || Bytes.At(ref block, body - 1) != ' ')
        {
            return 0;
        }

        if (body - at <= Vector256<byte>.Count)
        {
            length = body - at;
            text = Bytes.Load(ref block, at);
            digits = Bytes.AreDigits(text);
            mask = Vector256.LessThan(Vector256<byte>.Indices, Vector256.Create((byte)length));
        }

        return body - at;
    }
}
