using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Why502.Logs;

public static partial class ErrorLogLine
{
    /// <summary>Cuts <c> while PHASE</c> off the end of the message; without a client context the phase's own keys may follow it.</summary>
    private static int TakePhase(ReadOnlySpan<byte> line, int start, int end, bool beforeClient, ref ErrorLogFields f)
    {
        for (int from = end; ;)
        {
            int at = line[start..from].LastIndexOf(" while "u8);
            if (at < 0)
            {
                return end;
            }

            at += start;
            int phaseStart = at + 7;
            int phaseEnd = beforeClient ? end : PhaseEnd(line, phaseStart, end);
            ReadOnlySpan<byte> phase = line[phaseStart..phaseEnd];
            PhaseSide? side = ErrorPhases.SideOf(phase, out string? known);
            if (side is not null || (beforeClient && LooksLikePhase(line[..at], phase) && !PrintsWhile(line[start..end])))
            {
                f.Phase = new Slice(phaseStart, phaseEnd - phaseStart);
                f.KnownPhase = known;
                if (side == PhaseSide.Listener)
                {
                    f.Listen = new Slice(phaseStart + 28, phase.Length - 28);
                }

                f.IsStream |= side == PhaseSide.Stream;
                if (!beforeClient)
                {
                    f.HasContext = true;
                    f.UpstreamIsTrusted = Quotes(line[start..at]) == 0;
                    ParseKeys(line, phaseEnd, ref f);
                }

                return at;
            }

            from = at;
        }
    }

    private static int PhaseEnd(ReadOnlySpan<byte> line, int from, int end)
    {
        int comma = line[from..end].IndexOf(", "u8);
        return comma < 0 ? end : from + comma;
    }

    /// <summary>A phase of a module that this table does not know: plain words behind an errno or a closed parenthesis.</summary>
    private static bool LooksLikePhase(ReadOnlySpan<byte> before, ReadOnlySpan<byte> phase) =>
        before.EndsWith(")"u8) && phase.Length is > 3 and < 64
        && phase.IndexOfAnyExcept(PhaseBytes) < 0;

    /// <summary>"… could not be resolved (3: …) while resolving service …" is all message.</summary>
    private static bool PrintsWhile(ReadOnlySpan<byte> message) =>
        ErrorMessages.Recognise(message) is { } known && known.Format.Contains(" while ", StringComparison.Ordinal);

    private static readonly SearchValues<byte> PhaseBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 /-_"u8);

    /// <summary>Cuts <c> in FILE:LINE</c> or <c> in command line</c> off (ngx_conf_file.c: ngx_conf_log_error).</summary>
    private static int TakeConfigPlace(ReadOnlySpan<byte> line, int start, int end, ref ErrorLogFields f)
    {
        ReadOnlySpan<byte> text = line[start..end];
        if (text.EndsWith(" in command line"u8))
        {
            f.ConfigFile = new Slice(end - 12, 12);
            return end - 16;
        }

        int colon = text.LastIndexOf((byte)':');
        if (colon < 0 || !Utf8Parser.TryParse(text[(colon + 1)..], out int number, out int used) || used != text.Length - colon - 1)
        {
            return end;
        }

        int at = text[..colon].LastIndexOf(" in "u8);
        ReadOnlySpan<byte> file = at < 0 ? default : text[(at + 4)..colon];
        if (file.Length == 0 || (!file.Contains((byte)'/') && !file.Contains((byte)'.')) || file.IndexOfAny((byte)'"', (byte)'(') >= 0)
        {
            return end;
        }

        f.ConfigFile = new Slice(start + at + 4, file.Length);
        f.ConfigLine = number;
        return start + at;
    }

    /// <summary>Takes errno and OpenSSL queue off and names what is left.</summary>
    private static void ParseMessage(ReadOnlySpan<byte> line, int start, int end, ref ErrorLogFields f)
    {
        int full = end;
        bool hasNumber = TryTrailingNumber(line[start..end], out int open, out int number, out Slice words);
        if (hasNumber)
        {
            end = start + open;
        }

        int beforeSsl = TakeSsl(line, start, end, ref f);
        end = beforeSsl;
        MessageContext context = ContextOf(f, hasNumber, number);
        ErrorMessage? known = ErrorMessages.Recognise(line[start..end], context);
        if (hasNumber && beforeSsl == start + open && (known is null || known.Errno == ErrnoUse.No || f.Level == LogLevel.Stderr))
        {
            // "could not be resolved (3: Host not found)", "malloc(4096) failed (12: …)": the parenthesis is part of the message.
            ErrorMessage? whole = ErrorMessages.Recognise(line[start..full], context with { HasErrno = false, IsExhaustion = false });
            if (whole is not null)
            {
                known = whole;
                end = full;
                hasNumber = false;
            }
        }

        if (known is null && f.ConfigFile.Present && f.ConfigLine is not null)
        {
            known = ErrorMessages.Recognise(line[start..f.ConfigFile.End], context);
        }

        if (known is null && f.Truncated && Quotes(line[start..]) % 2 == 1)
        {
            // nginx's buffer was full inside a quoted text (what PHP wrote to its standard error is long).
            known = ErrorMessages.Recognise([.. line[start..full], (byte)'"'], context);
        }

        f.Known = known;
        if (hasNumber && !IsForeignNumber(line[start..full]))
        {
            f.Errno = number;
            f.ErrnoText = new Slice(start + words.Start, words.Length);
        }
        else if (hasNumber)
        {
            end = full;
        }

        f.Message = new Slice(start, end - start);
        f.Code = known is null || known.PrintsCode ? CodeOf(f.Message.Of(line)) : null;
    }

    private static MessageContext ContextOf(in ErrorLogFields f, bool hasErrno, int errno) => new()
    {
        Level = f.Level,
        Phase = f.KnownPhase,
        HasErrno = hasErrno,
        UpstreamScheme = f.KnownScheme,
        IsStream = f.IsStream,
        IsConfiguration = f.ConfigFile.Present,
        IsHttp = f.Request.Present,
        // errno(3): ENOMEM, ENFILE, EMFILE, ENOSPC.
        IsExhaustion = hasErrno && errno is (12 or 23 or 24 or 28),
    };

    /// <summary>Finds a trailing <c> (N: text)</c>.</summary>
    private static bool TryTrailingNumber(ReadOnlySpan<byte> text, out int open, out int number, out Slice words)
    {
        (open, number, words) = (-1, 0, default);
        if (text.Length < 6 || text[^1] != ')')
        {
            return false;
        }

        open = text[^2] == ')' ? OpeningOfLast(text) - 1 : text.LastIndexOf(" ("u8);
        if (open < 0 || text[open] != ' ' || !Utf8Parser.TryParse(text[(open + 2)..], out number, out int used))
        {
            return false;
        }

        int colon = open + 2 + used;
        if (colon + 2 > text.Length || text[colon] != ':' || text[colon + 1] != ' ')
        {
            return false;
        }

        words = new Slice(colon + 2, text.Length - 1 - (colon + 2));
        return words.Length >= 0;
    }

    /// <summary>Where the last parenthesis was opened: strerror(3) of some locales has one of its own, as French "Relais brisé (pipe)".</summary>
    private static int OpeningOfLast(ReadOnlySpan<byte> text)
    {
        int depth = 0;
        for (int at = text.Length - 1; at >= 0; at--)
        {
            depth += text[at] == ')' ? 1 : text[at] == '(' ? -1 : 0;
            if (depth == 0)
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>Numbers that stand where an errno stands and are none, for texts that the table does not hold.</summary>
    private static bool IsForeignNumber(ReadOnlySpan<byte> text) =>
        text.IndexOf("could not be resolved ("u8) >= 0 || text.IndexOf("DNS error ("u8) >= 0 || text.IndexOf("OCSP response not successful ("u8) >= 0;

    /// <summary>Cuts <c> (SSL: error:… error:…)</c> off (ngx_event_openssl.c: ngx_ssl_error).</summary>
    private static int TakeSsl(ReadOnlySpan<byte> line, int start, int end, ref ErrorLogFields f)
    {
        int at = line[start..end].IndexOf(" (SSL: "u8);
        if (at < 0)
        {
            return end;
        }

        at += start;
        f.Ssl = new Slice(at + 1, end - at - 1);
        return at;
    }

    private static SslError ParseSsl(string raw)
    {
        List<string> reasons = [];
        int? alert = null;
        int? code = null;
        string body = raw.StartsWith("(SSL: ", StringComparison.Ordinal) ? raw[6..].TrimEnd(')') : raw;
        foreach (string part in body.Split("error:", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // CODE:LIB:FUNC:REASON[:data]; FUNC is empty since OpenSSL 3.
            string[] cells = part.Split(':');
            code ??= uint.TryParse(cells[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint packed) ? (int)(packed & 0xFFF) : null;
            if (cells.Length >= 4 && reasons.Count < 8)
            {
                reasons.Add(cells[3].Trim());
            }

            int number = part.IndexOf("SSL alert number ", StringComparison.Ordinal);
            if (number >= 0 && int.TryParse(new string([.. part[(number + 17)..].TakeWhile(char.IsAsciiDigit)]), out int found))
            {
                alert = found;
            }
        }

        return new SslError(reasons, alert, code, raw);
    }

    private static int? CodeOf(ReadOnlySpan<byte> message) =>
        NumberAfter(message, "could not be resolved ("u8) ?? NumberAfter(message, "DNS error ("u8) ?? NumberAfter(message, "verify error: ("u8)
        ?? NumberAfter(message, "not successful ("u8) ?? NumberAfter(message, "exited with code "u8) ?? NumberAfter(message, "exited with fatal code "u8)
        ?? NumberAfter(message, "exited on signal "u8) ?? NumberAfter(message, "request with error "u8);

    private static int? NumberAfter(ReadOnlySpan<byte> message, ReadOnlySpan<byte> marker)
    {
        int at = message.IndexOf(marker);
        return at >= 0 && Utf8Parser.TryParse(message[(at + marker.Length)..], out int number, out _) ? number : null;
    }

    private static string? SchemeName(ReadOnlySpan<byte> scheme) => scheme switch
    {
        _ when scheme.SequenceEqual("http"u8) => "http",
        _ when scheme.SequenceEqual("https"u8) => "https",
        _ when scheme.SequenceEqual("fastcgi"u8) => "fastcgi",
        _ when scheme.SequenceEqual("uwsgi"u8) => "uwsgi",
        _ when scheme.SequenceEqual("suwsgi"u8) => "suwsgi",
        _ when scheme.SequenceEqual("scgi"u8) => "scgi",
        _ when scheme.SequenceEqual("grpc"u8) => "grpc",
        _ when scheme.SequenceEqual("grpcs"u8) => "grpcs",
        _ when scheme.SequenceEqual("memcached"u8) => "memcached",
        _ => null,
    };

    /// <summary>Splits the upstream's URL: the peer stands in front of any text of the client.</summary>
    private static void SplitUpstream(ReadOnlySpan<byte> line, ref ErrorLogFields f)
    {
        ReadOnlySpan<byte> url = f.Upstream.Of(line);
        int colon = url.IndexOf("://"u8);
        if (colon is <= 0 or > 12)
        {
            // stream and mail name the peer alone.
            f.UpstreamPeer = f.Upstream;
            f.IsStream |= !f.Request.Present;
            return;
        }

        f.Scheme = new Slice(f.Upstream.Start, colon);
        f.KnownScheme = SchemeName(url[..colon]);
        int at = colon + 3;
        ReadOnlySpan<byte> rest = url[at..];
        int length;
        int skip = 0;
        if (rest.StartsWith("unix:"u8))
        {
            (length, skip) = SocketEnd(rest, f.Request.Of(line));
        }
        else
        {
            int end = rest.IndexOfAny((byte)'/', (byte)'?');
            length = end < 0 ? rest.Length : end;
        }

        f.UpstreamPeer = new Slice(f.Upstream.Start + at, length);
        int uri = at + length + skip;
        f.UpstreamUri = uri < url.Length ? new Slice(f.Upstream.Start + uri, url.Length - uri) : default;
    }

    /// <summary>
    /// Where a socket's path ends. nginx writes a colon between it and the URI only while it holds the peer (ngx_http_log_error_handler): a time-out
    /// is logged after the peer was let go, and path and URI stand together. The URI is then mostly the request's own.
    /// </summary>
    private static (int Length, int Skip) SocketEnd(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> request)
    {
        int end = 5 + rest[5..].IndexOfAny((byte)':', (byte)'?');
        if (end > 4 && rest[end] == ':' && (end + 1 == rest.Length || rest[end + 1] is (byte)'/' or (byte)'?'))
        {
            return (end, 1);
        }

        int from = request.IndexOf((byte)' ') + 1;
        int to = request.LastIndexOf(" HTTP/"u8);
        ReadOnlySpan<byte> uri = from > 0 ? request[from..(to < from ? request.Length : to)] : default;
        return uri.StartsWith("/"u8) && rest.EndsWith(uri) && rest.Length > uri.Length + 6 ? (rest.Length - uri.Length, 0) : (end > 4 && rest[end] == ':' ? (end, 1) : (rest.Length, 0));
    }
}
