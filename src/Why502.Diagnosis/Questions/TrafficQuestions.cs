namespace Why502.Diagnosis;

/// <summary>Patterns over all rows of an access log's window: what only many rows show, and what single ones do not.</summary>
public sealed record TrafficPatterns(string Path, string Format, string Escape, DateTimeOffset? From) : Question<TrafficPatternsFact>
{
    public override Cost Cost => Cost.Read;

    /// <summary>A process whose root directory the path is meant in (<see cref="NginxInstance.FilesThrough"/>); 0 is our own.</summary>
    public int ThroughPid { get; init; }

    public override string What => $"patterns in the access log {Path}";

    public override string WouldTell => "which server fails more often than its peers, since when requests fail, and how near answers come to their limit";
}

/// <param name="Rows">Rows of the window that were read.</param>
/// <param name="Sampled">The window was larger than what is read: only its newest part was.</param>
public sealed record TrafficPatternsFact(long Rows, bool Sampled, IReadOnlyList<TrafficPattern> Patterns) : Fact;

/// <summary>One pattern, as <c>why502 traffic</c> finds it.</summary>
/// <param name="Kind">bad-node, near-timeout, error-wave and others.</param>
/// <param name="Title">A sentence without its end; clean and redacted.</param>
public sealed record TrafficPattern(string Kind, string Title)
{
    public string? Upstream { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    /// <summary>Requests or attempts that it concerns, and of how many.</summary>
    public long Count { get; init; }

    public long Of { get; init; }
}
