using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>One root cause with all that proves it and what ends it.</summary>
internal static class FaultScreen
{
    private const int EvidenceMax = 5;
    private const int RuledOutMax = 6;
    private const int LabelWidth = 12;

    public static void Write(Page page, Finding finding, ReportInput input, int? numbered)
    {
        var rivals = input.Rivals(finding.Incident);
        var prefix = numbered is { } number ? $"{number}  " : "";
        page.Wrapped(prefix, Headline(finding), Ink.Strong);
        page.Blank();
        if (Decision.IsDoubtful(rivals))
        {
            DoubtScreen.Rivals(page, rivals, input);
            page.Blank();
        }

        Scale(page, finding, input);
        ScopeOf(page, Scope.Of(finding));
        Seen(page, finding, input);
        NotThis(page, finding);
        DoThis(page, finding);
    }

    /// <summary>The answer in one sentence.</summary>
    public static string Headline(Finding finding)
    {
        var title = Sentences.Clause(finding.Title);
        if (finding.Incident.Kind == SymptomKind.NotLoaded)
        {
            // nginx does not run, or runs what it had: no status is the symptom.
            return Sentences.Capital(Sentences.Sentence(title));
        }

        if (finding.Incident.FromProbe)
        {
            return $"{IncidentWords.Outcome(finding.Incident, finding)}: {title}. No request has failed yet.";
        }

        return $"{IncidentWords.Outcome(finding.Incident, finding)} because {title}.";
    }

    private static void Scale(Page page, Finding finding, ReportInput input)
    {
        var parts = new[]
        {
            finding.Cause.Id,
            $"{Words.Percent(finding.Confidence)} sure",
            IncidentWords.When(finding.Incident, input.Conclusion.Overview.Now),
            IncidentWords.Impact(finding.Incident),
        };
        var fits = 2 + parts.Sum(part => part.Length) + 4 + 6 <= page.Width;
        page.Line(new Run(Ink.Fault, $"  {parts[0]}"), new Run(Ink.Plain, $"    {parts[1]}   {parts[2]}{(fits ? "   " + parts[3] : "")}"));
        if (!fits)
        {
            page.Line("  " + parts[3]);
        }

        if (TimelineWords.Of(finding.Incident, input.Conclusion.Overview.Now) is { Length: > 0 } course)
        {
            page.Wrapped("  ", course);
        }

        if (finding.Incident.Origin != Origin.Nginx)
        {
            page.Line($"  The status was made by the {ContractWords.Of(finding.Incident.Origin)}, not by nginx.");
        }
    }

    public static void ScopeOf(Page page, Scope scope)
    {
        if (scope.Config is not { } config)
        {
            return;
        }

        page.Line($"  {config}", Ink.Faint);
        var file = config.File;
        foreach (var line in scope.Snippet)
        {
            if (line.At.File != file)
            {
                page.Line($"  {line.At}", Ink.Faint);
                file = line.At.File;
            }

            var indent = new string(' ', line.Depth * 2);
            if (line.Marked)
            {
                page.Line(new Run(Ink.Fault, $"{line.At.Line,4} > "), new Run(Ink.Strong, indent + line.Text));
            }
            else
            {
                page.Line(new Run(Ink.Faint, "       "), new Run(Ink.Plain, indent + line.Text));
            }
        }
    }

    private static void Seen(Page page, Finding finding, ReportInput input)
    {
        page.Blank();
        page.Line("Seen", Ink.Strong);
        var incident = finding.Incident;
        if (!incident.FromProbe)
        {
            var often = Often(incident, input.Conclusion.Overview.Now);
            Row(page, Label(Symptoms.SourceOf(incident)), IncidentWords.MessageText(incident), Symptoms.PlaceOf(incident) is { } place ? $"{often}   {place}" : often);
        }

        foreach (var evidence in Symptoms.Weighed(finding).Take(EvidenceMax))
        {
            var text = evidence.Supports ? evidence.Text : $"against it: {evidence.Text}";
            Row(page, Label(evidence.Source), text, evidence.File is null ? null : Places.Of(evidence.File, evidence.Line));
        }
    }

    private static string Label(string source) => source.Replace('-', ' ');

    private static string Often(Incident incident, DateTimeOffset now)
        => incident.Requests == 0 ? "now"
            : incident.Last is { } last
            ? $"{Words.Count(incident.Requests, "time")}, last {(incident.State == IncidentState.Recovered ? "at " + Words.Clock(last, now) : Words.Ago(last, now))}"
            : Words.Count(incident.Requests, "time");

    private static void Row(Page page, string label, string text, string? place)
    {
        var first = "  " + label.PadRight(LabelWidth);
        if (place is not null && first.Length + text.Length + 3 + place.Length <= page.Width)
        {
            page.Line(new Run(Ink.Plain, first), new Run(Ink.Plain, text), new Run(Ink.Faint, "   " + place));
            return;
        }

        page.Wrapped(first, text);
        if (place is not null)
        {
            page.Line(new string(' ', first.Length) + place, Ink.Faint);
        }
    }

    private static void NotThis(Page page, Finding finding)
    {
        if (finding.RuledOut.Count == 0)
        {
            return;
        }

        page.Blank();
        page.Line("Not this", Ink.Strong);
        var width = finding.RuledOut.Max(other => other.Cause.Length);
        foreach (var other in finding.RuledOut.Take(RuledOutMax))
        {
            page.Wrapped($"  {other.Cause.PadRight(width)}   ", other.Because);
        }
    }

    public static void DoThis(Page page, Finding finding)
    {
        if (finding.Fix is not { } fix)
        {
            return;
        }

        page.Blank();
        page.Line("Do this", Ink.Strong);
        FixLines.Write(page, fix, FixPlan.VerifyCommand(finding));
    }
}
