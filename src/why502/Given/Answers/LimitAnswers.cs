using System.Globalization;
using System.Net;
using Why502.Diagnosis;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>Memory, connection tracking and local ports, from <c>free</c>, <c>sysctl</c> and <c>ss -tan</c>.</summary>
internal sealed class LimitAnswers : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records) => question switch
    {
        MemoryUse => Memory(records),
        ConnectionTracking => Tracking(records),
        LocalPorts ports => Ports(ports, records),
        _ => null,
    };

    private static GivenFact? Memory(GivenRecords records)
        => records.Of<MemoryListed>().FirstOrDefault(row => row is { Total: not null, Available: not null }) is { } row
            ? new(new MemoryUseFact(row.Total!.Value, row.Available!.Value, row.SwapTotal ?? 0, row.SwapFree ?? 0, (int?)Number(records, "vm.overcommit_memory"), row.CommitLimit, row.Committed, null, [], []), row)
            : null;

    private static GivenFact? Tracking(GivenRecords records)
        => Setting(records, "net.netfilter.nf_conntrack_count") is { } count && long.TryParse(count.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var entries)
            && (Number(records, "net.netfilter.nf_conntrack_max") ?? Number(records, "net.nf_conntrack_max")) is { } max
            ? new(new ConnectionTrackingFact(true, entries, max, 0, 0, 0), count)
            : null;

    private static GivenFact? Ports(LocalPorts question, GivenRecords records)
    {
        var rows = records.Of<ListedConnection>();
        if (rows.Count == 0 || !IPEndPoint.TryParse(question.Address, out var peer))
        {
            return null;
        }

        var towards = rows.Where(row => row.Peer.Equals(peer)).ToList();
        var range = Setting(records, "net.ipv4.ip_local_port_range")?.Value.Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries);
        int? Bound(int at) => range is { Length: 2 } && int.TryParse(range[at], out var port) ? port : null;
        return towards.Count == 0 ? null : new(
            new LocalPortsFact(
                Bound(0),
                Bound(1),
                0,
                towards.GroupBy(row => row.Local.Address).Max(local => local.Select(row => row.Local.Port).Distinct().Count()),
                towards.Count(row => row.IsTimeWait),
                towards.Count(row => row.IsEstablished),
                towards.Count(row => row is { IsTimeWait: false, IsEstablished: false }),
                (int?)Number(records, "net.ipv4.tcp_tw_reuse")),
            towards[0]);
    }

    private static KernelSetting? Setting(GivenRecords records, string name) => records.Of<KernelSetting>().LastOrDefault(row => row.Name == name);

    private static long? Number(GivenRecords records, string name)
        => Setting(records, name) is { } setting && long.TryParse(setting.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
