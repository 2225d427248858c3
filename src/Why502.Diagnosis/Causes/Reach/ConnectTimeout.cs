using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Reach;

/// <summary>No answer to the SYN within proxy_connect_timeout, with no filter rule and no full queue to explain it.</summary>
public sealed class ConnectTimeout : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "connect-timeout",
        Family = CauseFamily.Reach,
        Title = "The upstream does not answer connection attempts in time",
        Explanation = """
            nginx's SYN gets no answer within proxy_connect_timeout: the host is gone or its address moved, something on the way
            swallows packets, or the limit is shorter than the way is long. nginx logs "110: … timed out while connecting to upstream".
            A rule on this machine that drops makes it firewall-blocked; an accept queue at its limit makes it listen-queue-full
            (Linux drops SYNs then). A time-out while reading the response header means that the connection was made: that is a slow app.
            """,
        LookAlikes = ["firewall-blocked", "listen-queue-full", "host-unreachable", "upstream-slow"],
        Remedy = "Check that the host is up and the address is still its own, then the path between (routes, security groups).",
        DoNot = "Do not raise proxy_connect_timeout first: it cannot usually exceed 75 s, and clients wait longer for the same error.",
        ProxyError = "connection_timeout",
        Statuses = ["504"],
        Example = new(
            "A host of this network does not answer at all.",
            "upstream timed out (110: Connection timed out) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.9:3000/\", host: \"shop.example\"",
            "proxy_pass http://10.0.0.9:3000;",
            scene => scene.DoesNotAnswer("10.0.0.9:3000")),
        NearMiss = new(
            "A rule of this machine drops the port.",
            "upstream timed out (110: Connection timed out) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.9:3000/\", host: \"shop.example\"",
            "proxy_pass http://10.0.0.9:3000;",
            scene => scene.DoesNotAnswer("10.0.0.9:3000").Drops(3000),
            Expect: "firewall-blocked"),
    };

    public override bool Applies(Incident incident)
        => incident.Peer is { IsUnix: false } && incident is { Phase: Phase.Connect, How: How.Timeout };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var peer = incident.Peer!;
        var local = Addresses.IsLocal(peer, seen.Ask(new MachineState()).FactOrNull);
        scales.Weigh(seen.Ask(Probing.Connect(incident.Instance, peer)), probe => probe.Outcome switch
        {
            ProbeOutcome.TimedOut => Weight.Moderate.For($"a connection from here to {peer} gets no answer either"),
            ProbeOutcome.Ok when BoundSource.Of(incident, seen) is { } bound => Weight.Strong.For($"from the address that the kernel chooses a connection to {peer} is made: answers to {bound.Address}, which nginx is told to go out from, get lost").At(bound.At?.File, bound.At?.Line),
            ProbeOutcome.Ok when probe.TookMs > 200 => Weight.Moderate.For($"a connection to {peer} takes {probe.TookMs:0} ms"),
            ProbeOutcome.Ok when incident.State == IncidentState.Current => Weight.Weak.Against($"{peer} accepts connections now, in {probe.TookMs:0} ms"),
            _ => Weight.None,
        });
        scales.Weigh(seen.Ask(new PacketFilter(incident.Instance.MasterPid ?? 0)), filter => FilterReading.Matching(filter, peer, local == true) switch
        {
            { Understood: true, IsPolicy: false } rule => Weight.Decisive.Against($"a rule of this machine drops it: {rule.Text}"),
            { IsPolicy: true } when local == true => Weight.None,
            { IsPolicy: true } rule when FilterReading.IsShut(filter, rule, peer, local == true) => Weight.Moderate.Against($"this machine drops by default what goes out, and no rule lets {peer} through: {rule.Text}"),
            _ => Weight.Weak.For("no packet-filter rule of this machine matches"),
        });
        if (local == true)
        {
            scales.Weigh(seen.Ask(new TcpListeners()), table => Listening.At(table, peer, incident.Instance.NetworkNamespace).Serving is { QueueLength: { } length, Backlog: { } backlog } && backlog > 0 && length >= backlog
                ? Weight.Strong.Against($"the accept queue of {peer} is full ({length} of {backlog})")
                : Weight.None);
        }

        NameReading.WeighMoved(incident, seen, scales);
        if (incident.Location is { } location && location.ConnectTimeout < TimeSpan.FromMilliseconds(500))
        {
            var limit = location.Effective($"{location.DirectivePrefix}_connect_timeout");
            scales.Weigh("limit", Sources.Config, Weight.Weak.For($"{limit.Name} is {Words.Seconds(location.ConnectTimeout)}").At(limit.At?.File, limit.At?.Line));
        }
    }

    public override string Describe(Incident incident, Observations seen)
        => $"{incident.UpstreamText} does not answer connection attempts{(incident.Location is { } location ? $" within {Words.Seconds(location.ConnectTimeout)}" : "")}";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var peer = incident.Peer!;
        return TakeOutFix.Of(incident, seen) ?? new Fix
        {
            Summary = $"Find out why {peer} does not answer; no edit of nginx's configuration makes it.",
            Steps =
            [
                new($"See which way packets to {peer.Host} take, and whether its neighbour entry is answered.", $"ip route get {Shell.Quote(peer.Host!)}"),
                new("Check on the host itself that it is up, that the address is still its own, and that nothing before it filters the port. If it has moved, change proxy_pass and reload."),
            ],
            Later = incident.Group is { Peers.Count: 1 } or null ? "A second server in the upstream group would take over while one does not answer." : null,
        };
    }
}
