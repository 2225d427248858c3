namespace Why502.Logs;

/// <summary>
/// One record of an nginx error log, taken apart. Everything from <see cref="RequestLine"/> on can hold a client's text, byte for byte:
/// nothing of it is fit for printing or for a command before <see cref="Sanitizer"/> and <see cref="Redactor"/> saw it.
/// </summary>
public sealed record ErrorLogRecord
{
    /// <summary>Local time of the server, without a zone; null for the undated <c>nginx: [emerg]</c> form and for pasted fragments.</summary>
    public DateTime? Time { get; init; }
    public LogLevel? Level { get; init; }
    public int? Pid { get; init; }
    public int? Tid { get; init; }

    /// <summary>nginx's connection number: shared by all requests of a keep-alive connection, absent in master and resolver lines.</summary>
    public long? Connection { get; init; }

    /// <summary>The message without errno, OpenSSL queue, configuration place and context.</summary>
    public required string Message { get; init; }

    /// <summary>The error number as Linux has it, whatever system wrote the line.</summary>
    public int? Errno { get; init; }

    /// <summary>The number that stands in the line: BSD, illumos and Windows have others.</summary>
    public int? ErrnoWritten { get; init; }
    public string? ErrnoText { get; init; }

    /// <summary>A number that only looks like an errno: DNS RCODE, X509 verify code, HTTP/2 error, exit status or signal.</summary>
    public int? Code { get; init; }
    public SslError? Ssl { get; init; }

    /// <summary>The text after <c>while</c>: what nginx was doing.</summary>
    public string? Phase { get; init; }
    public string? Client { get; init; }
    public string? Server { get; init; }

    /// <summary>The listen address that stands where the server name stands before the request was read, in stream and in accept lines.</summary>
    public string? Listen { get; init; }
    public string? RequestLine { get; init; }
    public string? Method { get; init; }
    public string? RequestUri { get; init; }
    public string? Protocol { get; init; }
    public string? Subrequest { get; init; }

    /// <summary>The upstream URL as written.</summary>
    public string? Upstream { get; init; }
    public string? UpstreamScheme { get; init; }

    /// <summary><c>127.0.0.1:3000</c>, <c>[::1]:80</c>, <c>unix:/run/x.sock</c>, or the group's name after <c>no live upstreams</c>.</summary>
    public string? UpstreamPeer { get; init; }
    public string? UpstreamUri { get; init; }

    /// <summary>False when the upstream field could come from text that a client controls.</summary>
    public bool UpstreamIsTrusted { get; init; }
    public string? Host { get; init; }
    public string? Referrer { get; init; }

    /// <summary>The DNS server of a resolver line, the responder of an OCSP line, the address of a dead syslog target.</summary>
    public string? Peer { get; init; }
    public bool IsStream { get; init; }

    /// <summary>The line filled nginx's buffer (ngx_log.h: NGX_MAX_ERROR_STR 2048) and lost its end, or a cut line was pasted.</summary>
    public bool Truncated { get; init; }

    /// <summary>The message breaks off inside or right behind a quoted text and no context follows: what comes next in the file may be part of it.</summary>
    public bool OpenQuoteInMessage { get; init; }
    public string? ConfigFile { get; init; }
    public int? ConfigLine { get; init; }

    /// <summary>The record may be a client's work: it stands inside the open quote of its predecessor. Suspect records never form incidents.</summary>
    public bool Suspect { get; init; }
    public LogPosition At { get; init; }

    /// <summary>The bytes as they came, without the carrier's prefix; several lines when the record had a continuation.</summary>
    public ReadOnlyMemory<byte> RawBytes { get; init; }

    /// <summary>The line fit for people: sanitised and redacted.</summary>
    public string Raw => Redactor.Text(Sanitizer.Line(RawBytes.Span));

    /// <summary>The recognised message of nginx's own sources; null when it is unknown.</summary>
    public ErrorMessage? Known { get; init; }

    /// <summary>Lines without a date of their own that followed this one (a stack trace), sanitised, bounded in number.</summary>
    public IReadOnlyList<string> Continuation => ErrorLogLine.ContinuationOf(RawBytes.Span);

    /// <summary>The container, unit or pod that the carrier named in front of the line.</summary>
    public string? Source { get; init; }

    public LogLine ToLine() => new(At, Time, RawBytes);
}
