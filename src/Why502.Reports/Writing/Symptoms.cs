using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>The symptom as evidence: it opens the list and weighs nothing, because it is what all look-alikes share.</summary>
internal static class Symptoms
{
    public static string SourceOf(Incident incident) => incident.SymptomSource;

    public static string? PlaceOf(Incident incident)
        => incident.Samples.Count > 0 && incident.Samples[^1] is { File.Length: > 0 } newest ? Places.Of(newest.File, newest.Line) : null;

    /// <summary>The symptom's own line; null when a probe is the only symptom.</summary>
    public static Evidence? AsEvidence(Incident incident)
        => incident.Samples.Count == 0 ? null
            : new(true, SourceOf(incident), incident.Samples[^1].File, incident.Samples[^1].Line, incident.Samples[^1].Text);

    /// <summary>Evidence without the symptom, what supports first.</summary>
    public static IEnumerable<Evidence> Weighed(Finding finding)
        => finding.Evidence.Where(evidence => evidence.LogOdds != 0 || finding.Incident.Samples.Count == 0).OrderByDescending(evidence => evidence.Supports);
}
