using Why502.Reports;
using Why502.Traffic;

namespace Why502.Cli.Traffic;

/// <summary>The report on a terminal: what is wrong first, then the tables it comes from.</summary>
internal static class TrafficPage
{
    private const int UpstreamsMax = 20;
    private const int FrequentMax = 10;
    private const int BarWidth = 12;

    /// <summary>Nodes with a line of their own over time.</summary>
    private const int BadNodesMax = 3;

    private const int SparkNameWidth = 22;

    /// <summary>Parts of time that are told apart before they are drawn.</summary>
    private const int SlotsMax = 65_536;

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
        Frequent(page, TrafficWords.Clients(report), report.Clients);
        Malformed(page, report);
        if (report.Unlogged.Count > 0 && report.Rows > 0)
        {
            page.Blank();
            page.Line("Not logged", Ink.Faint);
            var longest = 0;
            foreach (var value in report.Unlogged)
            {
                longest = Math.Max(longest, value.Variable.Length);
            }

            foreach (var value in report.Unlogged)
            {
                page.Wrapped($"  {value.Variable.PadRight(longest)}  ", value.WouldTell, Ink.Faint, Ink.Faint);
            }
        }

        return page;
    }

    private static void Head(Page page, TrafficReport report)
    {
        var errors = TrafficWords.ServerErrors(report);
        page.Wrapped("", TrafficWords.Overview(report), report.Findings.Any(f => f.IsFault) ? Ink.Fault : errors == 0 ? Ink.Proof : Ink.Strong);
        foreach (var doubt in TrafficWords.Doubts(report))
        {
            page.Wrapped("", doubt, Ink.Doubt);
        }
    }

    private static void Finding(Page page, TrafficFinding finding)
    {
        page.Blank();
        var name = finding.Cause ?? finding.Kind;
        string[] facts = [finding.Cause is null ? "" : finding.Kind, TrafficWords.Window(finding), finding.PValue is { } p ? TrafficWords.Chance(p) : ""];
        var words = string.Concat(facts.Where(fact => fact.Length > 0).Select(fact => "   " + fact));
        var isLong = name.Length + words.Length + 2 > page.Width;
        page.Line(new Run(finding.IsFault ? Ink.Fault : Ink.Strong, $"  {name}"), new Run(Ink.Faint, isLong ? "" : words));
        if (isLong)
        {
            page.Wrapped("  ", words.TrimStart(), Ink.Faint);
        }

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
        var span = (long)((report.Minutes[^1].Minute - first).TotalMinutes / report.MinuteStep) + 1;
        var count = (int)Math.Min(SlotsMax, span);
        List<TimeLine> lines = [];
        foreach (var (title, ink, counter) in Counters)
        {
            Add(title, ink, Slots(report.Minutes, minute => minute.Minute, counter), isMinute: true);
        }

        foreach (var node in BadNodes(report))
        {
            Add(node.Upstream, Ink.Fault, Slots(node.Series, minute => minute.Minute, minute => minute.Failed), node.SeriesStep == report.MinuteStep);
        }

        var (name, most) = (0, "most".Length);
        foreach (var line in lines)
        {
            name = Math.Max(name, line.Name.Length);
            most = Math.Max(most, TrafficWords.Count(line.Most).Length);
        }

        name = Math.Min(SparkNameWidth, name);
        var width = page.Width - name - most - 6;
        page.Blank();
        page.Line(
            new Run(Ink.Strong, "Over time".PadRight(name + 4)),
            new Run(Ink.Faint, $"{TrafficWords.Minute(first)}{TrafficWords.Minute(report.Minutes[^1].Minute).PadLeft(Math.Max(34, Math.Min(width, count)) - 16)}{"most".PadLeft(most + 2)}"));
        foreach (var line in lines)
        {
            page.Line(
                new Run(Ink.Plain, $"  {TableLines.Cut(line.Name, name).PadRight(name)}  "),
                new Run(line.Ink, Bars.Spark(line.Numbers, width).PadRight(Math.Max(34, Math.Min(width, count)))),
                new Run(Ink.Faint, $"  {(line.IsMinute ? TrafficWords.Count(line.Most) : "").PadLeft(most)}"));
        }

        // What never happened has no line.
        void Add(string title, Ink ink, double[] numbers, bool isMinute)
        {
            if (numbers.AsSpan().IndexOfAnyExcept(0) >= 0)
            {
                lines.Add(new TimeLine(title, ink, numbers, isMinute));
            }
        }

        double[] Slots<T>(IReadOnlyList<T> minutes, Func<T, DateTimeOffset> time, Func<T, long> number)
        {
            var slots = new double[count];
            foreach (var minute in minutes)
            {
                slots[Math.Clamp((long)((time(minute) - first).TotalMinutes / report.MinuteStep * count / span), 0, count - 1)] += number(minute);
            }

            return slots;
        }
    }

    private static readonly (string Name, Ink Ink, Func<MinuteTraffic, long> Count)[] Counters =
    [
        ("requests", Ink.Plain, minute => minute.Rows),
        ("502", Ink.Fault, minute => minute.BadGateway),
        ("504", Ink.Fault, minute => minute.GatewayTimeout),
        ("503", Ink.Fault, minute => minute.Unavailable),
        ("other 5xx", Ink.Fault, minute => minute.ServerError - minute.BadGateway - minute.GatewayTimeout - minute.Unavailable),
        ("499", Ink.Doubt, minute => minute.Abandoned),
    ];

    private sealed record TimeLine(string Name, Ink Ink, double[] Numbers, bool IsMinute)
    {
        public long Most { get; } = (long)Numbers.Max();
    }

    private static IEnumerable<UpstreamTraffic> BadNodes(TrafficReport report)
        => report.Findings.Where(finding => finding.Kind == "bad-node").Take(BadNodesMax).Select(finding => report.Upstreams.First(upstream => upstream.Upstream == finding.Upstream));

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
                new Run(status >= 500 ? Ink.Fault : status == 499 ? Ink.Doubt : Ink.Plain, $"  {TrafficWords.Status(status)}  {TrafficWords.Count(count),13}  {TrafficWords.Share(count, report.Rows),8}  "),
                new Run(Ink.Faint, Bars.Bar(count / (double)report.Rows, BarWidth)));
        }

        var origin = report.Origin;
        if (origin.Nginx + origin.Upstream + origin.Client + origin.Unknown > 0)
        {
            page.Wrapped("  ", TrafficWords.Origins(origin), Ink.Faint);
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
        var table = new TableLines(["attempts", "failed", "share", "hidden", "p50", "p95", "p99"], keep: 3);
        foreach (var upstream in shown)
        {
            var times = upstream.ResponseTime;
            table.Add(
                upstream.Upstream,
                [TrafficWords.Count(upstream.Attempts), TrafficWords.Count(upstream.Failed), TrafficWords.ShortShare(upstream.Failed, upstream.Attempts), TrafficWords.Count(upstream.Hidden),
                    TrafficWords.Duration(times?.P50), TrafficWords.Duration(times?.P95), TrafficWords.Duration(times?.P99)],
                report.Findings.Any(f => f.Kind == "bad-node" && f.Upstream == upstream.Upstream) ? Ink.Fault : Ink.Plain,
                Bars.Bar(upstream.Failed / (double)Math.Max(1, upstream.Attempts), BarWidth));
        }

        table.Write(page);
        if (report.Upstreams.Count > shown.Count)
        {
            page.Line($"  and {report.Upstreams.Count - shown.Count} more (--format json, csv)", Ink.Faint);
        }

        if (report.Retries.Requests > 0)
        {
            page.Wrapped("  ", TrafficWords.Retries(report.Retries), Ink.Faint);
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
        var timed = values.Any(v => v.RequestTime is not null);
        var table = new TableLines(["requests", "5xx", "499", .. timed ? ["p50", "p99"] : Array.Empty<string>()], keep: 2);
        foreach (var value in values.Take(FrequentMax))
        {
            table.Add(
                value.Value,
                [TrafficWords.Count(value), TrafficWords.Count(value.ServerErrors), TrafficWords.Count(value.Abandoned),
                    .. timed ? [TrafficWords.Duration(value.RequestTime?.P50), TrafficWords.Duration(value.RequestTime?.P99)] : Array.Empty<string>()],
                Ink.Plain,
                Bars.Bar(value.ServerErrors / (double)Math.Max(1, value.Count), BarWidth));
        }

        table.Write(page);
        if (values.Count > FrequentMax)
        {
            page.Line($"  and {values.Count - FrequentMax} more (--format json, csv)", Ink.Faint);
        }
    }

    private static void Malformed(Page page, TrafficReport report)
    {
        if (report.Malformed == 0)
        {
            return;
        }

        page.Blank();
        page.Line($"{TrafficWords.Count(report.Malformed)} rows do not fit the format", Ink.Doubt);
        foreach (var row in report.MalformedSamples.Take(3))
        {
            page.Line($"  {TableLines.Cut($"{row.File}:{row.Line}  {row.Text}", page.Width - 2)}", Ink.Faint);
        }
    }
}
