namespace Why502.Logs;

/// <summary>Reads the time stamp of a log line of any kind; the searcher inside big files needs nothing else.</summary>
public static partial class LogTime
{
    /// <summary>How far into a line a time stamp is looked for.</summary>
    private const int ScanMax = 1024;

    /// <summary>
    /// The time of the line. With a zone in it, <paramref name="time"/> is UTC; else it is the writer's local time.
    /// Forms without a year take the year from <paramref name="now"/> so that they do not lie more than a day after it; without it they are not read.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> line, out DateTime time, out bool hasZone, DateTime? now = null)
    {
        hasZone = false;
        if (ErrorLogLine.TryReadDate(line, out time))
        {
            return true;
        }

        if (line.Length == 0)
        {
            return false;
        }

        line = line[..Math.Min(line.Length, ScanMax)];
        return TryReadLeading(line, now, out time, out hasZone) || TryReadAnywhere(line, out time, out hasZone);
    }

    private static bool TryReadLeading(ReadOnlySpan<byte> line, DateTime? now, out DateTime time, out bool hasZone)
    {
        hasZone = false;
        if (line[0] == '<' && line.IndexOf((byte)'>') is > 0 and < 5 and int close)
        {
            line = line[(close + 1)..];
            line = line.StartsWith("1 "u8) ? line[2..] : line;
        }

        ReadOnlySpan<byte> inner = line.StartsWith("["u8) ? line[1..] : line;
        if (TryReadIso(inner, out time, out hasZone, out _) || TryReadDayMonth(inner, out time, out hasZone))
        {
            return true;
        }

        return TryReadSyslog(inner, now, out time, out _) && (time.Year > 1 || now is not null);
    }

    private static bool TryReadAnywhere(ReadOnlySpan<byte> line, out DateTime time, out bool hasZone)
    {
        (time, hasZone) = (default, false);
        for (int from = 0; from < line.Length;)
        {
            int hit = line[from..].IndexOf((byte)'[');
            if (hit < 0)
            {
                break;
            }

            from += hit + 1;
            if (TryReadAccess(line[from..], out time, out hasZone))
            {
                return true;
            }
        }

        // Behind a carrier's prefix, and in JSON members.
        for (int from = 0; from + 19 <= line.Length;)
        {
            int hit = line[from..].IndexOf("20"u8);
            if (hit < 0)
            {
                return false;
            }

            from += hit;
            if (ErrorLogLine.TryReadDate(line[from..], out time) || TryReadIso(line[from..], out time, out hasZone, out _))
            {
                return true;
            }

            from += 2;
        }

        return false;
    }

    internal static bool TryMake(int year, int month, int day, int hour, int minute, int second, out DateTime time)
    {
        time = default;
        if (year is < 1 or > 9998 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || (uint)hour > 23 || (uint)minute > 59 || (uint)second > 60)
        {
            return false;
        }

        // A leap second is folded into the one before it: DateTime has no room for it.
        time = new DateTime(year, month, day, hour, minute, Math.Min(second, 59), DateTimeKind.Unspecified);
        return true;
    }

    /// <summary><c>2026-11-21T01:02:03[.fff][Z|+01:00|+0100]</c>, also with a blank for T and a comma for the point.</summary>
    internal static bool TryReadIso(ReadOnlySpan<byte> text, out DateTime time, out bool hasZone, out int length)
    {
        (time, hasZone, length) = (default, false, 0);
        if (text.Length < 19 || text[4] != '-' || text[7] != '-' || text[10] is not ((byte)'T' or (byte)' ') || text[13] != ':' || text[16] != ':')
        {
            return false;
        }

        if (!TryMake(Digits(text, 0, 4), Digits(text, 5, 2), Digits(text, 8, 2), Digits(text, 11, 2), Digits(text, 14, 2), Digits(text, 17, 2), out time))
        {
            return false;
        }

        length = 19;
        if (length < text.Length && text[length] is (byte)'.' or (byte)',')
        {
            time = time.AddTicks(Fraction(text[(length + 1)..], out int digits));
            length += digits > 0 ? digits + 1 : 0;
        }

        int zone = length;
        if (text[10] == ' ' && zone + 1 < text.Length && text[zone] == ' ' && text[zone + 1] is (byte)'+' or (byte)'-')
        {
            zone++;
        }

        if (TryReadZone(text[zone..], out TimeSpan offset, out int used) && TryShift(time, offset, out DateTime utc))
        {
            (time, hasZone, length) = (utc, true, zone + used);
        }

        return true;
    }

    /// <summary><c>10/Oct/2000:13:55:36 -0700</c></summary>
    internal static bool TryReadAccess(ReadOnlySpan<byte> text, out DateTime time, out bool hasZone)
    {
        (time, hasZone) = (default, false);
        if (text.Length < 20 || text[2] != '/' || text[6] != '/' || text[11] != ':'
            || !TryMake(Digits(text, 7, 4), Month(text[3..]), Digits(text, 0, 2), Digits(text, 12, 2), Digits(text, 15, 2), Digits(text, 18, 2), out time))
        {
            return false;
        }

        if (text.Length >= 26 && text[20] == ' ' && TryReadZone(text[21..], out TimeSpan offset, out _) && TryShift(time, offset, out DateTime utc))
        {
            (time, hasZone) = (utc, true);
        }

        return true;
    }

    /// <summary>PHP's <c>21-Nov-2026 01:02:03</c>, with <c> UTC</c> or a zone's name behind it in PHP's own error log.</summary>
    private static bool TryReadDayMonth(ReadOnlySpan<byte> text, out DateTime time, out bool hasZone)
    {
        (time, hasZone) = (default, false);
        if (text.Length < 20 || text[2] != '-' || text[6] != '-' || text[11] != ' '
            || !TryMake(Digits(text, 7, 4), Month(text[3..]), Digits(text, 0, 2), Digits(text, 12, 2), Digits(text, 15, 2), Digits(text, 18, 2), out time))
        {
            return false;
        }

        hasZone = text[20..].StartsWith(" UTC"u8);
        return true;
    }

    /// <summary><c>[Fri ]Nov 20 22:37:13[.ffffff][ 2026]</c>; without a year the result's is 1, or fitted to <paramref name="now"/>.</summary>
    internal static bool TryReadSyslog(ReadOnlySpan<byte> text, DateTime? now, out DateTime time, out int length)
    {
        (time, length) = (default, 0);
        int at = text.Length > 20 && text[3] == ' ' && IsWeekday(text) ? 4 : 0;
        if (text.Length < at + 15 || text[at + 3] != ' ' || text[at + 6] != ' ' || text[at + 9] != ':' || text[at + 12] != ':' || Month(text[at..]) is not (> 0 and int month))
        {
            return false;
        }

        int day = text[at + 4] == ' ' ? Digits(text, at + 5, 1) : Digits(text, at + 4, 2);
        length = at + 15;
        long fraction = 0;
        if (length < text.Length && text[length] == '.')
        {
            fraction = Fraction(text[(length + 1)..], out int digits);
            length += digits > 0 ? digits + 1 : 0;
        }

        int year = text.Length >= length + 5 && text[length] == ' ' ? Digits(text, length + 1, 4) : -1;
        bool hasYear = year is > 1970 and < 3000 && (text.Length == length + 5 || text[length + 5] is (byte)' ' or (byte)']' or (byte)':');
        int hour = Digits(text, at + 7, 2), minute = Digits(text, at + 10, 2), second = Digits(text, at + 13, 2);
        if (hasYear)
        {
            length += 5;
            return TryMake(year, month, day, hour, minute, second, out time) && Add(ref time, fraction);
        }

        if (now is { } reference)
        {
            return TryMakeBefore(reference, month, day, hour, minute, second, out time) && Add(ref time, fraction);
        }

        // Year 4 is a leap year, so that 29 February is a day; the caller sees year 1 as "unknown".
        time = default;
        return TryMake(4, month, day, hour, minute, second, out _);
    }

    private static bool Add(ref DateTime time, long ticks)
    {
        time = time.AddTicks(ticks);
        return true;
    }

    private static bool TryMakeBefore(DateTime now, int month, int day, int hour, int minute, int second, out DateTime time)
    {
        for (int year = Math.Min(now.Year + 1, 9998); year >= Math.Max(now.Year - 8, 1); year--)
        {
            if (TryMake(year, month, day, hour, minute, second, out time) && (now.Year >= 9998 || time <= now.AddDays(1)))
            {
                return true;
            }
        }

        time = default;
        return false;
    }

    private static bool IsWeekday(ReadOnlySpan<byte> text) =>
        text[..3] is [(byte)'M', (byte)'o', (byte)'n'] or [(byte)'T', (byte)'u', (byte)'e'] or [(byte)'W', (byte)'e', (byte)'d'] or [(byte)'T', (byte)'h', (byte)'u']
            or [(byte)'F', (byte)'r', (byte)'i'] or [(byte)'S', (byte)'a', (byte)'t'] or [(byte)'S', (byte)'u', (byte)'n'];

    private static int Month(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> names = "JanFebMarAprMayJunJulAugSepOctNovDec"u8;
        for (int i = 0; i < 12; i++)
        {
            if (text.StartsWith(names.Slice(i * 3, 3)))
            {
                return i + 1;
            }
        }

        return 0;
    }

    private static int Digits(ReadOnlySpan<byte> text, int at, int count)
    {
        int value = 0;
        for (int i = at; i < at + count; i++)
        {
            uint digit = (uint)(text[i] - '0');
            if (digit > 9)
            {
                return -1;
            }

            value = value * 10 + (int)digit;
        }

        return value;
    }

    /// <summary>Up to seven digits behind the point as ticks; further ones are passed over.</summary>
    private static long Fraction(ReadOnlySpan<byte> text, out int digits)
    {
        long ticks = 0;
        long unit = TimeSpan.TicksPerSecond;
        for (digits = 0; digits < text.Length && text[digits] is >= (byte)'0' and <= (byte)'9'; digits++)
        {
            unit /= 10;
            ticks += (text[digits] - '0') * unit;
        }

        return ticks;
    }

    private static bool TryReadZone(ReadOnlySpan<byte> text, out TimeSpan offset, out int length)
    {
        (offset, length) = (default, 0);
        if (text.Length == 0)
        {
            return false;
        }

        if (text[0] == 'Z')
        {
            length = 1;
            return true;
        }

        if (text[0] is not ((byte)'+' or (byte)'-') || text.Length < 5)
        {
            return false;
        }

        bool colon = text[3] == ':';
        if (colon && text.Length < 6)
        {
            return false;
        }

        int hours = Digits(text, 1, 2);
        int minutes = Digits(text, colon ? 4 : 3, 2);
        if (hours is < 0 or > 15 || minutes is < 0 or > 59)
        {
            return false;
        }

        offset = new TimeSpan(hours, minutes, 0) * (text[0] == '-' ? -1 : 1);
        length = colon ? 6 : 5;
        return true;
    }

    private static bool TryShift(DateTime local, TimeSpan offset, out DateTime utc)
    {
        long ticks = local.Ticks - offset.Ticks;
        bool fits = ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;
        utc = fits ? new DateTime(ticks, DateTimeKind.Utc) : default;
        return fits;
    }
}
