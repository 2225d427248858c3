using Why502.Diagnosis;

namespace Why502.Cli.Verify;

internal enum AttemptEnd
{
    Ok,
    Failed,

    /// <summary>We stopped waiting before nginx itself would have.</summary>
    Open,

    /// <summary>Not asked, or not seen: no right, no answerer.</summary>
    Unseen,
}

/// <summary>One question that was asked.</summary>
/// <param name="Patience">How long it was waited for.</param>
/// <param name="Short">That is less than nginx itself waits.</param>
internal sealed record Attempt(Answer Answer, TimeSpan Patience, bool Short)
{
    public AttemptEnd End => Answer.Fact switch
    {
        ResponseFact { Outcome: ProbeOutcome.Ok, Said: { } said, Status: null or 200 } => OutcomeWords.IsFailure(said) ? AttemptEnd.Failed : AttemptEnd.Ok,
        ResponseFact { Outcome: ProbeOutcome.Ok, Status: { } status } => status < 500 ? AttemptEnd.Ok : AttemptEnd.Failed,
        ResponseFact { Outcome: ProbeOutcome.TimedOut } => Short ? AttemptEnd.Open : AttemptEnd.Failed,
        ResponseFact { Outcome: ProbeOutcome.PermissionDenied } => AttemptEnd.Unseen,
        ResponseFact => AttemptEnd.Failed,
        ConnectFact connect => Connected(connect.Outcome),
        TlsFact tls => Connected(tls.Outcome),
        PortProtocolFact { Spoken: WireProtocol.Http2 } => AttemptEnd.Ok,
        PortProtocolFact { Spoken: not null } => AttemptEnd.Failed,
        PortProtocolFact port => port.Outcome == ProbeOutcome.Ok ? AttemptEnd.Unseen : Connected(port.Outcome),
        _ => AttemptEnd.Unseen,
    };

    public ResponseFact? Response => Answer.Fact as ResponseFact;

    /// <summary>A status that came, or the word for what came instead.</summary>
    public string What => Answer.Fact switch
    {
        ResponseFact { Outcome: ProbeOutcome.Ok, Said: { } said, Status: null or 200 } => said,
        ResponseFact { Outcome: ProbeOutcome.Ok, Status: { } status } => OutcomeWords.Number(status),
        ResponseFact response => OutcomeWords.Short(response.Outcome),
        ConnectFact { Outcome: ProbeOutcome.Ok } => "accepted",
        ConnectFact connect => OutcomeWords.Short(connect.Outcome),
        TlsFact { Outcome: ProbeOutcome.Ok } => "TLS",
        TlsFact tls => OutcomeWords.Short(tls.Outcome),
        PortProtocolFact { Spoken: WireProtocol.Http2 } => "HTTP/2",
        PortProtocolFact { Spoken: { } spoken } => $"{spoken}",
        PortProtocolFact port => OutcomeWords.Short(port.Outcome),
        _ => "not seen",
    };

    public double? TookMs => Answer.Fact switch
    {
        ResponseFact response => response.TotalMs,
        ConnectFact connect => connect.TookMs,
        TlsFact tls => tls.TookMs,
        _ => null,
    };

    private static AttemptEnd Connected(ProbeOutcome outcome) => outcome switch
    {
        ProbeOutcome.Ok => AttemptEnd.Ok,
        ProbeOutcome.PermissionDenied => AttemptEnd.Unseen,
        _ => AttemptEnd.Failed,
    };
}

/// <summary>One way that was tried: through nginx, or straight to a server.</summary>
/// <param name="Way">"through nginx", "at the URL" where no configuration knows it, or the server's address.</param>
internal sealed record VerifyRow(string Way)
{
    public bool Straight { get; init; }

    /// <summary>The name that the configuration has for the address, where it is one.</summary>
    public string? Name { get; init; }

    public bool Backup { get; init; }

    public bool Down { get; init; }

    public List<Attempt> Attempts { get; } = [];

    /// <summary>How many were meant to be made.</summary>
    public int Wanted { get; init; }

    /// <summary>Why it was not asked, or only connected to; null when it was asked as nginx asks.</summary>
    public string? Restraint { get; init; }

    /// <summary>The room that nginx has for the response header; null where no nginx reads it.</summary>
    public long? BufferBytes { get; init; }

    public WaitLimit? Limit { get; init; }

    /// <summary>Nothing was left of the time when its turn came.</summary>
    public bool OutOfTime { get; set; }

    /// <summary>The value of --timeout that proves what is open; null when nothing is.</summary>
    public TimeSpan? ProvenBy { get; set; }

    public int Count(AttemptEnd end) => Attempts.Count(attempt => attempt.End == end);

    public bool IsSeen => Attempts.Any(attempt => attempt.End != AttemptEnd.Unseen);

    /// <summary>Every attempt that was seen went well, and there was one.</summary>
    public bool Works => IsSeen && Attempts.All(attempt => attempt.End is AttemptEnd.Ok or AttemptEnd.Unseen);

    public bool Fails => Count(AttemptEnd.Failed) > 0;

    /// <summary>Application requests were made, not only connections.</summary>
    public bool IsRequest => Attempts.Any(attempt => attempt.Response is not null);

    /// <summary>What came, most frequent first.</summary>
    public IReadOnlyList<(string What, int Count)> Statuses => [.. Attempts.GroupBy(attempt => attempt.What).Select(group => (group.Key, group.Count())).OrderByDescending(item => item.Item2)];

    /// <summary>Largest response header that came; 0 when none did.</summary>
    public long HeaderBytes => Attempts.Select(attempt => attempt.Response?.HeaderBytes ?? 0).DefaultIfEmpty().Max();

    public Quantiles? Connect => Quantiles.Of(Attempts.Select(attempt => attempt.Answer.Fact switch
    {
        ResponseFact response => response.ConnectMs,
        ConnectFact { Outcome: ProbeOutcome.Ok } connect => connect.TookMs,
        _ => null,
    }));

    public Quantiles? Tls => Quantiles.Of(Attempts.Select(attempt => attempt.Response is { TlsMs: { } tls, ConnectMs: { } connect } ? tls - connect : (attempt.Answer.Fact as TlsFact)?.TookMs));

    /// <summary>From the request's sending to the header's end.</summary>
    public Quantiles? Header => Quantiles.Of(Attempts.Select(attempt => attempt.Response is { HeaderMs: { } header } response ? header - (response.TlsMs ?? response.ConnectMs ?? 0) : (double?)null));

    public Quantiles? Body => Quantiles.Of(Attempts.Select(attempt => attempt.Response is { HeaderMs: { } header } response ? response.TotalMs - header : (double?)null));
}

/// <summary>Both ways to one place of the configuration, or of a URL.</summary>
/// <param name="What">The server and the location, or the URL without its query.</param>
/// <param name="At">The pass directive's line, or the server's.</param>
internal sealed record VerifyCase(string What, string? At)
{
    /// <summary>What was asked by GET, without a query; null when only connections were made.</summary>
    public string? Path { get; init; }

    public VerifyRow? Through { get; set; }

    public List<VerifyRow> Nodes { get; } = [];

    /// <summary>The group's name; null when the pass directive names an address.</summary>
    public string? Group { get; init; }

    public WaitLimit? Limit { get; set; }

    /// <summary>How long the case takes when everything hangs until nginx's own time-outs.</summary>
    public TimeSpan Needs { get; set; }

    /// <summary>What else has to be known about it: an address in a variable, a cache, a rate limit.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Lines of nginx's error log that say that a server failed this request.</summary>
    public int LoggedFailures { get; set; }

    public IEnumerable<VerifyRow> Rows => Through is null ? Nodes : Nodes.Prepend(Through);
}
