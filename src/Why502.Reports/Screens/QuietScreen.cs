using Why502.Diagnosis;

namespace Why502.Reports;

/// <summary>No fault stands: healthy, or unknown because too little could be seen.</summary>
internal static class QuietScreen
{
    public static void Write(Page page, ReportInput input)
    {
        var healthy = input.Conclusion.Verdict == Verdict.Healthy;
        page.Wrapped("", Headline(input), healthy ? Ink.Proof : Ink.Doubt);
    }

    /// <summary>The answer in one sentence.</summary>
    public static string Headline(ReportInput input)
        => input.Conclusion.Verdict == Verdict.Healthy ? Healthy(input.Conclusion.Overview) : Unknown(input);

    private static string Healthy(Overview overview)
    {
        var where = overview.Window is { } window ? $" in the last {Words.Window(window)}" : overview.LogsReadable ? " in what was given" : "";
        var seen = new List<string>();
        if (overview.LogsReadable)
        {
            if (overview.Requests > 0)
            {
                seen.Add(Words.Count(overview.Requests, "request"));
            }

            seen.Add(Words.Count(overview.GatewayErrors, "gateway error"));
        }

        if (overview.UpstreamsAnswering > 0)
        {
            seen.Add(overview.UpstreamsAnswering == 1 ? "1 upstream answers" : $"{Words.Count(overview.UpstreamsAnswering)} upstreams answer");
        }

        return seen.Count == 0 ? $"No gateway fault{where}." : $"No gateway fault{where}: {string.Join(", ", seen)}.";
    }

    private static string Unknown(ReportInput input)
    {
        var diagnosis = input.Conclusion;
        if (diagnosis.Unexplained.Count > 0)
        {
            return $"Something fails, and no cause that why502 knows explains it: {Words.Count(diagnosis.Unexplained.Count, "kind of line", "kinds of lines")} below, as written.";
        }

        if (diagnosis.Overview.StoppedCount > 0)
        {
            return "nginx does not run here, so that no request is answered.";
        }

        if (diagnosis.Overview.NginxCount == 0)
        {
            return diagnosis.Notes.Count > 0
                ? "Cannot tell: no nginx was found here."
                : "Cannot tell: no nginx was found here. Name its configuration with --config FILE, or hand over logs: why502 diagnose FILE…";
        }

        var blocked = diagnosis.Unobserved.Count == 0 ? "" : $": {Sentences.Clause(diagnosis.Unobserved[0].What)} could not be looked at ({Sentences.Clause(diagnosis.Unobserved[0].Why)})";
        return diagnosis.Overview.LogsReadable
            ? $"Cannot tell: the logs show no gateway error, and not every upstream could be asked{blocked}."
            : $"Cannot tell: no readable log, and not every upstream could be asked{blocked}.";
    }
}
