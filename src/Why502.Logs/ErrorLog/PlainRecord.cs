namespace Why502.Logs;

/// <summary>
/// The parts of the record that a busy gateway writes over and over: dated, with process and connection, nginx's http context in its usual order, and
/// nothing in it that could be read in two ways. Whatever departs from this form is left to <see cref="ErrorLogLine"/>, which knows all of them.
/// </summary>
internal ref struct PlainRecord
{
    /// <summary><c>YYYY/MM/DD HH:MM:SS</c>.</summary>
    public const int DateLength = 19;

    /// <summary><c>[error]</c>.</summary>
    public ReadOnlySpan<byte> Level;

    /// <summary>Message, errno and phase.</summary>
    public ReadOnlySpan<byte> Body;
    public ReadOnlySpan<byte> Server;
    public ReadOnlySpan<byte> Method;
    public ReadOnlySpan<byte> Uri;

    /// <summary>The upstream's scheme and peer; empty when the record names none.</summary>
    public ReadOnlySpan<byte> Upstream;
    public ReadOnlySpan<byte> Host;
    public bool HasUpstream;
    public bool HasHost;
    public long Connection;

    /// <summary>By the level's first letter: notice, info, debug.</summary>
    public readonly bool IsBelowWarn => Level[1] is (byte)'n' or (byte)'i' or (byte)'d';

    /// <summary>False when the line has another form.</summary>
    public bool TryRead(ReadOnlySpan<byte> line)
    {
        // A full buffer may have cut the line (ngx_log.h: NGX_MAX_ERROR_STR); nobody's buffer is longer than OpenResty's.
        if (line.Length is < 64 or 2047 or >= 4095 || line[DateLength] != ' ' || line[DateLength + 1] != '[')
        {
            return false;
        }

        var at = line.Slice(DateLength + 1, 9).IndexOf((byte)']') + 1;
        Level = line.Slice(DateLength + 1, at);
        at += DateLength + 1;
        return at > DateLength + 1 && ReadProcess(line, ref at) && ReadBody(line, ref at) && ReadRequest(line, ref at) && ReadRest(line, at);
    }

    /// <summary><c> pid#tid: *connection </c></summary>
    private bool ReadProcess(ReadOnlySpan<byte> line, ref int at)
    {
        var from = at + 1;
        if (line[at] != ' ' || Digits(line, from, out at) < 0 || at == from || line[at] != '#')
        {
            return false;
        }

        from = at + 1;
        if (Digits(line, from, out at) < 0 || at == from || at + 3 >= line.Length || line[at] != ':' || line[at + 1] != ' ' || line[at + 2] != '*')
        {
            return false;
        }

        from = at + 3;
        Connection = Digits(line, from, out at);
        return Connection >= 0 && at > from && at < line.Length && line[at++] == ' ';
    }

    /// <summary>The message up to the client, whose address is passed over, and the server.</summary>
    private bool ReadBody(ReadOnlySpan<byte> line, ref int at)
    {
        var rest = line[at..];
        var client = rest.IndexOf(", client: "u8);
        if (client < 0)
        {
            return false;
        }

        Body = rest[..client];
        // A message that quotes foreign text may hold a client of its own, in front of nginx's or behind it.
        if (Body.Contains((byte)'"') && rest[(client + 10)..].IndexOf("client: "u8) >= 0)
        {
            return false;
        }

        rest = rest[(client + 10)..];
        var comma = rest.IndexOf((byte)',');
        if (comma is <= 0 or > 128 || !rest[comma..].StartsWith(", server: "u8) || rest[..comma].Contains((byte)'"'))
        {
            return false;
        }

        rest = rest[(comma + 10)..];
        comma = rest.IndexOf((byte)',');
        if (comma < 0 || !rest[comma..].StartsWith(", request: \""u8))
        {
            return false;
        }

        Server = rest[..comma];
        at = line.Length - rest.Length + comma + 12;
        return true;
    }

    /// <summary><c>METHOD URI HTTP/1.1"</c>; a request that spells control characters or quotes is looked at more closely.</summary>
    private bool ReadRequest(ReadOnlySpan<byte> line, ref int at)
    {
        var rest = line[at..];
        var quote = rest.IndexOf((byte)'"');
        if (quote < 12 || !rest[(quote - 9)..].StartsWith(" HTTP/"u8) || !IsDigit(rest[quote - 3]) || rest[quote - 2] != '.' || !IsDigit(rest[quote - 1]))
        {
            return false;
        }

        var request = rest[..(quote - 9)];
        var blank = request.IndexOf((byte)' ');
        if (blank is <= 0 or > 32)
        {
            return false;
        }

        Method = request[..blank];
        Uri = request[(blank + 1)..];
        at += quote + 1;
        return Uri.IndexOf("%0"u8) < 0;
    }

    private bool ReadRest(ReadOnlySpan<byte> line, int at)
    {
        var rest = line[at..];
        if (rest.StartsWith(", upstream: \""u8))
        {
            HasUpstream = true;
            rest = rest[13..];
            var end = rest.IndexOf((byte)'"');
            if (end < 0 || !ReadUpstream(rest[..end]))
            {
                return false;
            }

            rest = rest[(end + 1)..];
        }

        if (rest.StartsWith(", host: \""u8))
        {
            HasHost = true;
            rest = rest[9..];
            var end = rest.IndexOf((byte)'"');
            if (end < 0)
            {
                return false;
            }

            Host = rest[..end];
            rest = rest[(end + 1)..];
        }

        return rest.IsEmpty || (rest.StartsWith(", referrer: \""u8) && rest.Length > 13 && rest[^1] == '"');
    }

    private bool ReadUpstream(ReadOnlySpan<byte> value)
    {
        var scheme = value[..Math.Min(value.Length, 16)].IndexOf("://"u8);
        if (scheme is <= 0 or > 12)
        {
            return false;
        }

        var peer = value[(scheme + 3)..];
        int end;
        if (peer.StartsWith("unix:"u8))
        {
            end = peer[5..].IndexOf((byte)':');
            end = end < 0 ? peer.Length : end + 5;
        }
        else
        {
            end = peer.IndexOfAny((byte)'/', (byte)'?');
            end = end < 0 ? peer.Length : end;
        }

        Upstream = value[..(scheme + 3 + end)];
        return true;
    }

    /// <summary>The number at a place; -1 when it has more digits than nginx writes.</summary>
    private static long Digits(ReadOnlySpan<byte> line, int from, out int end)
    {
        var number = 0L;
        for (end = from; end < line.Length && IsDigit(line[end]); end++)
        {
            number = number * 10 + (line[end] - '0');
        }

        return end - from <= 18 ? number : -1;
    }

    private static bool IsDigit(byte b) => (uint)(b - '0') <= 9;
}
