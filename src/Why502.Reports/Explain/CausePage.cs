using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>The page of a cause, written from its declaration alone.</summary>
public static class CausePage
{
    public static Page Render(CauseInfo cause, int width = Page.WidthDefault)
    {
        var page = new Page(width);
        page.Wrapped("", $"{cause.Id}: {Sentences.Clause(cause.Title)}", Ink.Strong);
        var status = cause.Statuses.Count == 0 ? "" : $"the client gets {Words.List(cause.Statuses, "or")}   ";
        var error = cause.ProxyError is "" or "-" ? "" : $"RFC 9209 {cause.ProxyError}";
        page.Line($"  {status}{error}".TrimEnd());
        page.Blank();
        page.Prose(Sentences.Capital(cause.Explanation.Trim()));
        if (cause.Residual)
        {
            page.Prose("It is named only where nothing more specific explains the failure.");
        }

        if (cause.AboveItsCauses)
        {
            page.Prose("It lies above other causes: when one of them is found beneath it, that one comes first.");
        }

        page.Blank();
        page.Line("In the log", Ink.Strong);
        foreach (var line in cause.Example.ErrorLog.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            page.Wrapped("  ", line);
        }

        LookAlikes(page, cause);
        page.Blank();
        page.Line("What to do", Ink.Strong);
        page.Prose(cause.Remedy, "  ");
        if (cause.DoNot is { Length: > 0 } doNot)
        {
            page.Prose(doNot, "  ");
        }

        return page;
    }

    private static void LookAlikes(Page page, CauseInfo cause)
    {
        if (cause.LookAlikes.Count == 0)
        {
            return;
        }

        page.Blank();
        page.Line("What looks the same, and what tells it apart", Ink.Strong);
        var width = cause.LookAlikes.Max(id => id.Length);
        foreach (var id in cause.LookAlikes)
        {
            page.Wrapped($"  {id.PadRight(width)}   ", Telltale.Of(id, cause));
        }
    }
}
