using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>What every report is made from: the result, how long it took, and what the run itself has to say.</summary>
public sealed record ReportInput(Conclusion Conclusion, TimeSpan Took)
{
    /// <summary>The answer is partial: the user stopped it.</summary>
    public bool Interrupted { get; init; }

    internal IReadOnlyList<Finding> Named { get; } = [.. Conclusion.RootCauses];

    /// <summary>Incidents in which nothing reached the confidence of an accusation.</summary>
    internal IReadOnlyList<Incident> Open { get; } =
    [
        .. Conclusion.Findings.GroupBy(finding => finding.Incident.Id)
            .Where(group => group.All(finding => finding.Confidence < Conclusion.NamedFrom))
            .Select(group => group.First().Incident),
    ];

    internal IReadOnlyList<Finding> Rivals(Incident incident)
        => [.. Conclusion.Findings.Where(finding => finding.Incident.Id == incident.Id).OrderByDescending(finding => finding.Confidence)];
}
