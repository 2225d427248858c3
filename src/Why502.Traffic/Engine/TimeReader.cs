using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>Reads time stamps of one place in a format. Rows come in order, so all but a few stand in the minute of the row before: then two digits are read.</summary>
internal sealed unsafe class TimeReader
{
    private Vector128<byte> _prefix;
    private ulong _zone;
    private ushort _minuteEnd;
    private long _minute;
    private bool _known;

    /// <summary>The zone's bytes in the eight that begin at the seconds.</summary>
    private const ulong ZoneMask = 0xFFFF_FFFF_FFFF_0000;

    /// <summary><c>22/Sep/2026:14:03:20 +0000</c>, 26 bytes; false when it is no time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool ReadLocal(byte* text, out long minute, out int second)
    {
        second = Seconds(text + 18);
        minute = _minute;
        return (_known && second >= 0 && Vector128.Load(text) == _prefix && *(ushort*)(text + 16) == _minuteEnd && ((*(ulong*)(text + 18) ^ _zone) & ZoneMask) == 0)
            || SlowLocal(text, out minute, out second);
    }

    /// <summary><c>2026-09-22T14:03:20+00:00</c>, 25 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool ReadIso(byte* text, out long minute, out int second)
    {
        second = Seconds(text + 17);
        minute = _minute;
        return (_known && second >= 0 && text[16] == ':' && Vector128.Load(text) == _prefix && ((*(ulong*)(text + 17) ^ _zone) & ZoneMask) == 0)
            || SlowIso(text, 25, out minute, out second);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool SlowLocal(byte* text, out long minute, out int second)
    {
        if (!LogTime.TryReadAccess(new ReadOnlySpan<byte>(text, 26), out DateTime time, out _))
        {
            (minute, second) = (0, 0);
            return false;
        }

        Split(time, out minute, out second);
        // Only a stamp of nginx's own form is remembered: all that the short way does not compare must be sure.
        _known = text[17] == ':' && text[20] == ' ';
        (_prefix, _minuteEnd, _zone, _minute) = (Vector128.Load(text), *(ushort*)(text + 16), *(ulong*)(text + 18), minute);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool SlowIso(byte* text, int length, out long minute, out int second)
    {
        if (!LogTime.TryReadIso(new ReadOnlySpan<byte>(text, length), out DateTime time, out _, out int used))
        {
            (minute, second) = (0, 0);
            return false;
        }

        Split(time, out minute, out second);
        _known = length == 25 && used == 25 && text[19] is (byte)'+' or (byte)'-';
        (_prefix, _zone, _minute) = (Vector128.Load(text), *(ulong*)(text + 17), minute);
        return true;
    }

    public static void Split(DateTime time, out long minute, out int second)
    {
        long seconds = Math.DivRem(time.Ticks - DateTime.UnixEpoch.Ticks, TimeSpan.TicksPerSecond, out long rest) - (rest < 0 ? 1 : 0);
        minute = Math.DivRem(seconds, 60, out long left) - (left < 0 ? 1 : 0);
        second = (int)(seconds - minute * 60);
    }

    /// <summary>Two digits up to 59, else -1: a leap second takes the long way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Seconds(byte* text)
    {
        uint tens = (uint)(text[0] - '0');
        uint ones = (uint)(text[1] - '0');
        return tens <= 5 && ones <= 9 ? (int)(tens * 10 + ones) : -1;
    }
}
