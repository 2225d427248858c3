using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>Doubt is said, together with what would end it.</summary>
internal static class DoubtScreen
{
    public static void Write(Page page, Incident incident, ReportInput input, int? numbered)
    {
        var rivals = input.Rivals(incident);
        var fitting = Decision.Fitting(rivals);
        var fit = fitting.Count switch
        {
            1 => "one cause fits, and not well",
            2 => "two causes fit",
            3 => "three causes fit",
            _ => "several causes fit",
        };
        var prefix = numbered is { } number ? $"{number}  " : "";
        page.Wrapped(prefix, $"{IncidentWords.Symptom(incident)}; {fit}.", Ink.Strong);
        page.Blank();
        Rivals(page, rivals, input);
        page.Blank();
        page.Line($"  {IncidentWords.When(incident, input.Conclusion.Overview.Now)}   {IncidentWords.Impact(incident)}");
        FaultScreen.ScopeOf(page, Scope.Of(incident));
        Lines(page, incident);
    }

    /// <summary>The causes side by side, and the one observation that would decide between them.</summary>
    public static void Rivals(Page page, IReadOnlyList<Finding> rivals, ReportInput input)
    {
        var fitting = Decision.Fitting(rivals);
        var width = fitting.Max(finding => finding.Cause.Id.Length);
        foreach (var rival in fitting)
        {
            page.Wrapped($"  {rival.Cause.Id.PadRight(width)}   {Words.Percent(rival.Confidence),5}   ", Sentences.Clause(rival.Title), Ink.Plain, Ink.Doubt);
        }

        var decider = Decision.What(fitting, input.Conclusion.Unobserved);
        if (decider is null)
        {
            page.Wrapped("  ", "Nothing that why502 could look at decides between them.");
            return;
        }

        page.Wrapped("  What decides: ", $"{decider.What}, which would tell {Sentences.Clause(decider.WouldTell)}. Not seen: {Sentences.Sentence(decider.Why)}");
        page.Line(Decision.NeedsPrivilege(decider)
            ? "  Run again with sudo, or hand over the files: why502 diagnose FILE…"
            : "  Hand over what decides, together with the error log: why502 diagnose FILE…");
    }

    private static void Lines(Page page, Incident incident)
    {
        if (incident.Samples.Count == 0)
        {
            return;
        }

        page.Blank();
        page.Line("Seen", Ink.Strong);
        page.Wrapped("  ", incident.Samples[^1].Text);
        if (Symptoms.PlaceOf(incident) is { } place)
        {
            page.Line($"    {place}", Ink.Faint);
        }
    }
}
