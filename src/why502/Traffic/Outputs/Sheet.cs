using Why502.Logs;
using Why502.Traffic;

namespace Why502.Cli.Traffic;

/// <summary>A table of the report with every column, for programs: names and units are those of the JSON.</summary>
internal sealed record Sheet(string Name, IReadOnlyList<string> Columns, Func<TrafficReport, IEnumerable<Cell[]>> Rows)
{
    /// <summary>What is printed when no table is named: every log has it.</summary>
    public const string Default = "minutes";

    private static readonly string[] QuantileNames = ["count", "min", "mean", "p50", "p90", "p95", "p99", "max"];

    public static readonly IReadOnlyList<Sheet> All =
    [
        new("findings", ["kind", "cause", "title", "upstream", "from", "to", "count", "of", "p_value", "limit", "evidence", "next"], report => report.Findings.Select(finding => (Cell[])
        [
            Cell.Foreign(finding.Kind), Cell.Foreign(finding.Cause), Cell.Foreign(finding.Title), Cell.Foreign(finding.Upstream), Cell.Of(finding.From), Cell.Of(finding.To), Cell.Of(finding.Count), Cell.Of(finding.Of),
            Cell.Of(finding.PValue), Cell.Seconds(finding.Limit), Cell.Foreign(string.Join("; ", finding.Evidence)), Cell.Foreign(finding.Next),
        ])),
        new("status", ["status", "count"], report => report.Status.Select(status => (Cell[])[Cell.Of(status.Key), Cell.Of(status.Value)])),
        new("origin", ["origin", "count"], report => new[] { ("nginx", report.Origin.Nginx), ("upstream", report.Origin.Upstream), ("client", report.Origin.Client), ("unknown", report.Origin.Unknown) }
            .Select(origin => (Cell[])[Cell.Foreign(origin.Item1), Cell.Of(origin.Item2)])),
        new("minutes", ["minute", "rows", "2xx", "3xx", "4xx", "499", "5xx", "502", "503", "504", "mean_time"], report => report.Minutes.Select(minute => (Cell[])
        [
            Cell.Of(minute.Minute), Cell.Of(minute.Rows), Cell.Of(minute.Success), Cell.Of(minute.Redirect), Cell.Of(minute.ClientError), Cell.Of(minute.Abandoned),
            Cell.Of(minute.ServerError), Cell.Of(minute.BadGateway), Cell.Of(minute.Unavailable), Cell.Of(minute.GatewayTimeout), Cell.Seconds(minute.MeanTime),
        ])),
        new("upstreams",
            ["upstream", "is_group", "attempts", "final", "failed", "hidden", "nginx", "by_upstream", "client", "unknown", .. Quantiles("response_time"), .. Quantiles("header_time"), .. Quantiles("connect_time")],
            report => report.Upstreams.Select(upstream => (Cell[])
            [
                Cell.Foreign(upstream.Upstream), Cell.Of(upstream.IsGroup), Cell.Of(upstream.Attempts), Cell.Of(upstream.Final), Cell.Of(upstream.Failed), Cell.Of(upstream.Hidden),
                Cell.Of(upstream.Origin.Nginx), Cell.Of(upstream.Origin.Upstream), Cell.Of(upstream.Origin.Client), Cell.Of(upstream.Origin.Unknown),
                .. Quantiles(upstream.ResponseTime), .. Quantiles(upstream.HeaderTime), .. Quantiles(upstream.ConnectTime),
            ])),
        new("upstream-status", ["upstream", "status", "attempts", "final"], report => report.Upstreams.SelectMany(upstream => upstream.Status.Keys.Union(upstream.FinalStatus.Keys).Order().Select(status => (Cell[])
        [
            Cell.Foreign(upstream.Upstream), new(TrafficWords.Status(status), IsForeign: false), Cell.Of(upstream.Status.GetValueOrDefault(status)), Cell.Of(upstream.FinalStatus.GetValueOrDefault(status)),
        ]))),
        new("upstream-minutes", ["upstream", "minute", "attempts", "failed"], report => report.Upstreams.SelectMany(upstream => upstream.Series.Select(minute => (Cell[])
        [
            Cell.Foreign(upstream.Upstream), Cell.Of(minute.Minute), Cell.Of(minute.Attempts), Cell.Of(minute.Failed),
        ]))),
        new("routes", ["route", .. FrequentNames, .. Quantiles("request_time")], report => report.Routes.Select(route => (Cell[])[.. Frequent(route), .. Quantiles(route.RequestTime)])),
        new("methods", ["method", .. FrequentNames], report => report.Methods.Select(Frequent)),
        new("hosts", ["host", .. FrequentNames], report => report.Hosts.Select(Frequent)),
        new("clients", ["client", .. FrequentNames], report => report.Clients.Select(Frequent)),
        new("slow", ["from", "answered", "timed_out"], report => report.Slow.Select(second => (Cell[])[Cell.Seconds(second.From), Cell.Of(second.Answered), Cell.Of(second.TimedOut)])),
        new("inputs", ["name", "format", "format_source", "bytes", "problem"], report => report.Inputs.Select(input => (Cell[])
        [
            Cell.Foreign(Sanitizer.Line(input.Name)), Cell.Foreign(Sanitizer.Line(input.Format)), Cell.Foreign(input.FormatSource), Cell.Of(input.Bytes), Cell.Foreign(input.Problem),
        ])),
        new("malformed", ["file", "line", "text"], report => report.MalformedSamples.Select(row => (Cell[])[Cell.Foreign(Sanitizer.Line(row.File)), Cell.Of(row.Line), Cell.Foreign(row.Text)])),
        new("unlogged", ["variable", "would_tell"], report => report.Unlogged.Select(value => (Cell[])[Cell.Foreign(value.Variable), Cell.Foreign(value.WouldTell)])),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(sheet => sheet.Name)];

    private static string[] FrequentNames => ["count", "count_error", "5xx", "499"];

    private static Cell[] Frequent(FrequentValue value) =>
        [Cell.Foreign(value.Value), Cell.Of(value.Count), Cell.Of(value.CountError), Cell.Of(value.ServerErrors), Cell.Of(value.Abandoned)];

    private static IEnumerable<string> Quantiles(string name) => QuantileNames.Select(quantile => $"{name}_{quantile}");

    private static Cell[] Quantiles(TimeQuantiles? times) => times is null ? [.. QuantileNames.Select(_ => Cell.None)] :
    [
        Cell.Of(times.Count), Cell.Seconds(times.Min), Cell.Seconds(times.Mean), Cell.Seconds(times.P50), Cell.Seconds(times.P90), Cell.Seconds(times.P95), Cell.Seconds(times.P99), Cell.Seconds(times.Max),
    ];
}
