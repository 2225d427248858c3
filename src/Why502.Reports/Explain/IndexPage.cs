using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>All pages there are.</summary>
public static class IndexPage
{
    public static Page Render(int width = Page.WidthDefault)
    {
        var page = new Page(width);
        page.Line("why502 explain CAUSE, STATUS or 'a log line'", Ink.Strong);
        page.Blank();
        page.Line("Causes", Ink.Strong);
        var causes = CauseRegistry.All.OrderBy(cause => cause.Info.Family).ThenBy(cause => cause.Id, StringComparer.Ordinal).ToList();
        var column = causes.Count == 0 ? 0 : causes.Max(cause => cause.Id.Length);
        foreach (var cause in causes)
        {
            page.Wrapped($"  {cause.Id.PadRight(column)}   ", Sentences.Clause(cause.Info.Title));
        }

        page.Blank();
        page.Line($"Statuses   {string.Join(", ", StatusPage.Known)}");
        return page;
    }
}
