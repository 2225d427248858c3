namespace Why502.Logs;

/// <summary>
/// The fields of one access-log row that tell about a gateway. Upstream lists hold one entry per attempt, in order; a NaN or 0 entry was logged as <c>-</c>.
/// </summary>
public sealed record AccessRecord
{
    public DateTimeOffset? Time { get; init; }
    public int Status { get; init; }
    public string? Method { get; init; }

    /// <summary>The path without its query.</summary>
    public string? Path { get; init; }
    public string? Host { get; init; }
    public string? ServerName { get; init; }
    public string? Client { get; init; }
    public string? Scheme { get; init; }
    public double? RequestTime { get; init; }
    public long? BodyBytesSent { get; init; }
    public IReadOnlyList<string> UpstreamAddrs { get; init; } = [];
    public IReadOnlyList<int> UpstreamStatuses { get; init; } = [];
    public IReadOnlyList<double> UpstreamResponseTimes { get; init; } = [];
    public IReadOnlyList<double> UpstreamHeaderTimes { get; init; } = [];
    public IReadOnlyList<double> UpstreamConnectTimes { get; init; } = [];
    public IReadOnlyList<long> UpstreamBytesReceived { get; init; } = [];

    /// <summary>Who made the status, as far as this row tells.</summary>
    public StatusOrigin Origin { get; init; }
}

/// <summary>Who decided the status of a row. <c>$upstream_status</c> repeats nginx's own 502 and 504, so it alone never proves the upstream.</summary>
public enum StatusOrigin
{
    Unknown,
    Nginx,
    Upstream,
    Client,
}

/// <summary>Quantiles of one kind of time, in seconds.</summary>
public sealed record Timing(double Min, double P50, double P95, double P99, double Max, long Count);
