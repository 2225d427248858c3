using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Why502.Logs;

/// <summary>
/// Takes one error-log record apart. The line is date, level, process and connection (ngx_log.c: ngx_log_error_core), the message, an errno,
/// and the context that the connection's handler appends (ngx_http_log_error, ngx_http_log_error_handler, ngx_stream_log_error, …).
/// Nothing in it is escaped, so the order of the context's keys is the only structure to hold on to.
/// </summary>
public static partial class ErrorLogLine
{
    /// <summary>Parses a pasted line or fragment, with any carrier's prefix, wrapped or cut.</summary>
    public static ErrorLogRecord? Parse(string text) => TryParse(Encoding.UTF8.GetBytes(text), out ErrorLogRecord? record) ? record : null;

    /// <summary>True when the line begins a record of its own: a dated line or the <c>nginx: [level]</c> form, also behind a carrier's prefix.</summary>
    public static bool LooksLikeRecord(ReadOnlySpan<byte> line)
    {
        if (StartsRecord(line))
        {
            return true;
        }

        Carried carried = Carrier.Strip(line, out _);
        return carried.IsPresent && (StartsRecord(carried.Payload) || carried.IsNginxJson);
    }

    /// <summary>Bytes that are looked at to tell whether a dated record begins.</summary>
    internal const int HeadLengthMax = 29;

    /// <summary>Reads date and level at the start of a record; <paramref name="length"/> is theirs.</summary>
    internal static bool TryReadHead(ReadOnlySpan<byte> line, out DateTime time, out LogLevel level, out int length)
    {
        (time, level, length) = (default, default, 0);
        if (line.Length <= 22 || line[19] != ' ' || line[20] != '[' || !TryReadDate(line, out time) || !TryReadLevel(line[20..], out level, out length))
        {
            return false;
        }

        length += 20;
        return true;
    }

    /// <summary>The same of a line whose date was read before.</summary>
    internal static bool TryReadLevelBehind(ReadOnlySpan<byte> line, out PlainHead head)
    {
        bool isLevel = TryReadLevel(line[20..], out LogLevel level, out int length) && line[19] == ' ';
        head = new PlainHead(level, length + 20);
        return isLevel;
    }

    /// <summary>True when the bytes themselves begin with a record's head, without any carrier.</summary>
    internal static bool StartsRecord(ReadOnlySpan<byte> line)
    {
        if (line.Length < 8)
        {
            return false;
        }

        if (line[0] is >= (byte)'0' and <= (byte)'9')
        {
            return TryReadHead(line, out _, out _, out _);
        }

        int name = ProgramPrefix(line);
        // A digit begins a date: then the name is the tag that nginx gives to syslog.
        return name > 0 && line[name] is not (>= (byte)'0' and <= (byte)'9') && (line[name] != '[' || TryReadLevel(line[name..], out _, out _));
    }

    /// <summary><c>[error] 33#33: *2 </c>: the head of a record whose date was left out.</summary>
    internal static bool StartsUndated(ReadOnlySpan<byte> line)
    {
        if (line.Length == 0 || line[0] != '[' || !TryReadLevel(line, out _, out int length))
        {
            return false;
        }

        ReadOnlySpan<byte> process = line[length..].TrimStart((byte)' ');
        int end = process.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end > 0 && process[end] == '#';
    }

    /// <summary>Reads the record from bytes that may have a carrier's prefix, line feeds inside, or no date at all.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> raw, [NotNullWhen(true)] out ErrorLogRecord? record)
    {
        ReadOnlyMemory<byte> payload = TrimEnd(raw);
        string? source = null;
        DateTime? carriedTime = null;
        if (!StartsRecord(payload.Span))
        {
            Carried carried = Carrier.Strip(payload.Span, out byte[]? rewritten);
            if (carried.IsPresent)
            {
                payload = TrimEnd(rewritten ?? payload[carried.PayloadStart..]);
                source = carried.Source;
                carriedTime = carried.Time;
            }

            payload = Pasted.Normalise(payload);
        }

        ErrorLogFields fields = default;
        if (payload.Span.Contains((byte)'\n'))
        {
            payload = Pasted.Unwrap(payload, ref fields);
        }
        else
        {
            ParseFields(payload.Span, ref fields);
        }

        if (Pasted.TryRestoreQuotes(payload.Span, out byte[] restored))
        {
            payload = restored;
            fields = default;
            ParseFields(payload.Span, ref fields);
        }

        bool isRecord = StartsRecord(payload.Span) || IsFragment(fields);
        record = isRecord ? ToRecord(payload, fields) with { Source = source } : null;
        if (record is { Time: null } && carriedTime is { } time)
        {
            record = record with { Time = time };
        }

        return isRecord;
    }

    /// <summary>A text without a head is taken for a record only when nginx is known to say it, or when it carries nginx's context.</summary>
    internal static bool IsFragment(in ErrorLogFields fields) =>
        (fields.Known is not null && (fields.Errno is not null || fields.Phase.Present || fields.HasContext || fields.ConfigFile.Present || fields.Level is not null || fields.Ssl.Present
            || (fields.Known.IsGatewayPath && fields.Message.Length >= 20)))
        || (fields.HasContext && fields.Client.Present && fields.Server.Present);

    internal static ErrorLogRecord ToRecord(ReadOnlyMemory<byte> payload, in ErrorLogFields f)
    {
        ReadOnlySpan<byte> line = payload.Span;
        string? request = f.Request.Text(line);
        (string? method, string? uri, string? protocol) = RequestParts(f.Request.Of(line));
        return new ErrorLogRecord
        {
            Time = f.HasTime ? f.Time : null,
            Level = f.Level,
            Pid = f.Pid,
            Tid = f.Tid,
            Connection = f.Connection,
            Message = f.Message.Text(line) ?? "",
            Errno = f.Errno is { } number ? PlatformErrno.ToLinux(number, f.ErrnoText.Text(line)) : null,
            ErrnoWritten = f.Errno,
            ErrnoText = f.ErrnoText.Text(line),
            Code = f.Code,
            Ssl = f.Ssl.Present ? ParseSsl(f.Ssl.Text(line)!) : null,
            Phase = f.Phase.Text(line),
            Client = f.Client.Text(line),
            Server = f.Server.Text(line),
            Listen = f.Listen.Text(line),
            RequestLine = request,
            Method = method,
            RequestUri = uri,
            Protocol = protocol,
            Subrequest = f.Subrequest.Text(line),
            Upstream = f.Upstream.Text(line),
            UpstreamScheme = f.Scheme.Text(line),
            UpstreamPeer = f.UpstreamPeer.Text(line),
            UpstreamUri = f.UpstreamUri.Text(line),
            UpstreamIsTrusted = f.UpstreamIsTrusted,
            Host = f.Host.Text(line),
            Referrer = f.Referrer.Text(line),
            Peer = f.Peer.Text(line),
            IsStream = f.IsStream,
            Truncated = f.Truncated,
            // A URI that holds a quote itself leaves an even number behind: then the message is cut where its words should follow.
            OpenQuoteInMessage = (f.OpenQuote && (!f.HasContext || (f.Subrequest.Present && !f.Upstream.Present && !f.Host.Present)))
                || (!f.HasContext && f.Known is null && f.Connection is not null && f.Level != LogLevel.Debug && f.Message.Of(line).Contains((byte)'"')),
            ConfigFile = f.ConfigFile.Text(line),
            ConfigLine = f.ConfigLine,
            RawBytes = payload,
            Known = f.Known,
        };
    }

    private const int ContinuationLinesMax = 32;

    internal static List<string> ContinuationOf(ReadOnlySpan<byte> line)
    {
        List<string> lines = [];
        int end = line.IndexOf((byte)'\n');
        while (end >= 0 && lines.Count < ContinuationLinesMax)
        {
            line = line[(end + 1)..];
            end = line.IndexOf((byte)'\n');
            lines.Add(Redactor.Text(Sanitizer.Line(end < 0 ? line : line[..end])));
        }

        return lines;
    }

    private static (string? Method, string? Uri, string? Protocol) RequestParts(ReadOnlySpan<byte> request)
    {
        int protocol = SplitRequest(request, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri);
        return method.Length == 0 ? default
            : (Encoding.UTF8.GetString(method), Encoding.UTF8.GetString(uri), protocol < 0 ? null : Encoding.UTF8.GetString(request[protocol..]));
    }

    /// <summary>Splits <c>METHOD URI HTTP/x.y</c>; old versions of nginx let blanks into the URI, so the ends are cut off first. Answers where the version begins.</summary>
    internal static int SplitRequest(ReadOnlySpan<byte> request, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri)
    {
        method = default;
        uri = default;
        int first = request.IndexOf((byte)' ');
        if (first <= 0 || first > 32 || request[..first].IndexOfAnyExcept(MethodBytes) >= 0)
        {
            return -1;
        }

        int last = request.LastIndexOf(" HTTP/"u8);
        method = request[..first];
        uri = last > first ? request[(first + 1)..last] : request[(first + 1)..];
        return last > first ? last + 1 : -1;
    }

    private static readonly SearchValues<byte> MethodBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"u8);

    private static ReadOnlyMemory<byte> TrimEnd(ReadOnlyMemory<byte> raw)
    {
        int length = raw.Span.TrimEnd("\r\n \t"u8).Length;
        return raw[..length];
    }
}
