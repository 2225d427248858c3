using System.Net;
using System.Text;
using Why502.Traffic.Engine;
using Why502.Traffic.Sketches;

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

    /// <summary>With less variance than this the normal limit is no limit: the exact test over all time decides.</summary>
    private const double VarianceMin = 5;

    public static IEnumerable<TrafficFinding> Find(TrafficReport report, UpstreamTable table, ReportContext context)
    {
        List<List<UpstreamTraffic>> groups = [.. GroupsOf(report.Upstreams.Where(u => !u.IsGroup && u.Upstream != "(others)").ToList(), table, context).Where(g => g.Count > 1)];
        int tests = groups.Sum(g => g.Count);
        foreach (List<UpstreamTraffic> group in groups)
        {
            foreach (UpstreamTraffic node in group)
            {
                if (Compare(node, [.. group.Where(n => n != node)], tests) is { } finding)
                {
                    yield return finding;
                }
            }
        }
    }

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
                .. node.FailedMedian is { } median ? [$"a failed attempt took {median:0.#} ms in the median"] : Array.Empty<string>(),
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

    /// <summary>
    /// Peers: the servers of one group of the configuration; without one, nodes that one request tried one after the other, and nodes on the same port. What a name of the
    /// configuration stands for is not known: nodes that no group has are peers where they are on the port of such a name.
    /// </summary>
    private static IEnumerable<List<UpstreamTraffic>> GroupsOf(List<UpstreamTraffic> nodes, UpstreamTable table, ReportContext context)
    {
        Dictionary<ulong, int> group = [];
        for (int i = 0; i < nodes.Count; i++)
        {
            group[TextHash.Of(Encoding.UTF8.GetBytes(nodes[i].Upstream))] = i;
        }

        int[] parent = new int[nodes.Count];
        for (int i = 0; i < parent.Length; i++)
        {
            parent[i] = i;
        }

        HashSet<string?> named = [.. context.Groups.SelectMany(servers => servers).Where(IsName).Select(PortOf)];
        List<string?> known = [.. nodes.Select(node => GroupOf(node.Upstream, context.Groups))];
        foreach ((ulong a, ulong b) in table.Pairs)
        {
            if (group.TryGetValue(a, out int first) && group.TryGetValue(b, out int second) && known[first] is null && known[second] is null && PortOf(nodes[first].Upstream) == PortOf(nodes[second].Upstream))
            {
                parent[Root(parent, first)] = Root(parent, second);
            }
        }

        Dictionary<string, int> byKey = [];
        for (int i = 0; i < nodes.Count; i++)
        {
            string? port = PortOf(nodes[i].Upstream);
            string? key = known[i] ?? (context.Groups.Count == 0 || named.Contains(port) ? port : null);
            if (key is not null && !byKey.TryAdd(key, i))
            {
                parent[Root(parent, i)] = Root(parent, byKey[key]);
            }
        }

        List<UpstreamTraffic>?[] groups = new List<UpstreamTraffic>?[nodes.Count];
        for (int i = 0; i < nodes.Count; i++)
        {
            (groups[Root(parent, i)] ??= []).Add(nodes[i]);
        }

        return groups.OfType<List<UpstreamTraffic>>();
    }

    private static string? GroupOf(string node, IReadOnlyList<IReadOnlyList<string>> groups)
    {
        for (int i = 0; i < groups.Count; i++)
        {
            if (groups[i].Contains(node, StringComparer.Ordinal))
            {
                return $"#{i}";
            }
        }

        return null;
    }

    /// <summary>Neither an address nor a socket.</summary>
    private static bool IsName(string server)
    {
        int port = server.LastIndexOf(':');
        return !server.StartsWith("unix:", StringComparison.Ordinal) && !IPAddress.TryParse(port < 0 ? server : server[..port], out _);
    }

    private static string? PortOf(string node) => node.StartsWith("unix:", StringComparison.Ordinal) ? null : node[(node.LastIndexOf(':') + 1)..];

    private static int Root(int[] parent, int i)
    {
        while (parent[i] != i)
        {
            i = parent[i];
        }

        return i;
    }
}
