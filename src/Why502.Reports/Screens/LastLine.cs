using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>What was not seen, and what was: no report ends without it.</summary>
internal static class LastLine
{
    /// <summary>Reasons shown; JSON has every item.</summary>
    private const int ReasonsMax = 5;

    private const int ItemsMax = 4;

    public static void Write(Page page, ReportInput input, int faults)
    {
        page.Blank();
        if (input.Interrupted)
        {
            page.Line("Stopped before everything was looked at; this is what was known by then.", Ink.Doubt);
        }

        var looked = $"Looked at {Looked(input)} in {Words.Took(input.Took)}.";
        var verdict = input.Conclusion.Verdict == Verdict.Healthy ? "" : faults == 0 ? "" : "   " + Words.Count(faults, "fault");
        var reasons = Reasons(input.Conclusion.Unobserved);
        if (reasons.Count == 0)
        {
            page.Wrapped("", $"Not seen: nothing. {looked}{verdict}");
            return;
        }

        foreach (var (why, what) in reasons.Take(ReasonsMax))
        {
            page.Wrapped("Not seen: ", $"{what} ({why})", Ink.Plain, Ink.Doubt);
        }

        if (reasons.Count > ReasonsMax)
        {
            page.Line($"          and {reasons.Count - ReasonsMax} more (--format json has all)", Ink.Faint);
        }

        page.Wrapped("", looked + verdict);
    }

    private static List<(string Why, string What)> Reasons(IReadOnlyList<UnobservedItem> items)
        =>
        [
            .. items
                .OrderByDescending(item => item.Decides.Count > 0)
                .GroupBy(item => Sentences.Clause(item.Why), StringComparer.Ordinal)
                .Select(group => (group.Key, Names([.. group.Select(item => item.What).Distinct(StringComparer.Ordinal)]))),
        ];

    private static string Names(List<string> names)
        => names.Count <= ItemsMax ? Words.List(names) : $"{string.Join(", ", names.Take(ItemsMax))} and {names.Count - ItemsMax} more";

    private static string Looked(ReportInput input)
    {
        var overview = input.Conclusion.Overview;
        var parts = new List<string> { $"{Words.Count(overview.NginxCount)} nginx", Words.Count(overview.SiteCount, "site") };
        if (overview.LogsReadable)
        {
            parts.Add(overview.Window is { } window ? $"{Words.Window(window)} of logs" : "the logs");
        }

        parts.Add(Words.Count(overview.Probes, "probe"));
        return string.Join(", ", parts);
    }
}
