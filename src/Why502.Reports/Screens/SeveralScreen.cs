using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>Independent faults at once: the list first, then each with its proof and fix.</summary>
internal static class SeveralScreen
{
    /// <summary>So many are shown in full; the list names all of them.</summary>
    private const int DetailsMax = 6;

    public static void Write(Page page, IReadOnlyList<Finding> named, IReadOnlyList<Incident> open, ReportInput input)
    {
        var entries = Ordered(named, open, input);
        page.Line($"{entries.Count} faults.", Ink.Strong);
        for (var i = 0; i < entries.Count; i++)
        {
            page.Wrapped($"{i + 1}  ", Summary(entries[i], input));
        }

        for (var i = 0; i < Math.Min(entries.Count, DetailsMax); i++)
        {
            page.Blank();
            page.Blank();
            if (entries[i].Finding is { } finding)
            {
                FaultScreen.Write(page, finding, input, i + 1);
            }
            else
            {
                DoubtScreen.Write(page, entries[i].Incident, input, i + 1);
            }
        }

        if (entries.Count > DetailsMax)
        {
            page.Blank();
            page.Line($"{entries.Count - DetailsMax} more are listed above; --format json has their evidence and fixes.");
        }
    }

    private static List<(Incident Incident, Finding? Finding)> Ordered(IReadOnlyList<Finding> named, IReadOnlyList<Incident> open, ReportInput input)
    {
        var order = input.Conclusion.Findings.Select(finding => finding.Incident.Id).Distinct().ToList();
        return
        [
            .. named.Select(finding => (finding.Incident, Finding: (Finding?)finding))
                .Concat(open.Select(incident => (Incident: incident, Finding: (Finding?)null)))
                .OrderBy(entry => order.IndexOf(entry.Incident.Id)),
        ];
    }

    private static string Summary((Incident Incident, Finding? Finding) entry, ReportInput input)
    {
        var state = entry.Incident.State == IncidentState.Current ? "now" : "now and then";
        if (entry.Finding is { } finding)
        {
            var where = IncidentWords.Where(entry.Incident);
            return $"{IncidentWords.Who(entry.Incident)}{(where.Length > 0 ? " " + where : "")}: {finding.Cause.Id}, {Sentences.Clause(finding.Title)} ({state})";
        }

        var fitting = Decision.Fitting(input.Rivals(entry.Incident));
        return $"{IncidentWords.Symptom(entry.Incident)}: {Words.List([.. fitting.Select(rival => rival.Cause.Id)], "or")} ({state})";
    }
}
