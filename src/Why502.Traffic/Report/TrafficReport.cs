namespace Why502.Traffic;

/// <summary>What access logs say, as values. Times are UTC; durations are milliseconds. Text out of the logs is clean and redacted.</summary>
public sealed record TrafficReport
{
    public IReadOnlyList<TrafficInput> Inputs { get; init; } = [];

    /// <summary>The reading was interrupted: everything is true of what was read.</summary>
    public bool Partial { get; init; }

    /// <summary>Rows that were understood and lie in the window.</summary>
    public long Rows { get; init; }

    public long Malformed { get; init; }

    public IReadOnlyList<MalformedRow> MalformedSamples { get; init; } = [];

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    /// <summary>Requests per <c>$status</c>.</summary>
    public IReadOnlyDictionary<int, long> Status { get; init; } = new OrderedDictionary<int, long>();

    /// <summary>5xx and 499 by who made them.</summary>
    public OriginCounts Origin { get; init; } = new(0, 0, 0, 0);

    /// <summary>$request_time of all rows.</summary>
    public TimeQuantiles? RequestTime { get; init; }

    public IReadOnlyList<UpstreamTraffic> Upstreams { get; init; } = [];

    public RetryTraffic Retries { get; init; } = new(0, 0);

    /// <summary>Minutes that an entry of <see cref="Minutes"/> covers: more than one only in logs of more than 45 days.</summary>
    public long MinuteStep { get; init; } = 1;

    public IReadOnlyList<MinuteTraffic> Minutes { get; init; } = [];

    /// <summary>Empty where the format has no request, or was not asked for.</summary>
    public IReadOnlyList<FrequentValue> Routes { get; init; } = [];

    public IReadOnlyList<FrequentValue> Methods { get; init; } = [];

    public IReadOnlyList<FrequentValue> Hosts { get; init; } = [];

    public IReadOnlyList<FrequentValue> Clients { get; init; } = [];

    /// <summary>Different clients, within 0.8 % (one standard error); null where the format has none.</summary>
    public long? DistinctClients { get; init; }

    /// <summary>Different paths without their queries, within 0.8 %.</summary>
    public long? DistinctPaths { get; init; }

    /// <summary>Attempts of a second and more by how long they took; seconds without any are left out.</summary>
    public IReadOnlyList<SlowSecond> Slow { get; init; } = [];

    public IReadOnlyList<TrafficFinding> Findings { get; init; } = [];

    /// <summary>Variables that the logs do not hold, and what they would have told.</summary>
    public IReadOnlyList<UnloggedValue> Unlogged { get; init; } = [];
}

/// <summary>One file, or standard input.</summary>
/// <param name="Format">The log_format by which it was read.</param>
/// <param name="FormatSource">given, config or recognised.</param>
public sealed record TrafficInput(string Name, string Format, string FormatSource, long Bytes)
{
    /// <summary>Why it was not read to its end, if it was not.</summary>
    public string? Problem { get; init; }
}

/// <summary>A row that the format does not fit.</summary>
public sealed record MalformedRow(string File, long Line, string Text);

/// <summary>5xx and 499 by who made them; unknown where the format does not tell ($upstream_status repeats nginx's own 502 and 504).</summary>
public sealed record OriginCounts(long Nginx, long Upstream, long Client, long Unknown);

/// <summary>Quantiles in milliseconds, within 0.8 %; exact below 128 ms. Min, max and mean are exact.</summary>
public sealed record TimeQuantiles(long Count, double Min, double Mean, double P50, double P90, double P95, double P99, double Max);

/// <summary>One entry of <c>$upstream_addr</c>.</summary>
public sealed record UpstreamTraffic
{
    public required string Upstream { get; init; }

    /// <summary>The name of a group: what nginx logs when no server of it was live.</summary>
    public bool IsGroup { get; init; }

    /// <summary>Times it was tried.</summary>
    public long Attempts { get; init; }

    /// <summary>Requests whose last attempt went to it.</summary>
    public long Final { get; init; }

    /// <summary>Attempts that failed: 5xx, or no answer in a request that ended in 5xx.</summary>
    public long Failed { get; init; }

    /// <summary>How long failed attempts took in the median, in milliseconds.</summary>
    public double? FailedMedian { get; init; }

    /// <summary>Failed attempts without <c>$upstream_connect_time</c>, where that is logged: no connection was made.</summary>
    internal long FailedUnconnected { get; init; }

    /// <summary>Failed attempts with <c>$upstream_header_time</c>, and without it, where it is logged: a header came, or none.</summary>
    internal long FailedAnswered { get; init; }

    internal long FailedUnanswered { get; init; }

    /// <summary>Failed attempts that another server made good.</summary>
    public long Hidden { get; init; }

    /// <summary>Attempts per status; 0 stands for a dash.</summary>
    public IReadOnlyDictionary<int, long> Status { get; init; } = new OrderedDictionary<int, long>();

    /// <summary>Requests that ended here per their own status.</summary>
    public IReadOnlyDictionary<int, long> FinalStatus { get; init; } = new OrderedDictionary<int, long>();

    /// <summary>5xx and 499 of requests that ended here.</summary>
    public OriginCounts Origin { get; init; } = new(0, 0, 0, 0);

    public TimeQuantiles? ResponseTime { get; init; }

    public TimeQuantiles? HeaderTime { get; init; }

    public TimeQuantiles? ConnectTime { get; init; }

    /// <summary>Minutes that an entry of <see cref="Series"/> covers.</summary>
    public long SeriesStep { get; init; } = 1;

    public IReadOnlyList<UpstreamMinute> Series { get; init; } = [];
}

/// <summary>Attempts of one node in one stretch of time.</summary>
public readonly record struct UpstreamMinute(DateTimeOffset Minute, long Attempts, long Failed);

/// <summary>Attempts that took from one whole second to the next.</summary>
/// <param name="From">Milliseconds; the last one, two hours, holds everything longer, too.</param>
/// <param name="Answered">With a status below 499.</param>
/// <param name="TimedOut">With 504.</param>
public readonly record struct SlowSecond(long From, long Answered, long TimedOut);

/// <summary>Requests that more than one server was tried for.</summary>
/// <param name="Requests">All of them.</param>
/// <param name="Hidden">Those that ended below 500 although an attempt had failed: nobody saw the failure.</param>
public sealed record RetryTraffic(long Requests, long Hidden);

/// <summary>The rows of one minute (or of a few, see the step).</summary>
public readonly record struct MinuteTraffic(
    DateTimeOffset Minute, long Rows, long Success, long Redirect, long ClientError, long Abandoned, long ServerError, long BadGateway, long Unavailable, long GatewayTimeout, double? MeanTime);

/// <summary>One of the frequent values of a variable.</summary>
/// <param name="Count">Rows that were counted.</param>
/// <param name="CountError">There may have been so many more; 0: exact.</param>
/// <param name="ServerErrors">Of the counted rows, those with 5xx.</param>
/// <param name="Abandoned">Of the counted rows, those with 499.</param>
/// <param name="RequestTime">Of the counted rows; only of routes.</param>
public sealed record FrequentValue(string Value, long Count, long CountError, long ServerErrors, long Abandoned, TimeQuantiles? RequestTime);

/// <summary>A variable that is not logged.</summary>
public sealed record UnloggedValue(string Variable, string WouldTell);

/// <summary>A pattern in the traffic, the cause that it points to, and what to do next.</summary>
public sealed record TrafficFinding
{
    /// <summary>bad-node, slow-node, bad-route, near-timeout, timeouts, no-live-upstreams, abandoned, error-wave, recurring-errors, steady-errors, burst or daily-pattern.</summary>
    public required string Kind { get; init; }

    /// <summary>The id of a cause, or null where the log does not tell which it is, or the pattern is no fault by itself.</summary>
    public string? Cause { get; init; }

    /// <summary>Whether requests fail in it; false for a pattern that is no fault by itself.</summary>
    public bool IsFault { get; init; } = true;

    public required string Title { get; init; }

    public string? Upstream { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    /// <summary>Requests or attempts that it concerns.</summary>
    public long Count { get; init; }

    /// <summary>Of these.</summary>
    public long Of { get; init; }

    /// <summary>What of it failed, where <see cref="Count"/> holds more than that: by this findings are in order.</summary>
    internal long? Harmed { get; init; }

    /// <summary>The probability of at least this much by chance, corrected for the number of things that were compared; null where nothing was tested.</summary>
    public double? PValue { get; init; }

    /// <summary>The limit in question, in milliseconds.</summary>
    public long? Limit { get; init; }

    /// <summary>Of a bad node, the status of most of its failed attempts; 0: a dash.</summary>
    public int? Status { get; init; }

    /// <summary>What was seen, a sentence each.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    public required string Next { get; init; }
}
