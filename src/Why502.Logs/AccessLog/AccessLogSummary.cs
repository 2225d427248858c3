namespace Why502.Logs;

/// <summary>Which gateway fields the rows held; what is false cannot be asked of this log.</summary>
[Flags]
public enum AccessFields
{
    None = 0,
    Time = 1,
    Status = 2,
    Request = 4,
    Host = 8,
    ServerName = 16,
    RequestTime = 32,
    UpstreamAddr = 64,
    UpstreamStatus = 128,
    UpstreamResponseTime = 256,
    UpstreamHeaderTime = 512,
    UpstreamConnectTime = 1024,
    UpstreamBytesReceived = 2048,
    BodyBytes = 4096,
    Client = 8192,
}

/// <summary>Rows that agree in method, route, host, status, last upstream and origin.</summary>
public sealed record AccessGroup
{
    public string? Method { get; init; }

    /// <summary>The path with identifiers folded: <c>/users/{id}</c>.</summary>
    public string? Route { get; init; }

    /// <summary>A concrete path of the group, without its query; redacted.</summary>
    public string? Path { get; init; }
    public string? Host { get; init; }
    public string? ServerName { get; init; }
    public int Status { get; init; }

    /// <summary>The upstream of the last attempt.</summary>
    public string? UpstreamAddr { get; init; }
    public IReadOnlyList<int> UpstreamStatuses { get; init; } = [];
    public StatusOrigin Origin { get; init; }
    public long Count { get; init; }
    public DateTimeOffset? First { get; init; }
    public DateTimeOffset? Last { get; init; }
    public Timing? RequestTime { get; init; }
    public Timing? UpstreamResponseTime { get; init; }
    public Timing? UpstreamHeaderTime { get; init; }
    public Timing? UpstreamConnectTime { get; init; }
    /// <summary>Hashes of the clients' addresses, for <see cref="DistinctCount.Of"/>; empty without them in the format.</summary>
    public IReadOnlyList<ulong> Clients { get; init; } = [];
    public IReadOnlyList<LogLine> Samples { get; init; } = [];
}

/// <summary>Requests that ended well after another peer had failed them: the fault that nobody sees yet.</summary>
public sealed record HiddenRetry
{
    /// <summary>The peer whose attempt failed.</summary>
    public required string UpstreamAddr { get; init; }

    /// <summary>What <c>$upstream_status</c> says of that attempt.</summary>
    public int AttemptStatus { get; init; }

    /// <summary>What the client got.</summary>
    public int FinalStatus { get; init; }
    public long Count { get; init; }
    public DateTimeOffset? First { get; init; }
    public DateTimeOffset? Last { get; init; }
    public string? Route { get; init; }
}

/// <summary>All rows and gateway errors of one minute.</summary>
public readonly record struct MinuteCount(DateTimeOffset Minute, long Total, long ServerErrors);

/// <summary>What an access log says about its time window, in bounded size.</summary>
public sealed record AccessLogSummary
{
    public long Rows { get; init; }
    public long Malformed { get; init; }
    public IReadOnlyList<LogLine> MalformedSamples { get; init; } = [];
    public DateTimeOffset? First { get; init; }
    public DateTimeOffset? Last { get; init; }
    public IReadOnlyList<AccessGroup> Groups { get; init; } = [];
    public long GroupsDropped { get; init; }
    public IReadOnlyDictionary<int, long> Status { get; init; } = new Dictionary<int, long>();
    public IReadOnlyList<MinuteCount> Minutes { get; init; } = [];
    public AccessFields Fields { get; init; }
    public IReadOnlyList<HiddenRetry> HiddenRetries { get; init; } = [];
    public bool HasUpstreamAddr => Fields.HasFlag(AccessFields.UpstreamAddr);
    public bool HasUpstreamStatus => Fields.HasFlag(AccessFields.UpstreamStatus);
    public bool HasTimes => (Fields & (AccessFields.RequestTime | AccessFields.UpstreamResponseTime)) != 0;
}
