using Why502.Traffic.Engine;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Findings;

/// <summary>
/// A node that answers, and takes far longer than its peers: in the median and in the tenth that takes longest, by more than chance, and on all routes rather than on some that it alone serves.
/// </summary>
internal static class SlowNodes
{
    private const double SignificanceMax = 0.001;
    private const double MedianRatioMin = 2.5;
    private const double TailRatioMin = 2;
    private const double DifferenceMin = 20;
    private const long AttemptsMin = 100;

    /// <summary>Beyond this share of failures times say how attempts fail, not how long answers take.</summary>
    private const double FailedMax = 0.05;

    /// <summary>A route is slow itself where so many of its requests are, or more than the node alone can have made slow.</summary>
    private const double RouteShareMin = 0.75;
    private const double BeyondNodeMin = 0.15;

    public static IEnumerable<TrafficFinding> Find(TrafficReport report, TrafficTables tables, HeavyTables? heavy, ReportContext context)
    {
        IReadOnlyList<PeerGroup> groups = PeerGroup.Of(report, tables.Upstreams, context);
        int tests = groups.Sum(group => group.Nodes.Count);
        Dictionary<string, UpstreamCounter> counters = tables.Upstreams.All.GroupBy(counter => ReportBuilder.Clean(counter.Name)).ToDictionary(same => same.Key, same => same.First());
        foreach (PeerGroup group in groups.Where(group => group.Nodes.All(Answers)))
        {
            foreach (UpstreamTraffic node in group.Nodes)
            {
                QuantileSketch peers = new();
                foreach (UpstreamTraffic other in group.Beside(node))
                {
                    peers.Merge(counters[other.Upstream].Response);
                }

                if (Compare(node, counters[node.Upstream].Response, peers, group.Nodes.Count - 1, tests, out double between) is { } finding && IsOnAllRoutes(heavy?.Routes, between, node, report, group.IsKnown))
                {
                    yield return finding;
                }
            }
        }
    }

    private static bool Answers(UpstreamTraffic node) => node.Failed <= FailedMax * node.Attempts;

    private static TrafficFinding? Compare(UpstreamTraffic node, QuantileSketch own, QuantileSketch peers, int others, int tests, out double between)
    {
        between = 0;
        (long count, long otherCount) = (own.Count, peers.Count);
        if (count < AttemptsMin || otherCount < AttemptsMin)
        {
            return null;
        }

        (double median, double otherMedian) = (own.Quantile(0.5), peers.Quantile(0.5));
        (double tail, double otherTail) = (own.Quantile(0.9), peers.Quantile(0.9));
        if (median < MedianRatioMin * otherMedian || tail < TailRatioMin * otherTail || median - otherMedian < DifferenceMin)
        {
            return null;
        }

        between = Math.Sqrt(median * Math.Max(otherMedian, 1));
        (long slow, long otherSlow) = (Above(own, between), Above(peers, between));
        double p = Math.Min(1, Chance.AtLeast(slow, count, slow + otherSlow, count + otherCount) * tests);
        return p > SignificanceMax ? null : new TrafficFinding
        {
            Kind = "slow-node",
            Cause = "upstream-slow",
            Title = $"{node.Upstream} takes {Duration.Of(median)} in the median, the other {(others == 1 ? "server" : $"{others} servers")} beside it {Duration.Of(otherMedian)}",
            Upstream = node.Upstream,
            Count = slow,
            Of = count,
            Harmed = 0,
            PValue = p,
            Evidence =
            [
                $"{slow:N0} of {count:N0} attempts took more than {Duration.Of(between)}; of the others {otherSlow:N0} of {otherCount:N0}",
                $"one of ten takes {Duration.Of(tail)} or more; of the others {Duration.Of(otherTail)}",
            ],
            Next = $"Compare {node.Upstream} with the others: load, memory and disks of the machine, its version of the app, what it is connected to.",
        };
    }

    /// <summary>Whether slow requests are spread over the routes: a route that is slow by itself, and that one node serves, accuses no node.</summary>
    private static bool IsOnAllRoutes(HeavyHitters? routes, double between, UpstreamTraffic node, TrafficReport report, bool isKnown)
    {
        long slow = 0;
        long onSlowRoutes = 0;
        double routeShareMin = Math.Max(RouteShareMin, node.Final / (double)Math.Max(report.Rows, 1) + BeyondNodeMin);
        for (int i = 0; routes is not null && i < routes.Count; i++)
        {
            QuantileSketch times = routes.TimesOf(i);
            long count = times.Count;
            long above = count == 0 ? 0 : Above(times, between);
            slow += above;
            onSlowRoutes += above >= routeShareMin * count ? above : 0;
        }

        return slow == 0 ? isKnown : onSlowRoutes * 2 < slow;
    }

    /// <summary>Values above a time, within the sketch's error.</summary>
    private static long Above(QuantileSketch sketch, double time)
    {
        if (sketch.Max <= time)
        {
            return 0;
        }

        (double low, double high) = (0, 1);
        for (int halving = 0; halving < 40; halving++)
        {
            double middle = (low + high) / 2;
            (low, high) = sketch.Quantile(middle) <= time ? (middle, high) : (low, middle);
        }

        return (long)Math.Round((1 - low) * sketch.Count);
    }
}
