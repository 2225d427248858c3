namespace Why502.Logs;

public static partial class ErrorLogLine
{
    /// <summary>nginx's buffer, less the line feed (ngx_log.h: NGX_MAX_ERROR_STR); OpenResty doubles it.</summary>
    private const int LineMax = 2047;
    private const int LineMaxOpenResty = 4095;

    /// <summary>Splits the body into message and context, then reads both.</summary>
    private static void ParseBody(ReadOnlySpan<byte> line, int start, ref ErrorLogFields f)
    {
        f.Truncated = line.Length is LineMax or LineMaxOpenResty;
        int end = line.Length;
        if (f.Level == LogLevel.Debug)
        {
            // ngx_log.c: no handler runs for debug, so there is neither a phase nor a client.
            f.Message = new Slice(start, end - start);
            return;
        }

        int context = FindClient(line, start, out int clientAt, out bool several);
        if (context >= 0)
        {
            f.HasContext = true;
            ParseClientContext(line, clientAt, ref f);
            f.UpstreamIsTrusted &= !several;
            end = context;
        }

        end = TakeLuaContext(line, start, end, out Slice timer);
        end = TakePhase(line, start, end, context >= 0, ref f);
        f.Phase = f.Phase.Present ? f.Phase : timer;

        if (!f.HasContext)
        {
            end = TakeConfigPlace(line, start, end, ref f);
        }

        ParseMessage(line, start, end, ref f);
        if (!f.HasContext && !f.ConfigFile.Present && (f.Connection is not null || f.Known is null) && Quotes(line[start..]) % 2 == 1)
        {
            f.OpenQuote = !f.Truncated;
        }

        f.Truncated |= f.OpenQuote && !line.Contains((byte)'\n');
    }

    /// <summary>Cuts <c>, context: ngx.timer</c> or <c>, context: access_by_lua*</c> off (ngx_http_lua_timer.c: ngx_http_lua_log_timer_error; ngx_http_lua_ssl.c): what Lua code ran in. A timer's stands where others have their phase.</summary>
    private static int TakeLuaContext(ReadOnlySpan<byte> line, int start, int end, out Slice timer)
    {
        timer = default;
        ReadOnlySpan<byte> text = line[start..end];
        bool isTimer = text.EndsWith("ngx.timer"u8);
        if (!isTimer && !text.EndsWith("_by_lua*"u8))
        {
            return end;
        }

        int at = text.LastIndexOf(", context: "u8);
        if (at < 0 || text[(at + 11)..].Contains((byte)' '))
        {
            return end;
        }

        timer = isTimer ? new Slice(start + at + 11, text.Length - at - 11) : default;
        return start + at;
    }

    /// <summary>
    /// Finds where the message ends and <c>, client: </c> begins. Client text can stand on both sides: inside a quoted, decoded URI of the message,
    /// and in request and referrer behind. The first place outside quotes is nginx's own, unless the message quotes foreign text and more than one place fits.
    /// </summary>
    private static int FindClient(ReadOnlySpan<byte> line, int start, out int clientAt, out bool several)
    {
        (clientAt, several) = (-1, false);
        int found = -1;
        int quotes = 0;
        int scanned = start;
        int at = start;
        int fallback = -1;
        int fallbackClient = -1;
        while (at < line.Length)
        {
            int hit = line[at..].IndexOf("client: "u8);
            if (hit < 0)
            {
                break;
            }

            int key = at + hit;
            at = key + 8;
            int separator = SeparatorBefore(line, start, key);
            if (separator < 0 || !IsClientValue(line[at..]))
            {
                continue;
            }

            if (found >= 0)
            {
                // A second fitting place matters only when the message in front of the first one quoted foreign text.
                several = true;
                break;
            }

            quotes += Quotes(line[scanned..separator]);
            scanned = separator;
            if (quotes % 2 == 1)
            {
                (fallback, fallbackClient) = fallback < 0 ? (separator, at) : (fallback, fallbackClient);
                continue;
            }

            (found, clientAt) = (separator, at);
            if (quotes == 0)
            {
                break;
            }
        }

        if (found < 0 && fallback >= 0)
        {
            (found, clientAt, several) = (fallback, fallbackClient, true);
        }

        return found;
    }

    /// <summary>The start of <c>, </c> or <c>, udp </c> in front of a key; a fragment may begin with the key itself.</summary>
    private static int SeparatorBefore(ReadOnlySpan<byte> line, int start, int key)
    {
        ReadOnlySpan<byte> before = line[start..key];
        return before.EndsWith(", "u8) ? key - 2 : before.EndsWith(", udp "u8) ? key - 6 : before.Length == 0 ? start : -1;
    }

    private static bool IsClientValue(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)',');
        ReadOnlySpan<byte> value = end < 0 ? text : text[..end];
        return value.Length is > 0 and <= 128 && !value.Contains((byte)'"');
    }

    private static int Quotes(ReadOnlySpan<byte> text)
    {
        int count = 0;
        for (int at = text.IndexOf((byte)'"'); at >= 0; at = text.IndexOf((byte)'"'))
        {
            count++;
            text = text[(at + 1)..];
        }

        return count;
    }

    private static void ParseClientContext(ReadOnlySpan<byte> line, int at, ref ErrorLogFields f)
    {
        int end = ValueEnd(line, at, 0);
        f.Client = new Slice(at, end - at);
        f.UpstreamIsTrusted = true;
        ParseKeys(line, end, ref f);
    }

    /// <summary>Reads the keys in nginx's order. A key that comes again or too early is a client's text and ends up in the value before it.</summary>
    private static void ParseKeys(ReadOnlySpan<byte> line, int at, ref ErrorLogFields f)
    {
        int rank = 0;
        while (at < line.Length)
        {
            ContextKey key = ContextKey.At(line[at..]);
            if (key.Length == 0 || key.Rank <= rank)
            {
                break;
            }

            rank = key.Rank;
            at += key.Length;
            int end = key.Quoted ? QuotedEnd(line, at, key, ref f) : ValueEnd(line, at, rank);
            Slice value = new(at, end - at);
            Assign(line, key.Name, value, ref f);
            at = key.Quoted && end < line.Length ? end + 1 : end;
        }
    }

    private static void Assign(ReadOnlySpan<byte> line, ContextName name, Slice value, ref ErrorLogFields f)
    {
        switch (name)
        {
            case ContextName.Server:
                f.Server = value;
                f.Listen = IsListenAddress(value.Of(line)) ? value : default;
                break;
            case ContextName.Request:
                f.Request = value;
                f.Listen = default;
                break;
            case ContextName.Subrequest:
                f.Subrequest = value;
                break;
            case ContextName.Upstream:
                f.Upstream = value;
                SplitUpstream(line, ref f);
                break;
            case ContextName.Host:
                f.Host = value;
                break;
            case ContextName.Referrer:
                f.Referrer = value;
                break;
            case ContextName.Resolver or ContextName.Responder:
                f.Peer = value;
                break;
            case ContextName.Bytes:
                f.IsStream = true;
                break;
        }
    }

    /// <summary>An unquoted value ends where a later key begins.</summary>
    private static int ValueEnd(ReadOnlySpan<byte> line, int at, int rank)
    {
        int from = at;
        while (from < line.Length)
        {
            int comma = line[from..].IndexOf(", "u8);
            if (comma < 0)
            {
                return line.Length;
            }

            from += comma;
            ContextKey key = ContextKey.At(line[from..]);
            if (key.Length > 0 && key.Rank > rank)
            {
                return from;
            }

            from += 2;
        }

        return line.Length;
    }

    /// <summary>The closing quote of a value, told apart from quotes inside it by what nginx writes next; the end of the line when it was cut.</summary>
    private static int QuotedEnd(ReadOnlySpan<byte> line, int at, ContextKey key, ref ErrorLogFields f)
    {
        if (key.Name == ContextName.Referrer)
        {
            // The last field: whatever it holds is the client's, up to the last quote.
            int last = line[at..].LastIndexOf((byte)'"');
            f.Truncated |= last < 0;
            f.OpenQuote |= last < 0;
            return last < 0 ? line.Length : at + last;
        }

        if (key.Name == ContextName.Request)
        {
            int version = EndOfRequest(line, at);
            if (version >= 0)
            {
                return version;
            }
        }

        int end = -1;
        bool ambiguous = false;
        for (int from = at; from < line.Length;)
        {
            int quote = line[from..].IndexOf((byte)'"');
            if (quote < 0)
            {
                break;
            }

            from += quote;
            if (from + 1 == line.Length || ContextKey.At(line[(from + 1)..]) is { Length: > 0 } next && next.Rank > key.Rank)
            {
                ambiguous = end >= 0;
                end = end < 0 ? from : end;
                if (ambiguous || key.Name is ContextName.Upstream or ContextName.Host)
                {
                    break;
                }
            }

            from++;
        }

        if (key.Name is ContextName.Request or ContextName.Subrequest)
        {
            // Two places where the value could end before the upstream: the client may have written one of them. A subrequest's decoded URI can
            // hold a quote only when the request itself had one; else the second place is in the referrer, behind the genuine field.
            bool clientWrote = key.Name == ContextName.Request || f.Request.Of(line).IndexOf((byte)'"') >= 0
                || f.Request.Of(line).IndexOf("%22"u8) >= 0 || f.Request.Of(line).IndexOf("%25"u8) >= 0;
            f.UpstreamIsTrusted &= !ambiguous || !clientWrote || line[at..].Count(", upstream: \""u8) <= 1;
        }

        if (end < 0)
        {
            f.Truncated = true;
            f.OpenQuote = true;
            return line.Length;
        }

        return end;
    }

    /// <summary>
    /// A request line that reached an upstream ends in its version and a quote. A client cannot write these two inside its own URI:
    /// ngx_http_parse_request_line answers 400 to anything but digits, blanks and the line's end behind <c>HTTP/1.1</c>.
    /// </summary>
    private static int EndOfRequest(ReadOnlySpan<byte> line, int at)
    {
        for (int from = at; ;)
        {
            int hit = line[from..].IndexOf(" HTTP/"u8);
            if (hit < 0)
            {
                return -1;
            }

            from += hit + 6;
            int end = from;
            while (end < line.Length && line[end] is (>= (byte)'0' and <= (byte)'9') or (byte)'.')
            {
                end++;
            }

            if (end > from && end < line.Length && line[end] == '"')
            {
                return end;
            }
        }
    }

    /// <summary><c>0.0.0.0:443</c>, <c>[::]:80</c>, <c>unix:/path</c>: what stands for the server name before the Host is known, and always in stream.</summary>
    private static bool IsListenAddress(ReadOnlySpan<byte> value)
    {
        if (value.StartsWith("unix:"u8) || value.StartsWith("["u8))
        {
            return true;
        }

        int colon = value.LastIndexOf((byte)':');
        return colon > 0 && value[..colon].IndexOfAnyExceptInRange((byte)'.', (byte)'9') < 0 && !value[..colon].Contains((byte)'/');
    }
}
