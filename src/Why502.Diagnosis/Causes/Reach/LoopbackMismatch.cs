using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Reach;

/// <summary>The same port listens on the other loopback family only.</summary>
public sealed class LoopbackMismatch : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "loopback-mismatch",
        Family = CauseFamily.Reach,
        Title = "The app listens on the other loopback family only",
        Explanation = """
            nginx goes to [::1] and the app listens on 127.0.0.1, or the reverse. Mostly `localhost` is the reason: it has two
            addresses, nginx uses both in turn, and many apps bind one. With `localhost` half of the requests may still work,
            because nginx tries the next address.
            The port is right, which tells it from upstream-wrong-address; something listens on it, which tells it from upstream-down.
            """,
        LookAlikes = ["upstream-down", "upstream-wrong-address", "firewall-blocked"],
        Remedy = "Write the literal address that the app listens on into proxy_pass, or make the app listen on both families.",
        DoNot = "Do not remove ::1 from /etc/hosts: other programs rely on it.",
        ProxyError = "connection_refused",
        Statuses = ["502"],
        Example = new(
            "`localhost` gave ::1, and the app listens on 127.0.0.1.",
            "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://[::1]:3000/\", host: \"shop.example\"",
            "proxy_pass http://localhost:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812)),
        NearMiss = new(
            "The same line, and nothing listens on the port in either family.",
            "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://[::1]:3000/\", host: \"shop.example\"",
            "proxy_pass http://localhost:3000;",
            Expect: "upstream-down"),
    };

    /// <summary>Where IPv6 is off, ::1 is no address of the machine: connect() gives 99 (disable_ipv6), socket() 97 (ipv6.disable=1), a machine without loopback route 101.</summary>
    public override bool Applies(Incident incident)
        => (ConnectRefusal.IsTcp(incident) && incident.Peer!.IsLoopback) || IsWithoutIPv6(incident);

    private static bool IsWithoutIPv6(Incident incident)
        => incident is { Kind: SymptomKind.ConnectFailed, Errno: 97 or 99 or 101, Peer: { IsLoopback: true, IsLiteralIPv6: true } };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var peer = incident.Peer!;
        scales.Weigh(seen.Ask(new TcpListeners()), _ => Boundary.Of(incident, seen).At switch
        {
            null => Weight.None,
            { OtherLoopback: null } when IsWithoutIPv6(incident) => Weight.Weak.Against($"nothing listens on port {peer.Port} of 127.0.0.1 either"),
            { Serving: not null } when incident.State == IncidentState.Recovered => Weight.None,
            { Serving: not null } => Weight.Decisive.Against($"a process listens on {peer}"),
            { OtherLoopback: { } other } => Weight.Decisive.For($"{Words.Processes(other.Processes)} listens on {Words.Address(other)} only"),
            _ when peer.IsLiteralIPv4 && incident.Location?.Peers.Any(target => target.Endpoint is { IsName: true }) != true
                => Weight.Decisive.Against("the address is a literal IPv4, and nothing listens on the port in IPv6 either"),
            _ => Weight.Decisive.Against($"nothing listens on port {peer.Port} in either family"),
        });

        if (IsWithoutIPv6(incident))
        {
            // ip6_route_output(): ::1 has a route as long as lo has its address.
            scales.Weigh("family", Sources.ErrorLog, seen.Ask(new MachineState()).FactOrNull?.Addresses.Any(address => address.StartsWith("::1/", StringComparison.Ordinal)) == true
                ? Weight.Strong.Against("this machine has the address ::1")
                : Weight.Decisive.For($"{incident.Errno}: this machine has no address ::1, to which nginx went"));
            return;
        }

        // From a log alone: nginx writes [::1] mostly where `localhost` was written, and most apps bind IPv4.
        if (peer is { IsLiteralIPv6: true } && seen.Known(new TcpListeners()) is null)
        {
            scales.Weigh("family", Sources.ErrorLog, Weight.Strong.For("nginx went to ::1; apps mostly listen on 127.0.0.1"));
        }

        if (incident.Traffic.Groups.Any(group => group.UpstreamAddr == $"127.0.0.1:{peer.Port}" && TrafficReading.IsSuccess(group)) && peer.IsLiteralIPv6)
        {
            scales.Weigh("answers", Sources.AccessLog, Weight.Strong.For($"requests to 127.0.0.1:{peer.Port} succeed in the same window"));
        }
    }

    public override string Describe(Incident incident, Observations seen)
        => Other(incident, seen) is { } other ? $"the app listens on {other} only, and nginx goes to {incident.UpstreamText}" : $"the app does not listen on {incident.UpstreamText} but on the other loopback family";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var peer = incident.Peer!;
        var right = peer.IsLiteralIPv6 ? $"127.0.0.1:{peer.Port}" : $"[::1]:{peer.Port}";
        return RetargetFix.Of(incident, right, $"Write the literal address {right}, on which the app listens.");
    }

    private static string? Other(Incident incident, Observations seen)
        => seen.Known(new TcpListeners()) is { } table && Listening.At(table, incident.Peer!, incident.Instance.NetworkNamespace).OtherLoopback is { } other ? Words.Address(other) : null;
}
