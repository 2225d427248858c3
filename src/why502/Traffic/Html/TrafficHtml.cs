using System.Globalization;
using Why502.Logs;
using Why502.Traffic;

namespace Why502.Cli.Traffic;

/// <summary>
/// The report as one file for a post-mortem: no script, no network, charts drawn in it. Its policy forbids everything but its own style, so even markup that slipped in would do nothing.
/// However large the logs, the page stays below two megabytes: rows and columns have limits.
/// </summary>
internal sealed class TrafficHtml
{
    private const int UpstreamsMax = 50;
    private const int FrequentMax = 25;
    private const int FindingsMax = 50;
    private const int InputsMax = 50;
    private const int MalformedMax = 10;

    private readonly HtmlText html = new();
    private readonly TrafficReport report;
    private readonly TrafficCharts charts;

    private TrafficHtml(TrafficReport report) => (this.report, charts) = (report, new TrafficCharts(html, report));

    public static string Render(TrafficReport report) => new TrafficHtml(report).Page();

    private string Page()
    {
        html.Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Add($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {TrafficStyle.Source}; base-uri 'none'; form-action 'none'\">\n");
        html.Add($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>why502: {TrafficWords.Verdict(report)}</title>\n<style>");
        Style();
        html.Add($"</style>\n</head>\n<body>\n<main>\n");
        Head();
        Findings();
        charts.OverTime();
        Upstreams();
        charts.Heat();
        charts.NearLimits();
        Status();
        Frequent("Routes", "route", report.Routes);
        Frequent("Hosts", "host", report.Hosts);
        Frequent("Methods", "method", report.Methods);
        Frequent(TrafficWords.Clients(report), "client", report.Clients);
        Malformed();
        Unlogged();
        Inputs();
        html.Add($"<footer>Made by why502 traffic. Times are UTC; quantiles are within 0.8 %; counts with ~ may be higher.</footer>\n</main>\n</body>\n</html>\n");
        return html.ToString();
    }

    /// <summary>The one text that is no hole: it is hashed as it stands here, and holds nothing that HTML would read.</summary>
    private void Style()
    {
        HtmlText.Markup style = new(TrafficStyle.Text.Length, 0, html);
        style.AppendLiteral(TrafficStyle.Text);
    }

    private void Head()
    {
        var faulty = report.Findings.Any(finding => finding.IsFault);
        var errors = TrafficWords.ServerErrors(report);
        html.Add($"<header>\n<h1 class=\"{(faulty ? "fault" : errors == 0 && report.Rows > 0 ? "good" : "")}\">{TrafficWords.Verdict(report)}</h1>\n<p>{TrafficWords.Overview(report)}</p>\n");
        foreach (var doubt in TrafficWords.Doubts(report))
        {
            html.Add($"<p class=\"doubt\">{Sanitizer.Line(doubt)}</p>\n");
        }

        html.Add($"<dl class=\"facts\">\n");
        Fact("requests", TrafficWords.Count(report.Rows));
        Fact("5xx", $"{TrafficWords.Count(errors)}");
        Fact("share of 5xx", TrafficWords.Share(errors, report.Rows));
        Fact("499", TrafficWords.Count(report.Status.GetValueOrDefault(499)));
        Fact("failures hidden by retries", report.Retries.Requests > 0 ? TrafficWords.Count(report.Retries.Hidden) : null);
        Fact("request time p50", report.RequestTime is { } median ? TrafficWords.Duration(median.P50) : null);
        Fact("request time p99", report.RequestTime is { } tail ? TrafficWords.Duration(tail.P99) : null);
        html.Add($"</dl>\n</header>\n");
    }

    private void Fact(string name, string? value)
    {
        if (value is not null)
        {
            html.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>\n");
        }
    }

    private void Findings()
    {
        html.Add($"<h2>Findings</h2>\n");
        if (report.Findings.Count == 0)
        {
            html.Add($"<p class=\"soft\">None.</p>\n");
        }

        foreach (var finding in report.Findings.Take(FindingsMax))
        {
            html.Add($"<article class=\"{(finding.IsFault ? "fault" : "")}\">\n<h3>{finding.Title}</h3>\n<p class=\"meta\">");
            if (finding.Cause is { } cause)
            {
                html.Add($"<code class=\"cause\">{cause}</code> · ");
            }

            html.Add($"{finding.Kind}");
            foreach (var fact in new[] { TrafficWords.Window(finding), finding.PValue is { } p ? TrafficWords.Chance(p) : "" })
            {
                html.Add($"{(fact.Length > 0 ? " · " + fact : "")}");
            }

            html.Add($"</p>\n<ul>\n");
            foreach (var sentence in finding.Evidence)
            {
                html.Add($"<li>{sentence}</li>\n");
            }

            html.Add($"</ul>\n<p><b>Next:</b> {finding.Next}</p>\n</article>\n");
        }
    }

    private void Upstreams()
    {
        if (report.Upstreams.Count == 0)
        {
            return;
        }

        html.Add($"<h2>Upstreams</h2>\n");
        var header = report.Upstreams.Any(upstream => upstream.HeaderTime is not null);
        var connect = report.Upstreams.Any(upstream => upstream.ConnectTime is not null);
        Table("Upstreams", ["upstream", "attempts", "failed", "share failed", "hidden", "p50", "p90", "p95", "p99", "max", .. header ? ["header p95"] : Array.Empty<string>(), .. connect ? ["connect p95"] : Array.Empty<string>()]);
        foreach (var upstream in report.Upstreams.Take(UpstreamsMax))
        {
            var bad = report.Findings.Any(finding => finding.Kind == "bad-node" && finding.Upstream == upstream.Upstream);
            html.Add($"<tr class=\"{(bad ? "bad" : "")}\"><th scope=\"row\"><code>{upstream.Upstream}</code></th>");
            Cells(TrafficWords.Count(upstream.Attempts), TrafficWords.Count(upstream.Failed));
            TrafficCharts.Share(html, upstream.Failed, upstream.Attempts, "s502");
            var times = upstream.ResponseTime;
            Cells(TrafficWords.Count(upstream.Hidden), TrafficWords.Duration(times?.P50), TrafficWords.Duration(times?.P90), TrafficWords.Duration(times?.P95), TrafficWords.Duration(times?.P99), TrafficWords.Duration(times?.Max));
            Cells([.. header ? [TrafficWords.Duration(upstream.HeaderTime?.P95)] : Array.Empty<string>(), .. connect ? [TrafficWords.Duration(upstream.ConnectTime?.P95)] : Array.Empty<string>()]);
            html.Add($"</tr>\n");
        }

        End(report.Upstreams.Count, UpstreamsMax);
        if (report.Retries.Requests > 0)
        {
            html.Add($"<p class=\"soft\">{TrafficWords.Retries(report.Retries)}</p>\n");
        }
    }

    private void Status()
    {
        if (report.Status.Count == 0)
        {
            return;
        }

        html.Add($"<h2>Status</h2>\n");
        Table("Status", "status", "requests", "share");
        foreach (var (status, count) in report.Status)
        {
            html.Add($"<tr><th scope=\"row\">{TrafficWords.Status(status)}</th>");
            Cells(TrafficWords.Count(count));
            TrafficCharts.Share(html, count, report.Rows, status switch { 502 => "s502", 503 => "s503", 504 => "s504", >= 500 => "s500", 499 => "s499", _ => "req" });
            html.Add($"</tr>\n");
        }

        End(0, 0);
        var origin = report.Origin;
        if (origin.Nginx + origin.Upstream + origin.Client + origin.Unknown > 0)
        {
            html.Add($"<p class=\"soft\">{TrafficWords.Origins(origin)}.</p>\n");
        }
    }

    private void Frequent(string title, string column, IReadOnlyList<FrequentValue> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        var timed = values.Any(value => value.RequestTime is not null);
        var failed = values.Any(value => value.ServerErrors > 0);
        html.Add($"<h2>{title}</h2>\n");
        Table(title, [column, "requests", "5xx", .. failed ? ["share of 5xx"] : Array.Empty<string>(), "499", .. timed ? ["p50", "p95", "p99", "max"] : Array.Empty<string>()]);
        foreach (var value in values.Take(FrequentMax))
        {
            html.Add($"<tr><th scope=\"row\"><code>{value.Value}</code></th>");
            Cells(TrafficWords.Count(value), TrafficWords.Count(value.ServerErrors));
            if (failed)
            {
                TrafficCharts.Share(html, value.ServerErrors, value.Count, "s502");
            }

            var times = value.RequestTime;
            Cells([TrafficWords.Count(value.Abandoned), .. timed ? [TrafficWords.Duration(times?.P50), TrafficWords.Duration(times?.P95), TrafficWords.Duration(times?.P99), TrafficWords.Duration(times?.Max)] : Array.Empty<string>()]);
            html.Add($"</tr>\n");
        }

        End(values.Count, FrequentMax);
    }

    private void Malformed()
    {
        if (report.Malformed == 0)
        {
            return;
        }

        html.Add($"<h2>{TrafficWords.Count(report.Malformed)} rows that do not fit the format</h2>\n");
        Table("Rows that do not fit", "where", "row");
        foreach (var row in report.MalformedSamples.Take(MalformedMax))
        {
            html.Add($"<tr><th scope=\"row\"><code>{Sanitizer.Line(row.File)}:{row.Line}</code></th><td class=\"text\"><code>{row.Text}</code></td></tr>\n");
        }

        End(0, 0);
    }

    private void Unlogged()
    {
        if (report.Unlogged.Count == 0)
        {
            return;
        }

        html.Add($"<h2>Not logged</h2>\n");
        Table("Not logged", "variable", "would tell");
        foreach (var value in report.Unlogged)
        {
            html.Add($"<tr><th scope=\"row\"><code>{value.Variable}</code></th><td class=\"text\">{value.WouldTell}</td></tr>\n");
        }

        End(0, 0);
    }

    private void Inputs()
    {
        html.Add($"<h2>Logs</h2>\n");
        Table("Logs", "log", "size", "format");
        foreach (var input in report.Inputs.Take(InputsMax))
        {
            html.Add($"<tr><th scope=\"row\"><code>{Sanitizer.Line(input.Name)}</code></th><td>{(input.Bytes / 1e6).ToString("N1", CultureInfo.InvariantCulture)} MB</td><td class=\"text\"><code>{Sanitizer.Line(input.Format)}</code> <span class=\"soft\">({input.FormatSource})</span></td></tr>\n");
        }

        End(report.Inputs.Count, InputsMax);
    }

    private void Table(string label, params IReadOnlyList<string> columns)
    {
        html.Add($"<div class=\"scroll\" role=\"region\" aria-label=\"{label}\" tabindex=\"0\">\n<table>\n<thead><tr>");
        foreach (var column in columns)
        {
            html.Add($"<th scope=\"col\">{column}</th>");
        }

        html.Add($"</tr></thead>\n<tbody>\n");
    }

    private void Cells(params IReadOnlyList<string> values)
    {
        foreach (var value in values)
        {
            html.Add($"<td>{value}</td>");
        }
    }

    private void End(int count, int shown)
    {
        html.Add($"</tbody>\n</table>\n</div>\n");
        if (count > shown)
        {
            html.Add($"<p class=\"soft\">and {(long)(count - shown)} more (--format json, --format csv)</p>\n");
        }
    }
}
