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

/// <summary>Records that agree in message, server and upstream: all that decides about them, in one place.</summary>
internal struct RecordKind
{
    /// <summary>The message's number in <see cref="RecordMemo"/>; 0 when the place is free.</summary>
    public int Body;
    public int Server;

    /// <summary>The upstream's number, 0 without one, -1 without a request.</summary>
    public int Upstream;

    /// <summary>No two kinds have the same.</summary>
    public int Number;

    /// <summary>The group of those whose routes have no group of their own; <see cref="GroupIndex.None"/> while there is none.</summary>
    public int Group;
    public Treatment Treatment;
    public bool IsBelowWarn;
    public bool HasEvent;
    public NginxEventKind Event;
    public int? Code;

    /// <summary>The group's key without what clients choose.</summary>
    public Fingerprint Coarse;
}
