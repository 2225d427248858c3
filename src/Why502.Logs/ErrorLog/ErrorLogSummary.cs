namespace Why502.Logs;

/// <summary>Records that say the same about the same thing: message, errno, phase, server, upstream, route.</summary>
public sealed record ErrorGroup
{
    /// <summary>Id of the known message.</summary>
    public required string MessageId { get; init; }

    /// <summary>The message as the first record had it, sanitised and redacted.</summary>
    public required string Message { get; init; }

    /// <summary>A file that nginx made for itself and the message names, as it is on the disk; null for files that it serves, whose names clients choose.</summary>
    public string? OwnFile { get; init; }
    public LogLevel? Level { get; init; }
    public int? Errno { get; init; }
    public int? Code { get; init; }
    public string? SslReason { get; init; }
    public int? SslAlert { get; init; }

    /// <inheritdoc cref="SslError.Code"/>
    public int? SslCode { get; init; }
    public string? Phase { get; init; }
    public string? Server { get; init; }

    /// <summary>The listen address, where the line names one instead of a server.</summary>
    public string? Listen { get; init; }
    public string? UpstreamScheme { get; init; }
    public string? UpstreamPeer { get; init; }

    /// <summary>The request path without its query, identifiers folded, first three segments.</summary>
    public string? Route { get; init; }

    /// <summary>Routes that there was no room to keep apart; <see cref="Path"/> is one of them.</summary>
    public bool HasManyRoutes { get; init; }

    /// <summary>A concrete path of the group, without its query; redacted.</summary>
    public string? Path { get; init; }
    public string? Host { get; init; }
    public string? Method { get; init; }
    public string? Subrequest { get; init; }

    /// <summary>The part of nginx that wrote it: http, stream, …</summary>
    public string? Protocol { get; init; }
    public string? ConfigFile { get; init; }
    public int? ConfigLine { get; init; }
    public long Count { get; init; }

    public DateTime? First { get; init; }
    public DateTime? Last { get; init; }

    /// <summary>Records per minute, oldest first, ending at <see cref="Last"/>; at most 120 minutes.</summary>
    public IReadOnlyList<int>? PerMinute { get; init; }
    public IReadOnlyList<LogLine> Samples { get; init; } = [];
    public IReadOnlyList<string> Candidates { get; init; } = [];
    public ErrorMessage? Known { get; init; }
}

/// <summary>A line that says what happened to nginx itself.</summary>
public enum NginxEventKind
{
    Started,
    Reconfiguring,
    ReloadFailed,
    WorkersStarted,
    WorkerExited,
    WorkerDiedOnSignal,
    Stopping,
    Stopped,
    LogsReopened,
    BinaryUpgraded,
}

/// <summary>One event of nginx's own life, from the notice lines.</summary>
public sealed record NginxEvent(NginxEventKind Kind, DateTime? Time, int? Pid, int? Code, LogLine Line);

/// <summary>What an error log says about its time window, in bounded size.</summary>
public sealed record ErrorLogSummary
{
    public IReadOnlyList<ErrorGroup> Groups { get; init; } = [];

    /// <summary>Samples of unrecognised lines at warn or above.</summary>
    public IReadOnlyList<LogLine> Unknown { get; init; } = [];
    public long UnknownCount { get; init; }
    public IReadOnlyList<NginxEvent> Events { get; init; } = [];
    public IReadOnlyList<LogLine> Suspect { get; init; } = [];
    public long SuspectCount { get; init; }
    public long Records { get; init; }
    public long BelowWarn { get; init; }
    public long GroupsDropped { get; init; }
    public DateTime? First { get; init; }
    public DateTime? Last { get; init; }
}
