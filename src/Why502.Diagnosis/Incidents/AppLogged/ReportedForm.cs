namespace Why502.Diagnosis;

/// <summary>What one kind of report by an app server, the init system or the kernel is a symptom of.</summary>
/// <param name="Rank">Among several reports of one story the lowest is the one that names it: a harakiri before the signal that it sends.</param>
/// <param name="Candidates">Causes that write such a report, with how much the report alone says for each.</param>
public sealed record ReportedForm(int Rank, Phase Phase, Side Side, How How, params IReadOnlyList<ReportedCause> Candidates);

/// <summary>A cause that a report speaks for.</summary>
public sealed record ReportedCause(string Id, Weight.Step Weight);
