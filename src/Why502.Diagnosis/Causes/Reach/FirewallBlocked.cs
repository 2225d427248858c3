using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis.Causes.Reach;

/// <summary>The app listens, and a packet-filter rule rejects or drops nginx's connection.</summary>
public sealed class FirewallBlocked : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "firewall-blocked",
        Family = CauseFamily.Reach,
        Title = "A packet filter rejects or drops connections to the upstream",
        Explanation = """
            the app listens, and a rule of nftables, iptables, ufw or firewalld stands between. A rule that rejects gives
            "111: Connection refused" (tcp reset, port-unreachable) or "113: No route to host" (host-unreachable,
            admin-prohibited); a rule that drops gives "110: … timed out while connecting to upstream".
            The proof is the rule itself together with a listener: without a listener it is upstream-down, without a rule and
            without an answer connect-timeout.
            """,
        LookAlikes = ["upstream-down", "connect-timeout", "host-unreachable", "listen-queue-full"],
        Remedy = "Allow exactly this port from nginx's address, before the rule that refuses it.",
        DoNot = "Do not flush the firewall or switch it off.",
        ProxyError = "destination_ip_prohibited",
        Statuses = ["502", "504"],
        Prior = Prior.Usual,
        Example = new(
            "The app listens, and a rule rejects its port.",
            "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Refuses("127.0.0.1:3000").Rejects(3000)),
        NearMiss = new(
            "The rule is there, and nothing listens behind it.",
            "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Rejects(8080),
            Expect: "upstream-down"),
    };

    /// <summary>systemd starts a failed service again after 100 ms (DefaultRestartSec), PM2 and supervisord after at most a few seconds; so does an app that dies while it starts.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    public override bool Applies(Incident incident)
        => incident.Peer is { IsUnix: false }
            && (incident is { Kind: SymptomKind.ConnectFailed, Errno: 111 or 113 or 101 or 1 } or { Kind: SymptomKind.ConnectFailed, Errno: 13, Peer.IsLiteralIPv6: true } or { Kind: SymptomKind.TimedOut, Phase: Phase.Connect });

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var peer = incident.Peer!;
        var boundary = Boundary.Of(incident, seen);
        var local = boundary is { IsHere: true, IsCrossed: false };
        scales.Weigh(seen.Ask(new PacketFilter(incident.Instance.MasterPid ?? 0)), filter => FilterReading.Matching(filter, peer, local) switch
        {
            { Understood: true, IsPolicy: false } rule => Weight.Decisive.For($"a rule refuses it: {rule.Text}"),

            // A policy drops what no rule has taken, so that nobody is refused by it. Nearly every rule set lets lo through first; where none does, an own address has no other way.
            { IsPolicy: true } when local && incident.How != How.Timeout => Weight.Strong.Against($"no packet-filter rule of this machine matches port {peer.Port}"),
            { IsPolicy: true } rule when local => Weight.Strong.For($"what comes in is dropped by default, loopback too, and no rule lets port {peer.Port} through: {rule.Text}"),
            { IsPolicy: true } rule when incident.How == How.Timeout && FilterReading.IsShut(filter, rule, peer, local) => Weight.Strong.For($"what goes out is dropped by default, and no rule lets {peer} through: {rule.Text}"),
            { } rule => Weight.Moderate.For($"a rule may refuse it: {rule.Text}"),
            null when incident.Instance.FromFiles && !local => Weight.None,
            null when boundary.IsCrossed || incident.Instance.NetworkThrough != 0 => Weight.None,
            null when !local && incident.Errno == 113 => Weight.Weak.Against($"no packet-filter rule of this machine matches {peer}"),
            null => Weight.Strong.Against($"no packet-filter rule of this machine matches {(local ? $"port {peer.Port}" : peer.ToString())}"),
        });
        WeighUser(incident, local, seen, scales);
        WeighBetween(incident, boundary, seen, scales);
        WeighGiven(incident, seen, scales);
        if (incident.Instance.FromFiles && AppLogReading.Of(incident, seen).FirstOrDefault(logged => logged.Kind == AppEventKind.FilterTold) is { } told)
        {
            scales.Weigh("told", Sources.AppLog, Weight.Strong.For(told.Text).At(told.Line.File, told.Line.Line));
        }

        if (!local && incident.Errno == 113 && seen.Ask(Probing.Connect(incident.Instance, peer)).Outcome != Outcome.Wanted)
        {
            // The error came from the host itself, which is there: firewalld's and many iptables rule sets end with REJECT --reject-with icmp-host-prohibited,
            // and icmp_err_convert[] makes EHOSTUNREACH of it.
            scales.Weigh(seen.Ask(Probing.Route(incident)), route => route switch
            {
                { Kind: "unicast", Gateway: null, Neighbour: "reachable" } => Weight.Strong.For($"{peer.Host} answers on {route.Interface}, and says that there is no way: a filter on it rejects"),
                { Neighbour: "failed" } or { Errno: not null } => Weight.Strong.Against($"packets do not get as far as {peer.Host}"),
                _ => Weight.None,
            });
        }

        if (boundary.IsHere != true || boundary.At is not { } at)
        {
            return;
        }

        scales.Weigh(seen.Ask(new TcpListeners()), _ => at.Serving switch
        {
            null => Weight.Decisive.Against($"nothing listens on {peer}: there is nothing to block"),

            // The kernel refuses although somebody listens: only a filter (or tcp_abort_on_overflow) does that.
            _ when incident.State == IncidentState.Current && incident.How == How.Refused && seen.Ask(Probing.Connect(incident.Instance, peer)).FactOrNull is { Outcome: ProbeOutcome.Refused }
                => Contradiction(at.Serving!, incident, seen),
            { QueueLength: { } length, Backlog: { } backlog } when incident.How == How.Timeout && length < backlog
                => Weight.Moderate.For($"a process listens on {peer} with room in its queue ({length} of {backlog})"),
            _ => Weight.None,
        });
    }

    /// <summary>Rules may tell users apart (nft <c>meta skuid</c>, iptables' owner match): the same connection made in nginx's name and in ours shows what such a rule does.</summary>
    private static void WeighUser(Incident incident, bool local, Observations seen, Scales scales)
    {
        if (incident.Instance.WorkerIdentity is not { Uid: > 0 and var user } || seen.Ask(new PacketFilter(incident.Instance.MasterPid ?? 0)).FactOrNull is not { } filter
            || FilterReading.Matching(filter, incident.Peer!, local) is not { Understood: false, IsPolicy: false } rule)
        {
            return;
        }

        var named = Probing.Connect(incident.Instance, incident.Peer!);
        if (seen.Ask(named).FactOrNull is { Outcome: ProbeOutcome.TimedOut or ProbeOutcome.Refused or ProbeOutcome.Unreachable or ProbeOutcome.PermissionDenied })
        {
            scales.Weigh(seen.Ask(named with { AsUser = 0 }), ours => ours.Outcome == ProbeOutcome.Ok
                ? Weight.Decisive.For($"a connection in the name of user {user}, as nginx's worker makes it, fails, and one of our own is made: {rule.Text}")
                : Weight.None);
        }
    }

    /// <summary>
    /// A listener and a refusal are two looks, and between them an app that is started again and again comes or goes: only one that had
    /// listened for a while at either look contradicts. Who may not see whose the socket is does not know how long it has been there.
    /// </summary>
    private static Weight Contradiction(Listener serving, Incident incident, Observations seen)
    {
        DateTimeOffset?[] looks = [seen.Ask(new TcpListeners()).Provenance?.At, seen.Ask(Probing.Connect(incident.Instance, incident.Peer!)).Provenance?.At];
        var started = serving.Processes.Select(process => process.StartedAt).OfType<DateTimeOffset>().ToList();
        return started.Count == 0 || looks.Min() is not { } first ? Weight.Moderate.For($"something listens on {incident.Peer}, and a connection to it is refused now")
            : started.Min() <= first - Settled ? Weight.Strong.For($"a process has listened on {incident.Peer} for a while, and a connection to it is refused now")
            : Weight.None;
    }

    /// <summary>
    /// Rules that somebody handed over with the failure, without a word on whose they are: what a refused or silent connection came to is the
    /// filter of the host that nginx's container runs on, or of the upstream, whose incoming side then counts.
    /// </summary>
    private static void WeighGiven(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Instance.FromFiles && incident is { Peer: { IsLoopback: false } peer, Errno: not 111 } && seen.Ask(new PacketFilter(incident.Instance.MasterPid ?? 0)).FactOrNull is { } filter
            && FilterReading.Receiving(filter, peer) is { } rule)
        {
            scales.Weigh("given rules", Sources.Machine, Weight.Strong.For(rule.IsPolicy ? $"what comes in is refused by default, and no rule allows port {peer.Port}" : $"a rule refuses it: {rule.Text}"));
        }
    }

    /// <summary>Between containers a packet passes three filters: nginx's own, the machine's that forwards it, and that of the container it is for.</summary>
    private static void WeighBetween(Incident incident, Boundary boundary, Observations seen, Scales scales)
    {
        var peer = incident.Peer!;
        if (incident.Instance.NetworkThrough != 0 && (boundary.IsCrossed || boundary.IsHere != true))
        {
            scales.Weigh(seen.Ask(new PacketFilter(0)), filter => Refuses(FilterReading.Forwarding(filter, peer), "of the machine that forwards"));
        }

        if (boundary.Space is { } space)
        {
            scales.Weigh(seen.Ask(new PacketFilter(space.Process.Pid)), filter => Refuses(FilterReading.Receiving(filter, peer, ArrivalOf(incident, space, seen)), $"inside {Boundary.Name(space, seen)}"));
        }
    }

    /// <summary>The kernel's own words: from which address nginx's side sends, and by which interface the other side answers it.</summary>
    private static Arrival? ArrivalOf(Incident incident, NetworkSpace space, Observations seen)
        => seen.Ask(Probing.Route(incident)).FactOrNull?.Source is { } source
            ? new(seen.Ask(new RouteTo(source, space.Process.Pid)).FactOrNull is { Kind: "unicast", Interface: { } way } ? way : null, source)
            : null;

    private static Weight Refuses(FilterRule? rule, string where) => rule switch
    {
        { Understood: true, IsPolicy: false } => Weight.Decisive.For($"a rule {where} refuses it: {rule.Text}"),
        { } => Weight.Moderate.For($"a rule {where} may refuse it: {rule.Text}"),
        null => Weight.Weak.Against($"no rule {where} refuses it"),
    };

    public override string Describe(Incident incident, Observations seen) => $"a packet-filter rule stands between nginx and {incident.UpstreamText}";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var peer = incident.Peer!;
        var local = Addresses.IsLocal(peer, seen.Known(new MachineState())) == true;
        var filter = seen.Known(new PacketFilter(incident.Instance.MasterPid ?? 0));
        var rule = filter is null ? null : FilterReading.Matching(filter, peer, local);
        if (Boundary.Of(incident, seen).Space is { } space && seen.Known(new PacketFilter(space.Process.Pid)) is { } inside && ArrivalOf(incident, space, seen) is var arrival && FilterReading.Receiving(inside, peer, arrival) is { } refusing)
        {
            // The tool's own namespace is where the programs that keep filters are; another one's filter is its own affair.
            return FilterReading.Allow(refusing, peer, inside, seen.Ask(new TcpListeners()).FactOrNull?.OwnNetworkNamespace == space.Id, arrival);
        }

        return rule is not null ? FilterReading.Allow(rule, peer, filter!, incident.Instance.NetworkThrough == 0)
            : local ? null
            : new Fix
            {
                Summary = $"Allow TCP port {peer.Port} from this machine in the filter of {peer.Host}.",
                Steps = [new($"On {peer.Host} look for the rule that rejects (nft list ruleset, iptables-save, firewall-cmd --list-all), and allow port {peer.Port} from nginx's address only.")],
            };
    }
}
