using Why502.Diagnosis;
using Why502.Traffic;
using Why502.Traffic.Windows;

namespace Why502.Host.Logs;

/// <summary>What the engine of the traffic report counted, in the words of a diagnosis.</summary>
public static class AccessLogFacts
{
    public static AccessLogFact Of(AccessLogScan scan, TrafficSetup setup, LogCoverage coverage)
    {
        var report = scan.Report(new ReportContext { Limits = setup.Limits, Groups = setup.Groups });
        return new(scan.Summary(report), coverage) { Patterns = [.. report.Findings.Select(Pattern)] };
    }

    private static TrafficPattern Pattern(TrafficFinding finding) => new(finding.Kind, finding.Title)
    {
        Upstream = finding.Upstream,
        From = finding.From,
        To = finding.To,
        Count = finding.Count,
        Of = finding.Of,
        PValue = finding.PValue,
        Limit = finding.Limit,
        Status = finding.Status,
    };
}
