using Why502.Nginx.Checks;

namespace Why502.Nginx;

/// <summary>The numbers of nginx's configuration language, read as nginx reads them.</summary>
public static class NginxValue
{
    /// <summary>The longest time that is told: nginx's own milliseconds end there.</summary>
    private const long MillisecondsMax = int.MaxValue * 1000L;

    /// <summary>
    /// A time as <c>ngx_parse_time</c> reads it: <c>60</c>, <c>60s</c>, <c>1h30m</c>, <c>500ms</c>; in the directives that count in seconds also <c>1y</c>. False for
    /// what nginx calls an invalid value.
    /// </summary>
    public static bool TryTime(string text, out TimeSpan time)
    {
        ArgumentNullException.ThrowIfNull(text);
        var milliseconds = NginxNumber.Time(text, seconds: false)
            ?? (NginxNumber.Time(text, seconds: true) is { } seconds and <= MillisecondsMax / 1000 ? seconds * 1000 : null);
        time = milliseconds is <= MillisecondsMax ? TimeSpan.FromMilliseconds(milliseconds.Value) : default;
        return milliseconds is <= MillisecondsMax;
    }

    /// <summary>ngx_parse_size and ngx_parse_offset: bytes, <c>k</c>, <c>m</c> and, where nginx takes an offset, <c>g</c>.</summary>
    public static bool TrySize(string text, out long size)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bytes = NginxNumber.Offset(text);
        size = bytes ?? 0;
        return bytes is not null;
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
}
