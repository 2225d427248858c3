using System.Globalization;
using Why502.Traffic;

namespace Why502.Cli.Traffic;

/// <summary>Numbers, times and sentences that the terminal, the Markdown and the HTML report share.</summary>
internal static class TrafficWords
{
    private const double SmallestP = 1e-9;
    private const int DoubtsMax = 10;

    /// <summary>What the logs come down to, in a sentence.</summary>
    public static string Verdict(TrafficReport report)
    {
        if (report.Findings.FirstOrDefault(finding => finding.IsFault) is { } first)
        {
            return first.Title + ".";
        }

        var errors = ServerErrors(report);
        return report.Rows == 0 ? "These logs hold no request."
            : errors == 0 ? $"None of {Count(report.Rows)} requests was answered with 5xx."
            : $"{Count(errors)} of {Count(report.Rows)} requests were answered with 5xx ({Share(errors, report.Rows)}), in no pattern that points to a cause.";
    }

    public static string Overview(TrafficReport report)
    {
        var errors = ServerErrors(report);
        return $"{Count(report.Rows)} {(report.Rows == 1 ? "request" : "requests")}{Span(report)}: {Count(errors)} answered with 5xx{(report.Rows == 0 ? "" : $", {Share(errors, report.Rows)}")}.";
    }

    /// <summary>What keeps the report from being of everything.</summary>
    public static IEnumerable<string> Doubts(TrafficReport report) =>
    [
        .. report.Partial ? ["Interrupted: this is what was read until then."] : Array.Empty<string>(),
        .. report.Inputs.Where(input => input.FormatSource == "empty").Take(DoubtsMax).Select(input => $"{input.Name} is empty."),
        .. report.Inputs.Where(input => input.Problem is not null).Take(DoubtsMax).Select(input => $"{input.Name} {input.Problem}"),
    ];

    public static string Origins(OriginCounts origin) =>
        $"5xx and 499 made by nginx {Count(origin.Nginx)}, the upstream {Count(origin.Upstream)}, the client {Count(origin.Client)}"
        + (origin.Unknown > 0 ? $", not to be told from this log {Count(origin.Unknown)} ($upstream_header_time would)" : "");

    public static string Retries(RetryTraffic retries) =>
        $"{(retries.Requests == 1 ? "1 request was" : $"{Count(retries.Requests)} requests were")} tried on more than one server; {(retries.Hidden == 1 ? "1 failure was" : $"{Count(retries.Hidden)} failures were")} hidden that way.";

    public static string Status(int status) => status == 0 ? "-" : status.ToString("000", CultureInfo.InvariantCulture);

    public static long ServerErrors(TrafficReport report) => report.Status.Where(status => status.Key is >= 500 and < 600).Sum(status => status.Value);

    /// <summary>The head of the table of clients, with how many there are: an estimate where the table does not hold them all.</summary>
    public static string Clients(TrafficReport report) => report.DistinctClients switch
    {
        null => "Clients",
        { } all when all <= report.Clients.Count => $"Clients ({Count(report.Clients.Count)})",
        { } all => $"Clients (about {Count(all)})",
    };

    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count that may be too low.</summary>
    public static string Count(FrequentValue value) => (value.CountError > 0 ? "~" : "") + Count(value.Count);

    public static string Share(long part, long all) => (part / (double)Math.Max(all, 1)).ToString("P2", CultureInfo.InvariantCulture);

    /// <summary>For narrow columns.</summary>
    public static string ShortShare(long part, long all) => (part / (double)Math.Max(all, 1)).ToString("P1", CultureInfo.InvariantCulture);

    public static string Duration(double? milliseconds) => milliseconds switch
    {
        null => "-",
        < 1000 => $"{milliseconds.Value.ToString("0", CultureInfo.InvariantCulture)} ms",
        _ => $"{(milliseconds.Value / 1000).ToString(milliseconds < 10_000 ? "0.00" : "0.0", CultureInfo.InvariantCulture)} s",
    };

    /// <summary>UTC: <c>2026-11-21 09:00:07</c>. Number by number: what a date's format in words takes is not compiled ahead.</summary>
    public static string Moment(DateTimeOffset time) => $"{Minute(time)}:{Two(time.UtcDateTime.Second)}";

    /// <summary>UTC: <c>2026-11-21 09:00</c>.</summary>
    public static string Minute(DateTimeOffset time)
    {
        var at = time.UtcDateTime;
        return $"{at.Year.ToString("D4", CultureInfo.InvariantCulture)}-{Two(at.Month)}-{Two(at.Day)} {Clock(at)}";
    }

    private static string Clock(DateTime at) => $"{Two(at.Hour)}:{Two(at.Minute)}";

    private static string Two(int number) => number.ToString("D2", CultureInfo.InvariantCulture);

    /// <summary>From when to when a finding holds; empty where that was not told.</summary>
    public static string Window(TrafficFinding finding)
    {
        if (finding.From is not { } from)
        {
            return "";
        }

        return finding.To is not { } to ? $"since {Minute(from)} UTC"
            : $"{Minute(from)} to {(to.UtcDateTime.Date == from.UtcDateTime.Date ? Clock(to.UtcDateTime) : Minute(to))} UTC";
    }

    public static string Chance(double p) => p < SmallestP ? "p < 1e-9" : $"p {p.ToString("0.0e0", CultureInfo.InvariantCulture)}";

    private static string Span(TrafficReport report) => report.From is { } from && report.To is { } to ? $" from {Moment(from)} to {Moment(to)} UTC" : "";
}
