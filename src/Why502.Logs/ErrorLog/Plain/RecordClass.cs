using System.Runtime.InteropServices;

namespace Why502.Logs;

/// <summary>What the fold does with a record.</summary>
internal enum Treatment : byte
{
    /// <summary>Nothing was decided that holds for the next one: the record is suspect.</summary>
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

    /// <summary>The group's key so far; server and upstream, path, host and method complete it.</summary>
    public Fingerprint Message;

    /// <summary>The key with server and upstream, of a record without a request.</summary>
    public Fingerprint Coarse;

    /// <summary>What it was remembered for.</summary>
    public RecordClassKey Key;

    /// <summary>A record of this class, as far as the class decides it: its first one; of records that are in a group.</summary>
    public ErrorLogRecord? Like;
}

/// <summary>What decides about a record apart from the values that only tell groups apart.</summary>
/// <param name="Body">The message's number in <see cref="RecordMemo"/>, which gives no number twice.</param>
/// <param name="TextKind">As <see cref="PlainRecord.TextKind"/>.</param>
/// <param name="Server">The server's number where no request is, because a listen address may stand there; else 0.</param>
/// <param name="Scheme">The first letters of the upstream's scheme: modules print the same words.</param>
/// <param name="SchemeLength">-1 without an upstream.</param>
internal readonly record struct RecordClassKey(int Body, byte TextKind, int Server, ulong Scheme, int SchemeLength);

/// <summary>How it is told whether a record is of a kind.</summary>
internal enum KindWay : byte
{
    /// <summary>There is more to do about such a record than to count it.</summary>
    Long,

    /// <summary>Its texts lie near and are compared at once.</summary>
    Near,

    /// <summary>Long texts, and messages that are known by their shape.</summary>
    Other,
}

/// <summary>
/// Records that agree in message, server and upstream: what is looked at for each of them, no more than one of the processor's cache lines. The texts are not here but in
/// <see cref="RecordMemo"/>'s tables.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct RecordKind
{
    /// <summary>As <see cref="PlainRow.Hash"/>; 0 when this is free.</summary>
    public ulong Hash;

    /// <inheritdoc cref="UsualRow.Lengths"/>
    public ulong Lengths;
    public KnownText Body;
    public KnownText Server;
    public KnownText Upstream;

    /// <summary>The group of all records of this kind; <see cref="GroupIndex.None"/> where the request tells which one it is, or while there is none.</summary>
    public int Group;

    /// <summary>The number of the kind's <see cref="ErrorLogFold"/> family, counted from 1; 0 while it is not known.</summary>
    public int Family;
    public byte TextKind;
    public Treatment Treatment;

    /// <summary>1 for what is counted as below warn.</summary>
    public byte BelowWarn;
    public KindWay Way;
}

/// <summary>What is seldom wanted of a kind.</summary>
internal struct RecordKindDetail
{
    public NginxEventKind? Event;
    public int? Code;

    /// <summary>The group's key without server and upstream, and without what clients choose.</summary>
    public Fingerprint Message;
    public Fingerprint Coarse;

    /// <inheritdoc cref="RecordClass.Like"/>
    public ErrorLogRecord? Like;
}
