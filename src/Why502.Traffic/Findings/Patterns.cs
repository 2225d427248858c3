using Why502.Traffic.Engine;

namespace Why502.Traffic.Findings;

/// <summary>All patterns, faults first, and of these the one with the most failures.</summary>
internal static class Patterns
{
    public static IReadOnlyList<TrafficFinding> Find(TrafficReport report, TrafficTables tables, HeavyTables? heavy, ReportContext context)
    {
        List<TrafficFinding> found = [.. Everything(report, tables, heavy, context)];
        found.AddRange(SteadyErrors.Find(report, found));
        found.Sort((one, other) => one.IsFault != other.IsFault
            ? other.IsFault.CompareTo(one.IsFault)
            : Weight(other, found).CompareTo(Weight(one, found)));
        return found;
    }

    /// <summary>What failed; a wave that is one bad node's comes behind the node.</summary>
    private static double Weight(TrafficFinding finding, List<TrafficFinding> all)
    {
        double own = finding.Harmed ?? finding.Count;
        TrafficFinding? node = finding.Kind == "error-wave" ? all.Find(other => other.Kind == "bad-node" && other.Upstream == finding.Upstream) : null;
        return node is null ? own : Math.Min(own, node.Count - 0.5);
    }

    private static List<TrafficFinding> Everything(TrafficReport report, TrafficTables tables, HeavyTables? heavy, ReportContext context)
    {
        List<TrafficFinding> limits = [.. NearTimeouts.Find(report, tables, context)];
        List<TrafficFinding> found =
        [
            .. BadNodes.Find(report, tables.Upstreams, context),
            .. SlowNodes.Find(report, tables, heavy, context),
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
