using Why502.Nginx;

namespace Why502.Diagnosis;

public enum Verdict
{
    Healthy,
    Faulty,
    Unknown,
}

/// <summary>A cause with its confidence, scope, evidence and repair.</summary>
public sealed record Finding
{
    public required Incident Incident { get; init; }

    public required Cause Cause { get; init; }

    /// <summary>0 to 1; the confidences of one incident sum to at most 1.</summary>
    public required double Confidence { get; init; }

    /// <summary>Prior and weights in log-odds, of which the confidence is made (see <see cref="Diagnosis.Confidence"/>).</summary>
    public double Score { get; init; }

    /// <summary>One sentence for this machine: "nothing listens on 127.0.0.1:3000".</summary>
    public required string Title { get; init; }

    /// <summary>The line of the configuration at fault; null where it is the incident's own pass directive, or none.</summary>
    public SourceLine? Place { get; init; }

    public required IReadOnlyList<Evidence> Evidence { get; init; }

    public required IReadOnlyList<RuledOut> RuledOut { get; init; }

    public Fix? Fix { get; init; }
}

/// <summary>A look-alike, and the fact that speaks against it.</summary>
public sealed record RuledOut(string Cause, string Because);

/// <summary>Something that could not be looked at, what it would have told, and the causes between which it decides.</summary>
public sealed record UnobservedItem(string What, string Why, string WouldTell, IReadOnlyList<string> Decides);

/// <summary>A line of failure that no cause explains. It is shown raw and never forced into a cause.</summary>
public sealed record Unexplained(string? File, int? Line, string Text);

/// <summary>A repair as a value: planning, applying and verifying are separate readers of it.</summary>
public sealed record Fix
{
    /// <summary>One line.</summary>
    public required string Summary { get; init; }

    /// <summary>In order. A step is prose, a command, or both.</summary>
    public IReadOnlyList<FixStep> Steps { get; init; } = [];

    public IReadOnlyList<FileEdit> Edits { get; init; } = [];

    /// <summary>The repair is to load what lies on disk; any other one must not take others' changes along unasked.</summary>
    public bool LoadsPending { get; init; }

    /// <summary>A path that clients asked by GET and that is answered when the repair helped, where the one that failed first goes on failing.</summary>
    public string? ServedPath { get; init; }

    /// <summary>The request that failed asks for an upgrade to WebSocket, and so does the one that proves the repair.</summary>
    public bool IsProvenByUpgrade { get; init; }

    /// <summary>Why the request that failed is not asked again ("what failed carried large headers"): another one that is answered proves nothing. Null where it is.</summary>
    public string? Unasked { get; init; }

    /// <summary>A reload alone ends it for now: nginx reads or looks up again what it had kept.</summary>
    public bool IsMadeByReload { get; init; }

    /// <summary>How long the old state may go on after the change (ports in TIME_WAIT): only then it counts as no help.</summary>
    public TimeSpan SettlesWithin { get; init; }

    /// <summary>What prevents the next time, not needed to end the incident.</summary>
    public string? Later { get; init; }
}

/// <param name="Text">What is done and why, for a person.</param>
/// <param name="Command">Shell command; every path, unit and value in it was seen on the machine and is quoted.</param>
public sealed record FixStep(string Text, string? Command = null)
{
    /// <summary>The step as the repair transaction carries it out; null where it is a person's to do.</summary>
    public RepairAction? Action { get; init; }
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
