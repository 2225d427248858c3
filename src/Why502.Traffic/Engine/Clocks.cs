namespace Why502.Traffic.Engine;

/// <summary>The <c>$msec</c> clock.</summary>
internal static class Clocks
{
    /// <summary>Beyond the year 9999 it is no time.</summary>
    private const long SecondsMax = 253_000_000_000;

    /// <summary>Whole seconds since 1970; a row whose number is no time has none, and is still a row.</summary>
    public static bool FromMsec(ReadOnlySpan<byte> text, ref Row row)
    {
        long seconds = 0;
        int at = 0;
        for (; at < text.Length && (uint)(text[at] - '0') <= 9 && seconds < SecondsMax; at++)
        {
            seconds = seconds * 10 + (text[at] - '0');
        }

        bool ends = at == text.Length || (text[at] == '.' && text[(at + 1)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0);
        if (ends && seconds is > 0 and < SecondsMax)
        {
            (row.Minute, row.Second) = (seconds / 60, (int)(seconds % 60));
        }

        return true;
    }
}
