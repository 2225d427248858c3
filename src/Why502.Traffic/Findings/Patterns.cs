using Why502.Traffic.Engine;

namespace Why502.Traffic.Findings;

/// <summary>All patterns, the ones that point to a cause first, and of these the one with the most failures.</summary>
internal static class Patterns
{
    public static IReadOnlyList<TrafficFinding> Find(TrafficReport report, TrafficTables tables, ReportContext context)
    {
        List<TrafficFinding> found = [.. Everything(report, tables, context)];
        found.AddRange(SteadyErrors.Find(report, found));
        found.Sort((one, other) => (one.Cause is null) != (other.Cause is null)
            ? (one.Cause is null).CompareTo(other.Cause is null)
            : (other.Harmed ?? other.Count).CompareTo(one.Harmed ?? one.Count));
        return found;
    }

    private static List<TrafficFinding> Everything(TrafficReport report, TrafficTables tables, ReportContext context)
    {
        List<TrafficFinding> limits = [.. NearTimeouts.Find(report, tables, context)];
        List<TrafficFinding> found =
        [
            .. BadNodes.Find(report, tables.Upstreams, context),
            .. limits,
            .. LostGroups.Find(report),
            .. AbandonedRequests.Find(report, tables),
            .. ErrorWaves.Find(report),
            .. Bursts.Find(report),
            .. DailyPatterns.Find(report),
        ];

        // The route that needs longer than the limit fails most: that is said already.
        if (limits.Count == 0)
        {
            found.AddRange(BadRoutes.Find(report));
        }

        return found;
    }
}
