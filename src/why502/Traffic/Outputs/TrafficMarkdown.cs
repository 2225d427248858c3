using System.Text;
using Why502.Reports;
using Why502.Traffic;

namespace Why502.Cli.Traffic;

/// <summary>The report for an issue or a chat: the sentence, the findings, and the tables as far as a person reads them. What comes from a log stands in code.</summary>
internal static class TrafficMarkdown
{
    private const int UpstreamsMax = 20;
    private const int FrequentMax = 10;
    private const int MalformedMax = 3;

    public static string Render(TrafficReport report)
    {
        var text = new StringBuilder();
        text.Append("## ").Append(Markdown.Text(TrafficWords.Verdict(report))).Append("\n\n");
        text.Append(Markdown.Text(TrafficWords.Overview(report))).Append("\n\n");
        foreach (var doubt in TrafficWords.Doubts(report))
        {
            text.Append("**").Append(Markdown.Text(doubt)).Append("**\n\n");
        }

        foreach (var finding in report.Findings)
        {
            Finding(text, finding);
        }

        Status(text, report);
        Upstreams(text, report);
        Frequent(text, "Routes", report.Routes);
        Frequent(text, "Hosts", report.Hosts);
        Frequent(text, "Methods", report.Methods);
        Frequent(text, "Clients", report.Clients);
        Malformed(text, report);
        Inputs(text, report);
        return text.ToString();
    }

    private static void Finding(StringBuilder text, TrafficFinding finding)
    {
        string[] facts = [finding.Kind, TrafficWords.Window(finding), finding.PValue is { } p ? TrafficWords.Chance(p) : ""];
        text.Append("### ").Append(finding.Cause is { } cause ? Markdown.Code(cause) + ": " : "").Append(Markdown.Text(finding.Title)).Append("\n\n");
        text.Append('_').Append(Markdown.Text(string.Join(", ", facts.Where(fact => fact.Length > 0)))).Append("_\n\n");
        foreach (var sentence in finding.Evidence)
        {
            text.Append("- ").Append(Markdown.Text(sentence)).Append('\n');
        }

        text.Append(finding.Evidence.Count > 0 ? "\n" : "").Append("**Next:** ").Append(Markdown.Text(finding.Next)).Append("\n\n");
    }

    private static void Status(StringBuilder text, TrafficReport report)
    {
        if (report.Status.Count == 0)
        {
            return;
        }

        Head(text, "Status", "status", "requests", "share");
        foreach (var (status, count) in report.Status)
        {
            Row(text, TrafficWords.Status(status), TrafficWords.Count(count), TrafficWords.Share(count, report.Rows));
        }

        text.Append('\n');
        if (report.Origin is { } origin && origin.Nginx + origin.Upstream + origin.Client + origin.Unknown > 0)
        {
            text.Append(Markdown.Text(TrafficWords.Origins(origin))).Append(".\n\n");
        }
    }

    private static void Upstreams(StringBuilder text, TrafficReport report)
    {
        if (report.Upstreams.Count == 0)
        {
            return;
        }

        Head(text, "Upstreams", "upstream", "attempts", "failed", "share", "hidden", "p50", "p95", "p99");
        foreach (var upstream in report.Upstreams.Take(UpstreamsMax))
        {
            Row(text, Markdown.Code(upstream.Upstream), TrafficWords.Count(upstream.Attempts), TrafficWords.Count(upstream.Failed), TrafficWords.Share(upstream.Failed, upstream.Attempts), TrafficWords.Count(upstream.Hidden),
                TrafficWords.Duration(upstream.ResponseTime?.P50), TrafficWords.Duration(upstream.ResponseTime?.P95), TrafficWords.Duration(upstream.ResponseTime?.P99));
        }

        More(text, report.Upstreams.Count, UpstreamsMax);
        if (report.Retries.Requests > 0)
        {
            text.Append(Markdown.Text(TrafficWords.Retries(report.Retries))).Append("\n\n");
        }
    }

    private static void Frequent(StringBuilder text, string title, IReadOnlyList<FrequentValue> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        var timed = values.Any(value => value.RequestTime is not null);
        Head(text, title, [title.ToLowerInvariant()[..^1], "requests", "5xx", "499", .. timed ? ["p50", "p99"] : Array.Empty<string>()]);
        foreach (var value in values.Take(FrequentMax))
        {
            Row(text, [Markdown.Code(value.Value), Markdown.Text(TrafficWords.Count(value)), TrafficWords.Count(value.ServerErrors), TrafficWords.Count(value.Abandoned),
                .. timed ? [TrafficWords.Duration(value.RequestTime?.P50), TrafficWords.Duration(value.RequestTime?.P99)] : Array.Empty<string>()]);
        }

        More(text, values.Count, FrequentMax);
    }

    private static void Malformed(StringBuilder text, TrafficReport report)
    {
        if (report.Malformed == 0)
        {
            return;
        }

        text.Append("### ").Append(TrafficWords.Count(report.Malformed)).Append(" rows do not fit the format\n\n");
        Markdown.Block(text, "", string.Join('\n', report.MalformedSamples.Take(MalformedMax).Select(row => $"{Why502.Logs.Sanitizer.Line(row.File)}:{row.Line}: {row.Text}")));
    }

    private static void Inputs(StringBuilder text, TrafficReport report)
    {
        foreach (var input in report.Inputs.Take(UpstreamsMax))
        {
            text.Append("- ").Append(Markdown.Code(input.Name)).Append(' ').Append(Markdown.Code(input.Format)).Append(" (").Append(input.FormatSource).Append(")\n");
        }

        text.Append("\n_why502 traffic_\n");
    }

    private static void Head(StringBuilder text, string title, params IReadOnlyList<string> columns)
    {
        text.Append("### ").Append(title).Append("\n\n");
        Row(text, columns);
        text.Append("|---|").Append(string.Concat(Enumerable.Repeat("---:|", columns.Count - 1))).Append('\n');
    }

    private static void Row(StringBuilder text, params IReadOnlyList<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static void More(StringBuilder text, int count, int shown)
        => text.Append(count > shown ? $"\nand {count - shown} more\n\n" : "\n");
}
