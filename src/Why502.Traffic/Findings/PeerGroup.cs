using System.Net;
using System.Text;
using Why502.Traffic.Engine;
using Why502.Traffic.Sketches;

namespace Why502.Traffic.Findings;

/// <summary>
/// Servers that stand for each other: those of one group of the configuration; without one, nodes that one request tried one after the other, and nodes on the same port. What a name of the
/// configuration stands for is not known: nodes that no group has are peers where they are on the port of such a name.
/// </summary>
/// <param name="IsKnown">The configuration or a request says so; nodes that share a port alone may be of different apps.</param>
internal sealed record PeerGroup(IReadOnlyList<UpstreamTraffic> Nodes, bool IsKnown)
{
    public List<UpstreamTraffic> Beside(UpstreamTraffic node) => [.. Nodes.Where(other => other != node)];

    /// <summary>The groups of two and more.</summary>
    public static IReadOnlyList<PeerGroup> Of(TrafficReport report, UpstreamTable table, ReportContext context)
    {
        List<UpstreamTraffic> nodes = [.. report.Upstreams.Where(node => !node.IsGroup && node.Upstream != "(others)")];
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
        HashSet<int> tried = [];
        foreach ((ulong a, ulong b) in table.Pairs)
        {
            if (group.TryGetValue(a, out int first) && group.TryGetValue(b, out int second) && known[first] is null && known[second] is null && PortOf(nodes[first].Upstream) == PortOf(nodes[second].Upstream))
            {
                parent[Root(parent, first)] = Root(parent, second);
                tried.Add(first);
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

        return [.. Enumerable.Range(0, nodes.Count).GroupBy(i => Root(parent, i)).Where(group => group.Count() > 1)
            .Select(group => new PeerGroup([.. group.Select(i => nodes[i])], group.Any(i => known[i] is not null || tried.Contains(i))))];
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
