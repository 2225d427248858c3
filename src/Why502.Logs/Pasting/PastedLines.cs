namespace Why502.Logs.Pasting;

/// <summary>Who wrote a line of a text in which several logs may be mixed.</summary>
public enum PastedLineKind
{
    Blank,
    NginxError,
    NginxAccess,
    Other,
}

/// <summary>Tells nginx's lines from others' in mixed text: containers print both of nginx's logs, and their neighbours, into one stream.</summary>
public static class PastedLines
{
    private const int AccessScanMax = 2048;

    /// <param name="start">Where the line's own text begins, behind what a carrier put in front.</param>
    public static PastedLineKind Of(ReadOnlySpan<byte> line, out int start)
    {
        start = 0;
        if (line.TrimEnd(" \r\t"u8).IsEmpty)
        {
            return PastedLineKind.Blank;
        }

        if (ErrorLogLine.LooksLikeRecord(line))
        {
            return PastedLineKind.NginxError;
        }

        start = line.IndexOfAnyExcept((byte)' ', (byte)'\t');
        if (IsRow(line[start..]))
        {
            var carried = Carrier.Strip(line[start..], out var rewritten);
            start += carried.IsPresent && rewritten is null && IsRow(carried.Payload) ? carried.PayloadStart : 0;
            return PastedLineKind.NginxAccess;
        }

        return PastedLineKind.Other;
    }

    /// <summary>The combined format's form, whatever stands before and behind: <c>[10/Oct/2000:13:55:36 -0700] "…" 502 </c></summary>
    private static bool IsRow(ReadOnlySpan<byte> line)
    {
        line = line[..Math.Min(line.Length, AccessScanMax)];
        for (var from = 0; from < line.Length;)
        {
            var open = line[from..].IndexOf((byte)'[');
            if (open < 0)
            {
                return false;
            }

            from += open + 1;
            if (!LogTime.TryReadAccess(line[from..], out _, out _))
            {
                continue;
            }

            var rest = line[from..];
            var request = rest.IndexOf("] \""u8);
            if (request is < 0 or > 40)
            {
                return false;
            }

            rest = rest[(request + 3)..];
            var end = rest.IndexOf("\" "u8);
            return end >= 0 && rest.Length >= end + 5 && rest.Slice(end + 2, 3).IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
        }

        return false;
    }
}
