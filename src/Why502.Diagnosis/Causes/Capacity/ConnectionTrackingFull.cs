using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis.Causes.Capacity;

/// <summary>The kernel's table of connections is full, and it drops the first packet of each new one.</summary>
public sealed class ConnectionTrackingFull : Cause
{
    private static readonly TimeSpan Around = TimeSpan.FromMinutes(1);

    public override CauseInfo Info { get; } = new()
    {
        Id = "connection-tracking-full",
        Family = CauseFamily.Capacity,
        Title = "The kernel's connection-tracking table is full",
        Explanation = """
            a stateful packet filter (and NAT, as Docker and Kubernetes use it) remembers every connection in a table of
            nf_conntrack_max entries. When it is full the kernel drops the first packet of new connections and says so: "nf_conntrack:
            table full, dropping packet". nginx sees a connect() that is never answered, to every upstream, and clients the same of
            nginx; open connections go on.
            A single upstream that does not answer is connect-timeout, a rule that drops firewall-blocked.
            """,
        LookAlikes = ["connect-timeout", "firewall-blocked", "ephemeral-ports-exhausted", "host-overloaded"],
        Remedy = "Raise net.netfilter.nf_conntrack_max as far as memory allows, shorten the time-outs of dead entries, or do not track what needs no state.",
        DoNot = "Do not unload the module or flush the filter: NAT and the rules depend on it.",
        ProxyError = "connection_timeout",
        Statuses = ["504", "502"],
        Prior = Prior.Rare,
        Example = new(
            "The table has as many entries as it may, and packets were dropped.",
            "upstream timed out (110: Connection timed out) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.8:8080/\", host: \"shop.example\"",
            "proxy_pass http://10.0.0.8:8080;",
            scene => scene.DoesNotAnswer("10.0.0.8:8080").Tracks(count: 262_144, max: 262_144, dropped: 4_211).KernelSays(AppEventKind.ConntrackFull, "nf_conntrack: nf_conntrack: table full, dropping packet")),
        NearMiss = new(
            "The table is nearly empty.",
            "upstream timed out (110: Connection timed out) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.8:8080/\", host: \"shop.example\"",
            "proxy_pass http://10.0.0.8:8080;",
            scene => scene.DoesNotAnswer("10.0.0.8:8080").Tracks(count: 812, max: 262_144, dropped: 0),
            Expect: "connect-timeout"),
    };

    /// <summary>
    /// A dropped SYN is a time-out; a datagram that the filter drops on its way out gives sendmsg() errno 1 (NF_DROP in nf_hook_slow is EPERM), which is the resolver's case.
    /// </summary>
    public override bool Applies(Incident incident)
        => incident.Candidates.Contains(Id)
            || incident.Event is { Kind: AppEventKind.ConntrackFull }
            || (incident.Peer?.IsUnix != true && incident is { Kind: SymptomKind.TimedOut, Phase: Phase.Connect or Phase.Resolve } or { Kind: SymptomKind.ConnectFailed, Errno: 110 });

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Event is { Kind: AppEventKind.ConntrackFull } said)
        {
            // nf_conntrack_alloc() is the one writer of this message.
            scales.Weigh("kernel log", Sources.KernelLog, Weight.Decisive.For(said.Text.Length > 0 ? said.Text : said.Line.Text).At(said.Line.File, said.Line.Line));
            return;
        }

        scales.Weigh(seen.Ask(new ConnectionTracking(incident.Instance.MasterPid ?? 0)), table => table switch
        {
            { Loaded: false } => Weight.Decisive.Against("the kernel tracks no connections here"),
            { Full: true } => Weight.Decisive.For($"{table.Count} of {table.Max} entries of the conntrack table are used{(table.Dropped > 0 ? $", and {table.Dropped} packets were dropped" : "")}"),
            { Max: { } max } when table.Count < max / 2 && table.Dropped == 0 => Weight.Strong.Against($"{table.Count} of {max} entries of the conntrack table are used, and nothing was dropped"),
            { Max: { } max } when table.Count < max / 2 => Weight.Moderate.Against($"{table.Count} of {max} entries of the conntrack table are used"),
            _ => Weight.None,
        });
        scales.Weigh(seen.Ask(AppLogReading.Kernel(seen)), log => log.Events.LastOrDefault(logged => logged.Kind == AppEventKind.ConntrackFull && IsNear(logged, incident, seen)) is { } full
            ? Weight.Decisive.For(full.Text.Length > 0 ? full.Text : full.Line.Text).At(full.Line.File, full.Line.Line).From(Sources.KernelLog)
            : Weight.Moderate.Against("the kernel's log of that time has no \"table full\""));
    }

    /// <summary>As long as the table is full the kernel goes on saying so, every few seconds (net_ratelimit): what it said earlier or later is of another moment.</summary>
    private static bool IsNear(AppLogEvent logged, Incident incident, Observations seen)
        => AppLogReading.Time(logged, seen) is not { } at || ((incident.First is not { } first || at >= first - Around) && (incident.Last is not { } last || at <= last + Around));

    public override string Describe(Incident incident, Observations seen)
        => seen.Known(new ConnectionTracking(incident.Instance.MasterPid ?? 0)) is { Full: true } table ? $"the kernel's conntrack table is full ({table.Count} of {table.Max}), and it drops new connections" : "the kernel's conntrack table is full, and it drops new connections";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var table = seen.Known(new ConnectionTracking(incident.Instance.MasterPid ?? 0));
        var max = table?.Max ?? 262_144;

        // An entry takes about 320 bytes, and its slot in the hash table 8 (nf_conntrack_core.c, slabtop).
        var wanted = max * 2;
        return new Fix
        {
            Summary = $"Raise nf_conntrack_max{(table?.Max is null ? "" : $" from {max} to {wanted}")}, and see what fills the table.",
            Steps =
            [
                .. table?.Max is not null && incident.Instance.NetworkThrough == 0 && !(seen.Known(new MachineState())?.MemoryAvailable < wanted * 320 * 10)
                    ? KernelParameterFix.AtLeast("net.netfilter.nf_conntrack_max", wanted, $"{table.Count} of {table.Max} entries are used. Twice as many take about {wanted * 320 / (1024 * 1024)} MiB, 320 bytes each.")
                    : [new($"{(table is null ? "" : $"{table.Count} of {table.Max} entries are used. ")}Twice as many take about {wanted * 320 / (1024 * 1024)} MiB.", $"sysctl -w net.netfilter.nf_conntrack_max={wanted}")],
                new("See which connections they are: one source, one port, or dead ones that stay for nf_conntrack_tcp_timeout_established (5 days by default).", "conntrack -L 2>/dev/null | awk '{print $1, $4}' | sort | uniq -c | sort -rn | head"),
            ],
            Later = "Connections on loopback need no state: a notrack rule in the raw table for lo. Keepalive to the upstreams makes fewer entries.",
        };
    }
}
