using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>
/// The report for a person at a terminal: the first line is the answer; then where it is in the configuration, what was
/// seen, what it is not, what to do, and at last what could not be looked at.
/// </summary>
public static class TextReport
{
    public static Page Render(ReportInput input, int width = Page.WidthDefault)
    {
        var page = new Page(width);
        var now = input.Conclusion.Overview.Now;
        var standing = input.Named.Where(finding => finding.Incident.State != IncidentState.Recovered).ToList();
        var over = input.Named.Where(finding => finding.Incident.State == IncidentState.Recovered).ToList();
        var open = input.Open.Where(incident => incident.State != IncidentState.Recovered).ToList();
        if (standing.Count + open.Count > 1)
        {
            SeveralScreen.Write(page, standing, open, input);
        }
        else if (standing.Count == 1)
        {
            FaultScreen.Write(page, standing[0], input, numbered: null);
        }
        else if (open.Count == 1)
        {
            DoubtScreen.Write(page, open[0], input, numbered: null);
        }
        else
        {
            QuietScreen.Write(page, input);
        }

        Over(page, over, now);
        RawLines(page, input);
        Notes(page, input);
        LastLine.Write(page, input, standing.Count + open.Count);
        return page;
    }

    private static void Over(Page page, IReadOnlyList<Finding> over, DateTimeOffset now)
    {
        foreach (var finding in over)
        {
            page.Blank();
            page.Wrapped("Over: ", $"{finding.Cause.Id} on {IncidentWords.Who(finding.Incident)}{At(finding.Incident)}, {Period(finding.Incident, now)}: {Sentences.Clause(finding.Title)}{(TimelineWords.Ended(finding.Incident, now) is { } ended ? "; " + ended : "")}.", Ink.Plain, Ink.Proof);
            if (finding.Fix?.Later is { Length: > 0 } later)
            {
                page.Wrapped("      so that it stays away: ", Sentences.Sentence(later), Ink.Faint);
            }
        }
    }

    private static string At(Incident incident) => IncidentWords.Where(incident) is { Length: > 0 } where ? " " + where : "";

    private static string Period(Incident incident, DateTimeOffset now)
        => incident.First is { } first && incident.Last is { } last
            ? last - first < TimeSpan.FromMinutes(1) ? $"at {Words.Clock(first, now)}" : $"{Words.Clock(first, now, seconds: false)} to {Words.Clock(last, now, seconds: false)}"
            : "earlier";

    /// <summary>Lines that no cause explains are shown raw, whatever the verdict is.</summary>
    private static void RawLines(Page page, ReportInput input)
    {
        const int Shown = 5;
        var lines = input.Conclusion.Unexplained;
        if (lines.Count == 0)
        {
            return;
        }

        page.Blank();
        page.Line("Not explained", Ink.Doubt);
        foreach (var line in lines.Take(Shown))
        {
            page.Wrapped("  ", line.Text);
            if (line.File is not null)
            {
                page.Line($"    {Places.Of(line.File, line.Line)}", Ink.Faint);
            }
        }

        if (lines.Count > Shown)
        {
            page.Line($"  and {lines.Count - Shown} more (--format json has all)", Ink.Faint);
        }
    }

    private static void Notes(Page page, ReportInput input)
    {
        const int Shown = 6;
        if (input.Conclusion.Notes.Count == 0)
        {
            return;
        }

        page.Blank();
        foreach (var note in input.Conclusion.Notes.Take(Shown))
        {
            page.Wrapped("Worth knowing: ", Sentences.Sentence(note), Ink.Plain, Ink.Doubt);
        }

        if (input.Conclusion.Notes.Count > Shown)
        {
            page.Line($"and {input.Conclusion.Notes.Count - Shown} more notes (--format json has all)", Ink.Faint);
        }
    }
}
