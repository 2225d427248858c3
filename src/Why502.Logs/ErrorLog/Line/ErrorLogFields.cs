namespace Why502.Logs;

/// <summary>The positions of one record's parts in its line: what <see cref="ErrorLogRecord"/> is made of, before anything is decoded.</summary>
internal struct ErrorLogFields
{
    public bool HasTime;
    public DateTime Time;
    public LogLevel? Level;
    public int? Pid;
    public int? Tid;
    public long? Connection;
    public Slice Message;
    public int? Errno;
    public Slice ErrnoText;
    public int? Code;
    public Slice Ssl;
    public Slice Phase;

    /// <summary>The phase as one of nginx's constants; null for a phase that nginx does not know.</summary>
    public string? KnownPhase;
    public Slice Client;
    public Slice Server;
    public Slice Listen;
    public Slice Request;
    public Slice Subrequest;
    public Slice Upstream;
    public Slice Scheme;
    public string? KnownScheme;
    public Slice UpstreamPeer;
    public Slice UpstreamUri;
    public Slice Host;
    public Slice Referrer;
    public Slice Peer;
    public Slice ConfigFile;
    public int? ConfigLine;
    public bool UpstreamIsTrusted;
    public bool IsStream;
    public bool Truncated;

    /// <summary>The record ends inside an open quote, although nginx's buffer was not full: more of it may follow.</summary>
    public bool OpenQuote;

    /// <summary>The body was followed by nginx's context (client, resolver, …): the record is complete.</summary>
    public bool HasContext;
    public ErrorMessage? Known;
}
