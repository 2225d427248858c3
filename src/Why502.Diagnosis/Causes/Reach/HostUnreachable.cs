using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Reach;

/// <summary>The kernel has no way to the upstream's address, or the next host on the way does not answer.</summary>
public sealed class HostUnreachable : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "host-unreachable",
        Family = CauseFamily.Reach,
        Title = "There is no route to the upstream",
        Explanation = """
            nginx's machine has no way to the address: no route matches ("101: Network is unreachable"), the host or the router on the
            way does not answer ARP ("113: No route to host", after about three seconds), a route refuses on purpose ("113" unreachable,
            "13: Permission denied" prohibit, "22: Invalid argument" blackhole), or the address is IPv6 and this machine has none (97, 99, 101).
            A filter can answer 113 too: when the host is seen to answer on its link, or the address is this machine's own, it is
            firewall-blocked. No answer at all is connect-timeout.
            """,
        LookAlikes = ["firewall-blocked", "connect-timeout", "access-control-denied", "loopback-mismatch", "dns-stale-address"],
        Remedy = "Bring the host, its interface or the route back; for a name with IPv6 addresses on a machine without IPv6 use ipv6=off in resolver.",
        DoNot = "Do not raise time-outs: without a way there is nothing to wait for.",
        ProxyError = "destination_ip_unroutable",
        Statuses = ["502"],
        Example = new(
            "The host is off: nobody answers ARP for its address.",
            "connect() failed (113: No route to host) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.9:3000/\", host: \"shop.example\"",
            "proxy_pass http://10.0.0.9:3000;",
            scene => scene.Unreachable("10.0.0.9:3000").Route("10.0.0.9", "unicast", neighbour: "failed")),
        NearMiss = new(
            "The host answers on the link: what says no is a filter on it.",
            "connect() failed (113: No route to host) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.9:3000/\", host: \"shop.example\"",
            "proxy_pass http://10.0.0.9:3000;",
            scene => scene.Unreachable("10.0.0.9:3000").Route("10.0.0.9", "unicast", neighbour: "reachable"),
            Expect: "firewall-blocked"),
    };

    public override bool Applies(Incident incident)
        => incident is { Kind: SymptomKind.ConnectFailed, Peer: { IsUnix: false } peer }
            && (incident.Errno is 113 or 101 or 100 or 112 or 13 or 22 || (incident.Errno is 97 or 99 && peer is { IsLiteralIPv6: true, IsLoopback: false }));

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var peer = incident.Peer!;
        WeighErrno(incident, scales);

        // The neighbour's state is that of the last attempt: it is looked at once a connection was tried.
        if (seen.Ask(Probing.Connect(incident.Instance, peer)).Outcome == Outcome.Wanted)
        {
            return;
        }

        scales.Weigh(seen.Ask(Probing.Route(incident)), route => route switch
        {
            _ when incident.State == IncidentState.Recovered => Weight.None,
            { Kind: "local" } => Weight.Decisive.Against($"{peer.Host} is an address of nginx's own machine: packets to it never leave"),
            { Errno: { } errno } when errno == incident.Errno => Weight.Decisive.For(Way(route, peer)),
            { Errno: not null } => Weight.Strong.For(Way(route, peer)),

            // arp_error_report() and ndisc_error_report(): EHOSTUNREACH to whoever waits for an answer that does not come.
            { Neighbour: "failed" } => Weight.Strong.For(Way(route, peer)),

            // The host itself is there, so the ICMP error came from it: a filter (iptables' and firewalld's default is icmp-host-prohibited).
            { Gateway: null, Neighbour: "reachable" } when incident.Errno == 113 => Weight.Strong.Against($"{peer.Host} answers on {route.Interface}"),
            { Kind: "unicast" } when incident.Errno is 13 or 22 => Weight.Strong.Against($"the route to {peer.Host} refuses nothing"),
            _ => Weight.None,
        });
        scales.Weigh(seen.Ask(Probing.Connect(incident.Instance, peer)), probe => probe.Outcome switch
        {
            ProbeOutcome.Ok when incident.State == IncidentState.Current => Weight.Strong.Against($"{peer} accepts connections now"),
            _ => Weight.None,
        });
        NameReading.WeighMoved(incident, seen, scales);
    }

    /// <summary>
    /// ip_route_output_flow() and ip6_dst_lookup_flow() give these for one reason each: ENETUNREACH and ENETDOWN where no route or device is left, EINVAL
    /// on a blackhole (fib_props) or a link-local address without its scope (inet6_csk), EAFNOSUPPORT and EADDRNOTAVAIL where the address family has no address.
    /// </summary>
    private static void WeighErrno(Incident incident, Scales scales)
    {
        var peer = incident.Peer!;
        scales.Weigh("errno", Sources.ErrorLog, incident.Errno switch
        {
            100 or 101 => Weight.Decisive.For($"{incident.Errno} is the kernel's answer where no route leads to {peer.Host}"),
            112 => Weight.Strong.For($"112 is the kernel's answer where {peer.Host} does not answer on its link"),
            22 => Weight.Strong.For($"connect() gives 22 on a blackhole route, or for a link-local address without its scope"),
            97 or 99 => Weight.Strong.For($"{peer.Host} is an IPv6 address, and this machine has no IPv6 address to speak from"),

            // 113 is also what a rejecting filter sends; that has to be set up first.
            113 => Weight.Weak.For("113 is the kernel's answer where the next host on the way is silent"),
            _ => Weight.None,
        });
    }

    private static string Way(RouteFact route, Nginx.Endpoint peer) => route switch
    {
        { Kind: "none" } => $"no route of this machine leads to {peer.Host}",
        { Errno: { } errno } => $"the route to {peer.Host} is of the kind {route.Kind}, which gives {errno}",
        { Gateway: { } gateway } => $"the router {gateway} on {route.Interface} does not answer",
        _ => $"{peer.Host} does not answer on {route.Interface}",
    };

    public override string Describe(Incident incident, Observations seen)
        => Route(incident, seen) is { } route && (route.Errno is not null || route.Neighbour == "failed") ? Way(route, incident.Peer!)
            : IsWithoutIPv6(incident) ? $"{incident.UpstreamText} is an IPv6 address, and this machine has no way to IPv6"
            : $"there is no route to {incident.UpstreamText}";

    private static RouteFact? Route(Incident incident, Observations seen) => seen.Known(Probing.Route(incident));

    private static bool IsWithoutIPv6(Incident incident) => incident.Peer is { IsLiteralIPv6: true } && incident.Errno is 97 or 99 or 101;

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var peer = incident.Peer!;
        var look = new FixStep($"See which way the kernel takes to {peer.Host}.", $"ip route get {Shell.Quote(peer.Host!.Trim('[', ']'))}");
        var named = incident.Location?.Peers.Any(target => target.Endpoint is { IsName: true }) == true;
        return (IsWithoutIPv6(incident), Route(incident, seen)) switch
        {
            (true, _) when named => new Fix
            {
                Summary = "Use the name's IPv4 addresses only, or give this machine IPv6.",
                Steps = [look, new("Where nginx resolves at run time: resolver … ipv6=off; (since 1.5.8). Where it resolves at start, write an IPv4 address or make the system's resolver prefer IPv4 (gai.conf). Then test and reload.")],
            },
            (_, { Kind: "unreachable" or "prohibit" or "blackhole" } route) => new Fix
            {
                Summary = $"Take away the {route.Kind} route to {peer.Host}, or ask whoever put it there.",
                Steps = [look, new("Routes of every table and the rules that choose between them; fail2ban and null-routing scripts write such routes.", "ip route show table all type " + route.Kind)],
            },
            (_, { Kind: "none" }) => new Fix
            {
                Summary = $"Give this machine a route to {peer.Host}.",
                Steps = [look, new("A missing interface, address or default route: compare with the network's configuration, and bring the interface up.", "ip -br address && ip route")],
            },
            _ => TakeOutFix.Of(incident, seen) ?? new Fix
            {
                Summary = $"Bring {peer.Host} or the router before it back.",
                Steps = [look, new("FAILED or INCOMPLETE means that nobody answers for the address.", $"ip neigh show {Shell.Quote(peer.Host!.Trim('[', ']'))}"), new("Check on the host that it is up and that the address is still its own. If it has moved, change the upstream's address and reload.")],
                Later = incident.Group is { Peers.Count: 1 } or null ? "A second server in the upstream group would take over." : null,
            },
        };
    }
}
