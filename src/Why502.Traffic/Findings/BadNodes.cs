using Why502.Traffic.Engine;

namespace Why502.Traffic.Findings;

/// <summary>
/// A node that fails more often than its peers. Compared within each stretch of time (Cochran, Mantel and Haenszel), so that a storm that hits all nodes
/// accuses none; corrected for the number of nodes (Bonferroni); and large enough to matter.
/// </summary>
internal static class BadNodes
{
    private const double SignificanceMax = 0.001;
    private const double RatioMin = 2;
    private const double ShareMin = 0.005;
    private const long FailuresMin = 10;
    private const double ApartSlack = 0.05;

    /// <summary>With less variance than this the normal limit is no limit: the exact test over all time decides.</summary>
    private const double VarianceMin = 5;

    public static IEnumerable<TrafficFinding> Find(TrafficReport report, UpstreamTable table, ReportContext context)
    {
        IReadOnlyList<PeerGroup> groups = PeerGroup.Of(report, table, context);
        int tests = groups.Sum(g => g.Nodes.Count);
        foreach (PeerGroup group in groups)
        {
            foreach (UpstreamTraffic node in group.Nodes)
            {
                if (Compare(node, group.Beside(node), tests) is { } finding && (group.IsKnown || !IsApart(report, node, group)))
                {
                    yield return finding;
                }
            }
        }
    }

    /// <summary>Whether the routes or hosts that fail are all that the server and those that fail like it serve: then the others are no peers of theirs, and it is their app that fails.</summary>
    private static bool IsApart(TrafficReport report, UpstreamTraffic node, PeerGroup group)
    {
        double shareMin = Share(node) / 2;
        long served = group.Nodes.Where(other => Share(other) >= shareMin).Sum(other => other.Final);
        return IsServedAlone(report.Routes, report.Rows, shareMin, served) || IsServedAlone(report.Hosts, report.Rows, shareMin, served);
    }

    private static bool IsServedAlone(IReadOnlyList<FrequentValue> values, long rows, double shareMin, long served)
    {
        long failing = 0;
        foreach (FrequentValue value in values)
        {
            failing += value.ServerErrors >= shareMin * value.Count ? value.Count : 0;
        }

        return failing < rows && Math.Abs(failing - served) <= Math.Max(3, ApartSlack * served);
    }

    private static double Share(UpstreamTraffic node) => node.Failed / (double)Math.Max(node.Attempts, 1);

    private static TrafficFinding? Compare(UpstreamTraffic node, List<UpstreamTraffic> peers, int tests)
    {
        long attempts = peers.Sum(p => p.Attempts);
        long failed = peers.Sum(p => p.Failed);
        double share = node.Failed / (double)Math.Max(node.Attempts, 1);
        double peersShare = failed / (double)Math.Max(attempts, 1);
        if (node.Failed < FailuresMin || attempts == 0 || share < ShareMin || share < RatioMin * peersShare)
        {
            return null;
        }

        double p = Math.Min(1, PValue(node, peers, out DateTimeOffset? from, out DateTimeOffset? to) * tests);
        if (p > SignificanceMax)
        {
            return null;
        }

        int status = node.Status.Where(s => s.Key >= 500).OrderByDescending(s => s.Value).Select(s => s.Key).FirstOrDefault();
        (string cause, string next) = FailureCauses.OfNode(status == 0 ? 502 : status, node, node.Upstream);
        return new TrafficFinding
        {
            Kind = "bad-node",
            Cause = cause,
            Title = $"{node.Upstream} fails {share:P1} of its attempts, the other {(peers.Count == 1 ? "server" : $"{peers.Count} servers")} beside it {peersShare:P1}",
            Upstream = node.Upstream,
            From = from,
            To = to,
            Count = node.Failed,
            Of = node.Attempts,
            PValue = p,
            Status = status,
            Evidence =
            [
                $"{node.Failed:N0} of {node.Attempts:N0} attempts failed, most of them with {(status == 0 ? "no status" : status)}; of the others {failed:N0} of {attempts:N0}",
                .. node.Hidden > 0 ? [$"{node.Hidden:N0} of these failures were made good by another server: nobody saw them"] : Array.Empty<string>(),
                .. node.FailedMedian is { } median ? [$"a failed attempt took {Duration.Of(median)} in the median"] : Array.Empty<string>(),
            ],
            Next = next,
        };
    }

    private static double PValue(UpstreamTraffic node, List<UpstreamTraffic> peers, out DateTimeOffset? from, out DateTimeOffset? to)
    {
        long step = peers.Append(node).Max(n => n.SeriesStep);
        Dictionary<long, (long Attempts, long Failed)> others = Slots(peers, step);
        double observed = 0;
        double expected = 0;
        double variance = 0;
        List<(long Slot, double Excess)> excess = [];
        for (int i = 0; i < node.Series.Count;)
        {
            long slot = SlotOf(node.Series[i], step);
            (long n, long k) = (0, 0);
            for (; i < node.Series.Count && SlotOf(node.Series[i], step) == slot; i++)
            {
                n += node.Series[i].Attempts;
                k += node.Series[i].Failed;
            }

            (long otherN, long otherK) = others.GetValueOrDefault(slot);
            double all = n + otherN;
            double failed = k + otherK;
            double usual = n * failed / all;
            observed += k;
            expected += usual;
            variance += all > 1 ? usual * (1 - failed / all) * otherN / (all - 1) : 0;
            excess.Add((slot, k - 2.0 * n * (otherN == 0 ? failed / all : otherK / (double)otherN) - 0.5));
        }

        (from, to) = Stretch(excess, step);
        return variance >= VarianceMin
            ? Chance.NormalTail((observed - expected - 0.5) / Math.Sqrt(variance))
            : Chance.AtLeast(node.Failed, node.Attempts, node.Failed + peers.Sum(p => p.Failed), node.Attempts + peers.Sum(p => p.Attempts));
    }

    private static Dictionary<long, (long Attempts, long Failed)> Slots(IEnumerable<UpstreamTraffic> nodes, long step)
    {
        Dictionary<long, (long Attempts, long Failed)> slots = [];
        foreach (UpstreamTraffic node in nodes)
        {
            foreach (UpstreamMinute minute in node.Series)
            {
                long slot = SlotOf(minute, step);
                (long attempts, long failed) = slots.GetValueOrDefault(slot);
                slots[slot] = (attempts + minute.Attempts, failed + minute.Failed);
            }
        }

        return slots;
    }

    /// <summary>Steps are powers of two and begin at 1970, so a coarser slot holds whole finer ones.</summary>
    private static long SlotOf(UpstreamMinute minute, long step) => (long)Math.Floor(minute.Minute.ToUnixTimeSeconds() / 60.0 / step);

    /// <summary>The stretch with the largest sum.</summary>
    private static (DateTimeOffset? From, DateTimeOffset? To) Stretch(List<(long Slot, double Excess)> slots, long step)
    {
        (int first, int last) = LargestSum.Of(slots.ConvertAll(slot => slot.Excess).ToArray());
        return last < first ? (null, null)
            : (DateTimeOffset.FromUnixTimeSeconds(slots[first].Slot * step * 60), DateTimeOffset.FromUnixTimeSeconds((slots[last].Slot + 1) * step * 60));
    }
}
