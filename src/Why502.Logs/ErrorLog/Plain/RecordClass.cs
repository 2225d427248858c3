namespace Why502.Logs;

/// <summary>What the fold does with a record.</summary>
internal enum Treatment : byte
{
    /// <summary>Nothing was decided that holds for the next one: the record lies outside the window, or it is suspect.</summary>
    None,

    /// <summary>Below warn and pointing to no cause: counted, in no group.</summary>
    Silent,

    /// <summary>No message that is known: counted, its shape sampled.</summary>
    Unknown,

    /// <summary>Counted in a group.</summary>
    Grouped,
}

/// <summary>What was decided about a record, as far as its message decides it.</summary>
internal struct RecordClass
{
    public Treatment Treatment;
    public bool IsBelowWarn;
    public bool IsUpstreamTrusted;
    public NginxEventKind? Event;
    public int? Code;

    /// <summary>The group's key so far; server and upstream, path, host and method complete it where the record has a request.</summary>
    public Fingerprint Message;

    /// <summary>What it was remembered for.</summary>
    public RecordClassKey Key;
}

/// <summary>What decides about a record apart from the values that only tell groups apart.</summary>
/// <param name="Body">The message's number in <see cref="RecordMemo"/>, which gives no number twice.</param>
/// <param name="Server">The server's number where no request is, because a listen address may stand there; else 0.</param>
/// <param name="Scheme">The first letters of the upstream's scheme: modules print the same words.</param>
/// <param name="SchemeLength">-1 without an upstream.</param>
internal readonly record struct RecordClassKey(int Body, int Server, ulong Scheme, int SchemeLength, bool HasRequest);
