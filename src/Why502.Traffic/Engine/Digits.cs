using System.Numerics;
using System.Runtime.CompilerServices;

namespace Why502.Traffic.Engine;

/// <summary>Numbers as nginx writes them.</summary>
internal static unsafe class Digits
{
    /// <summary>Longer times are this long: 24 days.</summary>
    private const long MillisecondsMax = int.MaxValue;

    /// <summary>Seconds with a point, in milliseconds (what is finer is cut off); -1 for a dash, nothing, or anything else that is no number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Milliseconds(byte* text, int length)
    {
        if (length == 5 && text[1] == '.')
        {
            uint a = (uint)(text[0] - '0');
            uint b = (uint)(text[2] - '0');
            uint c = (uint)(text[3] - '0');
            uint d = (uint)(text[4] - '0');
            if (a <= 9 && b <= 9 && c <= 9 && d <= 9)
            {
                return (int)(a * 1000 + b * 100 + c * 10 + d);
            }
        }

        return AnyMilliseconds(new ReadOnlySpan<byte>(text, length));
    }

    /// <summary>Three digits as a number, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Three(byte* text)
    {
        uint hundreds = (uint)(text[0] - '0');
        uint tens = (uint)(text[1] - '0');
        uint ones = (uint)(text[2] - '0');
        return hundreds <= 9 && tens <= 9 && ones <= 9 ? (int)(hundreds * 100 + tens * 10 + ones) : -1;
    }

    /// <summary><c>d.ddd</c> in milliseconds, or -1.</summary>
    /// <param name="text">Eight bytes may be read.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OneSecond(byte* text)
    {
        // Each byte becomes its digit, the point a zero; what is added makes all others' highest bits.
        ulong value = *(ulong*)text ^ 0x30_3030_2E30;
        ulong others = ((value + 0x76_7676_7F76) | value) & 0x80_8080_8080;
        int number = (int)(value & 0xFF) * 1000 + (int)((value >> 16) & 0xFF) * 100 + (int)((value >> 24) & 0xFF) * 10 + (int)((value >> 32) & 0xFF);
        return others == 0 ? number : -1;
    }

    public static int AnyMilliseconds(ReadOnlySpan<byte> text)
    {
        long value = 0;
        int decimals = -1;
        int digits = 0;
        foreach (byte b in text)
        {
            uint digit = (uint)(b - '0');
            if (b == '.' && decimals < 0)
            {
                decimals = 0;
            }
            else if (digit <= 9)
            {
                digits++;
                if (decimals < 3)
                {
                    value = Math.Min(value * 10 + digit, MillisecondsMax);
                    decimals += decimals >= 0 ? 1 : 0;
                }
            }
            else
            {
                return -1;
            }
        }

        for (int missing = 3 - Math.Max(decimals, 0); missing > 0; missing--)
        {
            value *= 10;
        }

        return digits == 0 ? -1 : (int)Math.Min(value, MillisecondsMax);
    }

    /// <summary>Whether one to eight bytes are digits, all at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreAll(byte* text, int length)
    {
        // What does not belong to the value is moved out, and zeros come in: they are made digits.
        int unused = (8 - length) * 8;
        ulong value = (*(ulong*)text << unused) | (Zeros & ~(ulong.MaxValue << unused));
        return (value & HighHalves) == Zeros && ((value + 0x0606_0606_0606_0606) & HighHalves) == Zeros;
    }

    /// <summary>How many digits stand here, up to eight.</summary>
    /// <param name="text">Eight bytes may be read.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Leading(byte* text)
    {
        // What is added may go over into the next byte, behind the first one that is no digit.
        ulong value = *(ulong*)text ^ Zeros;
        return BitOperations.TrailingZeroCount(((value + 0x7676_7676_7676_7676) | value) & 0x8080_8080_8080_8080) >> 3;
    }

    private const ulong Zeros = 0x3030_3030_3030_3030;
    private const ulong HighHalves = 0xF0F0_F0F0_F0F0_F0F0;

    /// <summary>A whole number of at most 18 digits, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Whole(byte* text, int length)
    {
        if ((uint)(length - 1) >= 18)
        {
            return -1;
        }

        long value = 0;
        for (int i = 0; i < length; i++)
        {
            uint digit = (uint)(text[i] - '0');
            if (digit > 9)
            {
                return -1;
            }

            value = value * 10 + digit;
        }

        return value;
    }
}
