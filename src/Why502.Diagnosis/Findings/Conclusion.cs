namespace Why502.Diagnosis;

/// <summary>What one look at a machine or at files says as a whole.</summary>
public enum Verdict
{
    /// <summary>Logs could be read, or every upstream answers, and nothing fails now.</summary>
    Healthy,

    /// <summary>Something fails, and a cause is named.</summary>
    Faulty,

    /// <summary>Too little was seen, or what fails has no cause that is likely enough.</summary>
    Unknown,
}

/// <summary>The result of one look at a machine, a bundle or files.</summary>
public sealed record Conclusion
{
    public required Verdict Verdict { get; init; }

    /// <summary>Current before intermittent before recovered, then by impact, then by confidence.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    public required IReadOnlyList<Unexplained> Unexplained { get; init; }

    public required IReadOnlyList<UnobservedItem> Unobserved { get; init; }

    /// <summary>What is worth knowing and no fault.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    public required Overview Overview { get; init; }

    /// <summary>Questions that could still be answered.</summary>
    public required IReadOnlyCollection<Question> Wanted { get; init; }

    /// <summary>The first finding of each incident with a confidence that names a cause.</summary>
    public IEnumerable<Finding> RootCauses => Findings.Where(finding => finding.Confidence >= NamedFrom).DistinctBy(finding => finding.Incident.Id);

    /// <summary>From here on a finding is an accusation; below it, it is a candidate.</summary>
    public const double NamedFrom = 0.5;
}

/// <summary>What was looked at, for the last line of the report and for a healthy verdict.</summary>
public sealed record Overview
{
    public int NginxCount { get; init; }

    /// <summary>Installed or named, and not running.</summary>
    public int StoppedCount { get; init; }

    public int SiteCount { get; init; }

    public int UpstreamCount { get; init; }

    public int UpstreamsAnswering { get; init; }

    public long Requests { get; init; }

    /// <summary>5xx answers of nginx on a gateway path in the window.</summary>
    public long GatewayErrors { get; init; }

    /// <summary>Length of the log window.</summary>
    public TimeSpan? Window { get; init; }

    public bool LogsReadable { get; init; }

    public int Probes { get; init; }

    public DateTimeOffset Now { get; init; }
}

/// <summary>A line of failure that no cause explains. It is shown raw and never forced into a cause.</summary>
public sealed record Unexplained(string? File, int? Line, string Text);

/// <summary>Something that could not be looked at, what it would have told, and the causes between which it decides.</summary>
public sealed record UnobservedItem(string What, string Why, string WouldTell, IReadOnlyList<string> Decides);
