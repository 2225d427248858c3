namespace Why502.Nginx;

/// <summary>The numbers of nginx's configuration language, read as nginx reads them.</summary>
public static class NginxValue
{
    /// <summary>ngx_parse_time with milliseconds: <c>60</c>, <c>60s</c>, <c>1h30m</c>, <c>500ms</c>; units must fall, a bare number means seconds and comes last. False for what nginx calls an invalid value.</summary>
    public static bool TryTime(string text, out TimeSpan time)
    {
        time = default;
        if (!TryMilliseconds(text, out var total))
        {
            return false;
        }

        time = TimeSpan.FromMilliseconds(total);
        return true;
    }

    /// <summary>ngx_parse_size and ngx_parse_offset: bytes, <c>k</c>, <c>m</c> and, where nginx takes an offset, <c>g</c>.</summary>
    public static bool TrySize(string text, out long size)
    {
        ArgumentNullException.ThrowIfNull(text);
        size = 0;
        var digits = text.AsSpan();
        var scale = 1L;
        if (digits.Length > 0)
        {
            scale = char.ToLowerInvariant(digits[^1]) switch { 'k' => 1L << 10, 'm' => 1L << 20, 'g' => 1L << 30, _ => 1L };
            digits = scale == 1 ? digits : digits[..^1];
        }

        if (digits.IsEmpty || !long.TryParse(digits, System.Globalization.NumberStyles.None, null, out var number) || number > long.MaxValue / scale)
        {
            return false;
        }

        size = number * scale;
        return true;
    }

    /// <summary>A flag is exactly <c>on</c> or <c>off</c>, in any case (ngx_conf_set_flag_slot).</summary>
    public static bool TryFlag(string text, out bool on)
    {
        on = string.Equals(text, "on", StringComparison.OrdinalIgnoreCase);
        return on || string.Equals(text, "off", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The shortest text nginx reads back as this time.</summary>
    public static string Time(TimeSpan time)
    {
        var milliseconds = (long)time.TotalMilliseconds;
        return milliseconds % 1000 != 0 ? $"{milliseconds}ms" : $"{milliseconds / 1000}s";
    }

    /// <summary>The shortest text nginx reads back as this size.</summary>
    public static string Size(long bytes) => bytes switch
    {
        > 0 when bytes % (1 << 20) == 0 => $"{bytes >> 20}m",
        > 0 when bytes % (1 << 10) == 0 => $"{bytes >> 10}k",
        _ => $"{bytes}",
    };

    private static bool TryMilliseconds(string text, out long total)
    {
        ArgumentNullException.ThrowIfNull(text);
        total = 0;
        var i = 0;
        var lastStep = -1;
        var valid = false;
        while (i < text.Length)
        {
            var start = i;
            while (i < text.Length && char.IsAsciiDigit(text[i]))
            {
                i++;
            }

            if (!long.TryParse(text.AsSpan(start, i - start), System.Globalization.NumberStyles.None, null, out var number))
            {
                return false;
            }

            var (step, scale) = Unit(text, ref i);
            // Each unit may come once and they must fall; after seconds only "ms" may follow, and a bare number ends the text.
            if (step < 0 || step <= lastStep || number > int.MaxValue * 1000L / scale)
            {
                return false;
            }

            lastStep = step;
            total += number * scale;
            valid = true;
            while (i < text.Length && text[i] == ' ')
            {
                i++;
            }
        }

        return valid && total <= int.MaxValue * 1000L;
    }

    private static (int Step, long Scale) Unit(string text, ref int i)
    {
        const long Second = 1000, Day = 86_400 * Second;
        if (i >= text.Length || text[i] == ' ')
        {
            return (7, Second);
        }

        if (text[i] == 'm' && i + 1 < text.Length && text[i + 1] == 's')
        {
            i += 2;
            return (8, 1);
        }

        return text[i++] switch
        {
            'y' => (0, 365 * Day),
            'M' => (1, 30 * Day),
            'w' => (2, 7 * Day),
            'd' => (3, Day),
            'h' => (4, 3600 * Second),
            'm' => (5, 60 * Second),
            's' => (6, Second),
            _ => (-1, 1),
        };
    }
}
