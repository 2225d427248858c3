using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Why502.Traffic.Engine;

/// <summary>
/// The last minute that was read, as combined writes it: blank, bracket, <c>$time_local</c>, bracket, blank, quote. Rows come in order, so nearly all of them
/// have the same 31 bytes here, but for the seconds.
/// </summary>
internal sealed unsafe class MinuteStamp
{
    /// <summary>What <c>$time_local</c> takes.</summary>
    public const int TimeBytes = 26;

    private const int Bytes = 31;
    private const int SecondAt = 20;
    private const int InFront = 2;

    private static readonly Vector256<byte> AllButTheSeconds = Mask();

    private Vector256<byte> _bytes;
    private Vector256<byte> _mask = AllButTheSeconds;

    public long Minute { get; private set; }

    private static Vector256<byte> Mask()
    {
        Span<byte> mask = stackalloc byte[Vector256<byte>.Count];
        mask[..Bytes].Fill(0xFF);
        mask[Bytes..].Clear();
        mask.Slice(SecondAt, 2).Clear();
        return Vector256.Create<byte>(mask);
    }

    /// <param name="time">The first byte of a time that stands between the bytes named above.</param>
    public void Remember(byte* time, long minute)
    {
        if (time[17] == ':' && time[20] == ' ')
        {
            (_bytes, Minute) = (Vector256.Load(time - InFront) & _mask, minute);
        }
    }

    /// <summary>The seconds of a time in this minute; 60 or more: it is none.</summary>
    /// <param name="time">32 bytes are read, from two in front of it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint SecondOf(byte* time)
    {
        uint digits = *(ushort*)(time + SecondAt - InFront) ^ 0x3030u;
        uint tens = digits & 0xFF;
        uint ones = digits >> 8;
        return ((Vector256.Load(time - InFront) & _mask) ^ _bytes) == Vector256<byte>.Zero && tens <= 5 && ones <= 9 ? tens * 10 + ones : uint.MaxValue;
    }
}
