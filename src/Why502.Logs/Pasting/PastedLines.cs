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

        return IsBarred(line) ? PastedLineKind.NginxAccess : PastedLineKind.Other;
    }

    /// <summary>A format of somebody's own: a request as the client sent it, a time with a zone and a status, between bars or in another order than combined's.</summary>
    private static bool IsBarred(ReadOnlySpan<byte> line)
        => line.Length < AccessScanMax && (line.IndexOf(" HTTP/"u8) > 5 || (line[0] == '{' && line.IndexOf("tatus\""u8) > 0)) && line.IndexOfAny((byte)'|', (byte)';', (byte)'"') >= 0 && AccessLogFormat.Recognise([System.Text.Encoding.Latin1.GetString(line)]) is not null;

    /// <summary>Discourse's: <c>[10/Oct/2000:13:55:36 -0700] "host" 192.0.2.7 "GET / HTTP/1.1" "agent" "route" 502 </c></summary>
    private static bool IsHostFirst(ReadOnlySpan<byte> afterQuote, int end)
        => end is > 0 and < 256 && afterQuote[..end].IndexOf((byte)' ') < 0 && afterQuote[end..].IndexOf(" HTTP/"u8) is > 0 and < 1024 && afterQuote[(end + 2)..].IndexOf(" \""u8) is > 1 and < 46;

    /// <summary>Nginx Proxy Manager's: <c>[10/Oct/2000:13:55:36 -0700] - 502 502 - GET http host "/path" [Client …</c></summary>
    private static bool IsManagers(ReadOnlySpan<byte> afterTime)
    {
        var client = afterTime.IndexOf("\" [Client "u8);
        return client > 0 && afterTime[..client].LastIndexOf(" - "u8) is >= 0 and var dash && dash > 4 && afterTime.Slice(dash - 3, 3).IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
    }

    /// <summary><c>"GET /path HTTP/1.1" 502 </c> at the start: what stood before the request was left out.</summary>
    private static bool IsHeadless(ReadOnlySpan<byte> line)
    {
        if (line.Length < 16 || line[0] != '"' || !char.IsAsciiLetterUpper((char)line[1]))
        {
            return false;
        }

        var end = line[1..].IndexOf("\" "u8) + 1;
        return end > 9 && line[..end].IndexOf(" HTTP/"u8) > 0 && line.Length > end + 5 && line[end + 5] == ' ' && line.Slice(end + 2, 3).IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
    }

    /// <summary>The combined format's form, whatever stands before and behind: <c>[10/Oct/2000:13:55:36 -0700] "…" 502 </c></summary>
    private static bool IsRow(ReadOnlySpan<byte> line)
    {
        line = line[..Math.Min(line.Length, AccessScanMax)];
        if (IsHeadless(line))
        {
            return true;
        }

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
                return IsManagers(rest);
            }

            rest = rest[(request + 3)..];
            var end = rest.IndexOf("\" "u8);
            return IsHostFirst(rest, end) || end >= 0 && rest.Length >= end + 5 && rest.Slice(end + 2, 3).IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
        }

        return false;
    }
}
