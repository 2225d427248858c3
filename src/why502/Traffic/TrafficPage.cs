using System.Globalization;
using Why502.Reports;
using Why502.Traffic;

namespace Why502.Cli.Traffic;

/// <summary>The report on a terminal: what is wrong first, then the tables it comes from.</summary>
internal static class TrafficPage
{
    private const int UpstreamsMax = 20;
    private const int FrequentMax = 10;
    private const int BarWidth = 20;
    private const int NameWidth = 40;

    public static Page Render(TrafficReport report, int width)
    {
        var page = new Page(width);
        Head(page, report);
        foreach (var finding in report.Findings)
        {
            Finding(page, finding);
        }

        Time(page, report);
        Status(page, report);
        Upstreams(page, report);
        Frequent(page, "Routes", report.Routes);
        Frequent(page, "Hosts", report.Hosts);
        Frequent(page, "Methods", report.Methods);
        Frequent(page, report.DistinctClients is { } clients ? $"Clients (about {Words(clients)} different ones)" : "Clients", report.Clients);
        Malformed(page, report);
        if (report.Unlogged.Count > 0)
        {
            page.Blank();
            page.Line("Not logged", Ink.Faint);
            foreach (var value in report.Unlogged)
            {
                page.Wrapped($"  {value.Variable}  ", value.WouldTell, Ink.Faint, Ink.Faint);
            }
        }

        return page;
    }

    private static void Head(Page page, TrafficReport report)
    {
        var errors = report.Status.Where(s => s.Key is >= 500 and < 600).Sum(s => s.Value);
        var span = report.From is { } from && report.To is { } to ? $" from {Moment(from)} to {Moment(to)} UTC" : "";
        var share = report.Rows == 0 ? "" : $", {(errors / (double)report.Rows).ToString("P2", CultureInfo.InvariantCulture)}";
        page.Wrapped("", $"{Words(report.Rows)} requests{span}: {Words(errors)} answered with 5xx{share}.", report.Findings.Any(f => f.Cause is not null) ? Ink.Fault : errors == 0 ? Ink.Proof : Ink.Strong);
        if (report.Partial)
        {
            page.Line("Interrupted: this is what was read until then.", Ink.Doubt);
        }
    }

    private static void Finding(Page page, TrafficFinding finding)
    {
        page.Blank();
        page.Line(
            new Run(finding.Cause is null ? Ink.Strong : Ink.Fault, $"  {finding.Cause ?? finding.Kind}"),
            new Run(Ink.Faint, finding.Cause is null ? "" : $"   {finding.Kind}"),
            new Run(Ink.Faint, finding.From is { } from ? $"   since {Moment(from)} UTC" : ""),
            new Run(Ink.Faint, finding.PValue is { } p ? $"   p {(p < 1e-9 ? "< 1e-9" : p.ToString("0.0e0", CultureInfo.InvariantCulture))}" : ""));
        page.Wrapped("  ", finding.Title);
        foreach (var sentence in finding.Evidence)
        {
            page.Wrapped("    ", sentence, Ink.Faint);
        }

        page.Wrapped("  next: ", finding.Next);
    }

    private static void Time(Page page, TrafficReport report)
    {
        if (report.Minutes.Count < 2)
        {
            return;
        }

        // Minutes without a row are gaps in the line, not left out.
        var first = report.Minutes[0].Minute;
        var step = report.MinuteStep * 60.0;
        var count = (int)Math.Min(65_536, (report.Minutes[^1].Minute - first).TotalSeconds / step + 1);
        double[] rows = new double[count], errors = new double[count];
        foreach (var minute in report.Minutes)
        {
            var at = Math.Min(count - 1, (int)((minute.Minute - first).TotalSeconds / step));
            (rows[at], errors[at]) = (minute.Rows, minute.ServerError);
        }

        page.Blank();
        page.Line("Over time", Ink.Strong);
        var width = page.Width - 12;
        page.Line(new Run(Ink.Plain, "  requests  "), new Run(Ink.Plain, Bars.Spark(rows, width)));
        page.Line(new Run(Ink.Plain, "  5xx       "), new Run(Ink.Fault, Bars.Spark(errors, width)));
    }

    private static void Status(Page page, TrafficReport report)
    {
        if (report.Rows == 0)
        {
            return;
        }

        page.Blank();
        page.Line("Status", Ink.Strong);
        foreach (var (status, count) in report.Status)
        {
            page.Line(
                new Run(status >= 500 ? Ink.Fault : status == 499 ? Ink.Doubt : Ink.Plain, $"  {status:000}  {Words(count),12}  "),
                new Run(Ink.Faint, Bars.Bar(count / (double)report.Rows, BarWidth)));
        }

        var origin = report.Origin;
        if (origin.Nginx + origin.Upstream + origin.Client + origin.Unknown > 0)
        {
            page.Wrapped("  ", $"5xx and 499 made by nginx {Words(origin.Nginx)}, the upstream {Words(origin.Upstream)}, the client {Words(origin.Client)}"
                + (origin.Unknown > 0 ? $", not to be told from this log {Words(origin.Unknown)} ($upstream_header_time would)" : ""), Ink.Faint);
        }
    }

    private static void Upstreams(Page page, TrafficReport report)
    {
        if (report.Upstreams.Count == 0)
        {
            return;
        }

        page.Blank();
        page.Line("Upstreams", Ink.Strong);
        var shown = report.Upstreams.Take(UpstreamsMax).ToList();
        var name = Math.Min(NameWidth, shown.Max(u => u.Upstream.Length));
        page.Line($"  {"".PadRight(name)}  {"attempts",11}  {"failed",9}  {"share",7}  {"hidden",9}  {"p50",7}  {"p95",7}  {"p99",7}", Ink.Faint);
        foreach (var upstream in shown)
        {
            var share = upstream.Failed / (double)Math.Max(1, upstream.Attempts);
            page.Line(
                $"  {Cut(upstream.Upstream, name).PadRight(name)}  {Words(upstream.Attempts),11}  {Words(upstream.Failed),9}  {share.ToString("P1", CultureInfo.InvariantCulture),7}  {Words(upstream.Hidden),9}"
                + $"  {Duration(upstream.ResponseTime?.P50),7}  {Duration(upstream.ResponseTime?.P95),7}  {Duration(upstream.ResponseTime?.P99),7}",
                report.Findings.Any(f => f.Kind == "bad-node" && f.Upstream == upstream.Upstream) ? Ink.Fault : Ink.Plain);
        }

        if (report.Upstreams.Count > shown.Count)
        {
            page.Line($"  and {report.Upstreams.Count - shown.Count} more (--format json)", Ink.Faint);
        }

        if (report.Retries.Requests > 0)
        {
            page.Wrapped("  ", $"{Words(report.Retries.Requests)} requests were tried on more than one server; {Words(report.Retries.Hidden)} failures were hidden that way.", Ink.Faint);
        }
    }

    private static void Frequent(Page page, string title, IReadOnlyList<FrequentValue> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        page.Blank();
        page.Line(title, Ink.Strong);
        var shown = values.Take(FrequentMax).ToList();
        var name = Math.Min(NameWidth, shown.Max(v => v.Value.Length));
        var timed = shown.Any(v => v.RequestTime is not null);
        page.Line($"  {"".PadRight(name)}  {"requests",11}  {"5xx",9}  {"499",7}{(timed ? $"  {"p50",7}  {"p99",7}" : "")}", Ink.Faint);
        foreach (var value in shown)
        {
            page.Line($"  {Cut(value.Value, name).PadRight(name)}  {(value.CountError > 0 ? "~" : "") + Words(value.Count),11}  {Words(value.ServerErrors),9}  {Words(value.Abandoned),7}"
                + (timed ? $"  {Duration(value.RequestTime?.P50),7}  {Duration(value.RequestTime?.P99),7}" : ""));
        }
    }

    private static void Malformed(Page page, TrafficReport report)
    {
        if (report.Malformed == 0)
        {
            return;
        }

        page.Blank();
        page.Line($"{Words(report.Malformed)} rows do not fit the format", Ink.Doubt);
        foreach (var row in report.MalformedSamples.Take(3))
        {
            page.Line($"  {row.File}:{row.Line}  {Cut(row.Text, page.Width - 4)}", Ink.Faint);
        }
    }

    internal static string Duration(double? milliseconds) => milliseconds switch
    {
        null => "-",
        < 1000 => $"{milliseconds.Value.ToString("0", CultureInfo.InvariantCulture)} ms",
        _ => $"{(milliseconds.Value / 1000).ToString(milliseconds < 10_000 ? "0.00" : "0.0", CultureInfo.InvariantCulture)} s",
    };

    private static string Cut(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "…";

    private static string Words(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Moment(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
