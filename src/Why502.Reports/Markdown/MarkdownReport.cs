using System.Text;
using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>The report for a ticket or a chat: the same facts in the same order, with everything foreign inside code.</summary>
public static class MarkdownReport
{
    private const int EvidenceMax = 5;

    public static string Render(ReportInput input)
    {
        var text = new StringBuilder();
        var diagnosis = input.Conclusion;
        var named = input.Named;
        if (named.Count == 0 && input.Open.Count == 0)
        {
            text.Append("## ").Append(Markdown.Text(QuietScreen.Headline(input))).Append("\n\n");
        }

        foreach (var finding in named)
        {
            Fault(text, finding, input);
        }

        foreach (var incident in input.Open)
        {
            Doubt(text, incident, input);
        }

        if (diagnosis.Unexplained.Count > 0)
        {
            text.Append("### Not explained\n\n");
            Markdown.Block(text, "", string.Join('\n', diagnosis.Unexplained.Select(line => line.File is null ? SafeText.OneLine(line.Text) : $"{Places.Of(line.File, line.Line)}: {SafeText.OneLine(line.Text)}")));
        }

        foreach (var note in diagnosis.Notes)
        {
            text.Append("Worth knowing: ").Append(Markdown.Text(Sentences.Sentence(note))).Append("\n\n");
        }

        foreach (var item in diagnosis.Unobserved)
        {
            text.Append("- Not seen: ").Append(Markdown.Text($"{item.What} ({Sentences.Clause(item.Why)}); it would tell {Sentences.Clause(item.WouldTell)}")).Append('\n');
        }

        if (diagnosis.Unobserved.Count > 0)
        {
            text.Append('\n');
        }

        text.Append("_why502, ").Append(Words.Took(input.Took)).Append("_\n");
        return text.ToString();
    }

    private static void Fault(StringBuilder text, Finding finding, ReportInput input)
    {
        var incident = finding.Incident;
        text.Append("## ").Append(Markdown.Text(FaultScreen.Headline(finding))).Append("\n\n");
        text.Append("| | |\n|---|---|\n");
        Row(text, "cause", Markdown.Code(finding.Cause.Id));
        Row(text, "sure", Words.Percent(finding.Confidence));
        Row(text, "when", Markdown.Text(IncidentWords.When(incident, input.Conclusion.Overview.Now)));
        if (TimelineWords.Of(incident, input.Conclusion.Overview.Now) is { Length: > 0 } course)
        {
            Row(text, "course", Markdown.Text(course));
        }

        Row(text, "impact", Markdown.Text(IncidentWords.Impact(incident)));
        var scope = Scope.Of(finding);
        if (scope.Upstream is { } upstream)
        {
            Row(text, "upstream", Markdown.Code(upstream));
        }

        if (scope.Config is { } config)
        {
            Row(text, "configuration", Markdown.Code(config.ToString()));
        }

        text.Append('\n');
        if (Decision.IsDoubtful(input.Rivals(incident)))
        {
            Rivals(text, incident, input);
        }

        Seen(text, finding);
        if (finding.RuledOut.Count > 0)
        {
            text.Append("### Not this\n\n");
            foreach (var other in finding.RuledOut)
            {
                text.Append("- ").Append(Markdown.Code(other.Cause)).Append(": ").Append(Markdown.Text(other.Because)).Append('\n');
            }

            text.Append('\n');
        }

        Repair(text, finding);
    }

    private static void Seen(StringBuilder text, Finding finding)
    {
        text.Append("### Seen\n\n");
        var symptom = Symptoms.AsEvidence(finding.Incident);
        foreach (var evidence in (symptom is null ? [] : new[] { symptom }).Concat(Symptoms.Weighed(finding).Take(EvidenceMax)))
        {
            var place = evidence.File is null ? "" : $" ({Markdown.Code(Places.Of(evidence.File, evidence.Line))})";
            var source = evidence.Source.Replace('-', ' ');
            var body = evidence == symptom ? Markdown.Code(evidence.Text) : Markdown.Text(evidence.Text);
            text.Append("- ").Append(evidence.Supports ? source : $"against it, {source}").Append(": ").Append(body).Append(place).Append('\n');
        }

        text.Append('\n');
    }

    private static void Repair(StringBuilder text, Finding finding)
    {
        if (finding.Fix is not { } fix)
        {
            return;
        }

        text.Append("### Do this\n\n").Append(Markdown.Text(Sentences.Capital(Sentences.Sentence(fix.Summary)))).Append("\n\n");
        foreach (var edit in fix.Edits)
        {
            Markdown.Block(text, "diff", ShownDiff.Of(edit).TrimEnd('\n'));
        }

        var number = 1;
        foreach (var step in fix.Steps)
        {
            text.Append(number++).Append(". ").Append(Markdown.Text(Sentences.Capital(Sentences.Sentence(step.Text))));
            if (step.Command is not null)
            {
                text.Append(step.Text.Length == 0 ? "" : "\n   ").Append(Markdown.Code(step.Command));
            }

            text.Append('\n');
        }

        if (FixPlan.VerifyCommand(finding) is { } verify)
        {
            text.Append(number).Append(". Check: ").Append(Markdown.Code(verify)).Append('\n');
        }

        if (fix.Later is { Length: > 0 } later)
        {
            text.Append("\nLater: ").Append(Markdown.Text(Sentences.Sentence(later))).Append('\n');
        }

        text.Append('\n');
    }

    private static void Doubt(StringBuilder text, Incident incident, ReportInput input)
    {
        text.Append("## ").Append(Markdown.Text(Sentences.Sentence(IncidentWords.Symptom(incident)))).Append("\n\n");
        Rivals(text, incident, input);
        if (incident.Samples.Count > 0)
        {
            Markdown.Block(text, "", SafeText.OneLine(incident.Samples[^1].Text));
        }
    }

    private static void Rivals(StringBuilder text, Incident incident, ReportInput input)
    {
        var fitting = Decision.Fitting(input.Rivals(incident));
        text.Append("| cause | sure | |\n|---|---|---|\n");
        foreach (var rival in fitting)
        {
            text.Append("| ").Append(Markdown.Code(rival.Cause.Id)).Append(" | ").Append(Words.Percent(rival.Confidence)).Append(" | ").Append(Markdown.Text(rival.Title)).Append(" |\n");
        }

        text.Append('\n');
        if (Decision.What(fitting, input.Conclusion.Unobserved) is { } decider)
        {
            text.Append("What decides: ").Append(Markdown.Text($"{decider.What}. Not seen: {Sentences.Sentence(decider.Why)}")).Append("\n\n");
        }
    }

    private static void Row(StringBuilder text, string name, string value) => text.Append("| ").Append(name).Append(" | ").Append(value).Append(" |\n");
}
