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

/// <summary>What was decided about a record, as far as level, message, server and upstream decide it.</summary>
internal struct RecordClass
{
    public Treatment Treatment;
    public bool IsBelowWarn;
    public NginxEventKind? Event;
    public int? Code;

    /// <summary>The group's key so far; path, host and method complete it.</summary>
    public Fingerprint Coarse;

    /// <summary>The group that the key makes without them, once it was found.</summary>
    public int CoarseGroup;

    /// <summary>The numbers of message, server and upstream that it was remembered for.</summary>
    public RecordClassKey Key;
}

/// <summary>The numbers that <see cref="RecordMemo"/> gave to a record's parts. No number is given twice, so a key never stands for two.</summary>
internal readonly record struct RecordClassKey(int Body, int Server, int Upstream, bool HasRequest)
{
    public bool IsKnown => (Body | Server | Upstream) >= 0;
}
