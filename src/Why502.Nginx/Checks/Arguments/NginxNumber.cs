namespace Why502.Nginx.Checks;

/// <summary>nginx's own parsers of numbers, with their limits: null is NGX_ERROR.</summary>
internal static class NginxNumber
{
    /// <summary>ngx_atoi: digits only, at most the largest 64-bit number.</summary>
    public static long? Integer(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return null;
        }

        long value = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c) || value > (long.MaxValue - (c - '0')) / 10)
            {
                return null;
            }

            value = (value * 10) + (c - '0');
        }

        return value;
    }

    /// <summary>ngx_parse_size: k and m.</summary>
    public static long? Size(ReadOnlySpan<char> text) => Scaled(text, giga: false);

    /// <summary>ngx_parse_offset: k, m and g.</summary>
    public static long? Offset(ReadOnlySpan<char> text) => Scaled(text, giga: true);

    /// <summary>ngx_parse_time: in milliseconds, or in whole seconds, where <c>y</c> is allowed and <c>ms</c> is not.</summary>
    public static long? Time(ReadOnlySpan<char> text, bool seconds)
    {
        const int Minute = 60, Hour = 60 * Minute, Day = 24 * Hour;
        long value = 0, total = 0;
        var valid = false;
        // The steps are year 1, month 2, week 3, day 4, hour 5, minute 6, second 7, millisecond 8, end 9.
        var step = seconds ? 0 : 2;
        var startsWithMonth = !seconds;
        for (var i = 0; i < text.Length;)
        {
            var c = text[i++];
            if (char.IsAsciiDigit(c))
            {
                if (value > (long.MaxValue - (c - '0')) / 10)
                {
                    return null;
                }

                value = (value * 10) + (c - '0');
                valid = true;
                continue;
            }

            var isMilliseconds = c == 'm' && i < text.Length && text[i] == 's';
            i += isMilliseconds ? 1 : 0;
            var (unit, scale) = isMilliseconds ? (8, 1L) : c switch
            {
                'y' => (1, 365L * Day),
                'M' => (2, 30L * Day),
                'w' => (3, 7L * Day),
                'd' => (4, Day),
                'h' => (5, Hour),
                'm' => (6, Minute),
                's' => (7, 1L),
                ' ' => (9, 1L),
                _ => (0, 0L),
            };

            // In milliseconds nginx starts behind the month: neither y nor M is taken there.
            var passed = unit == 9 ? step >= 7 : step >= unit || (startsWithMonth && unit <= 2);
            if (unit == 0 || passed || (isMilliseconds && seconds))
            {
                return null;
            }

            step = unit;
            var max = long.MaxValue / scale;
            if (!isMilliseconds && !seconds)
            {
                scale *= 1000;
                max /= 1000;
            }

            if (value > max || total > long.MaxValue - (value * scale))
            {
                return null;
            }

            total += value * scale;
            value = 0;
            while (i < text.Length && text[i] == ' ')
            {
                i++;
            }
        }

        var rest = seconds ? 1 : 1000;
        return !valid || value > long.MaxValue / rest || total > long.MaxValue - (value * rest) ? null : total + (value * rest);
    }

    private static long? Scaled(ReadOnlySpan<char> text, bool giga)
    {
        if (text.IsEmpty)
        {
            return null;
        }

        var scale = text[^1] switch
        {
            'k' or 'K' => 1L << 10,
            'm' or 'M' => 1L << 20,
            'g' or 'G' when giga => 1L << 30,
            _ => 1L,
        };
        var number = Integer(scale == 1 ? text : text[..^1]);
        return number > long.MaxValue / scale ? null : number * scale;
    }
}
