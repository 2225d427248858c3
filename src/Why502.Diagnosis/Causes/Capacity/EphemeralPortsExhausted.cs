using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Capacity;

/// <summary>No local port is left towards the upstream.</summary>
public sealed class EphemeralPortsExhausted : Cause
{
    /// <summary>TCP_TIMEWAIT_LEN of the kernel is 60 s (include/net/tcp.h); a little for what is being closed now.</summary>
    private static readonly TimeSpan TimeWait = TimeSpan.FromSeconds(66);

    public override CauseInfo Info { get; } = new()
    {
        Id = "ephemeral-ports-exhausted",
        Family = CauseFamily.Capacity,
        Title = "No local port is left towards the upstream",
        Explanation = """
            each connection to an upstream takes a local port, and a closed one keeps it for 60 seconds (TIME_WAIT) on the side that
            closed first: nginx without keepalive. ip_local_port_range has 28,232 by default, for each destination: more than about
            470 new connections a second to one address, and connect() fails with "99: Cannot assign requested address".
            99 to [::1] on a machine without IPv6 is another thing (loopback-mismatch), 99 of bind() an address of proxy_bind that
            the machine does not have (config-invalid). 24 are files, not ports.
            """,
        LookAlikes = ["file-descriptors-exhausted", "loopback-mismatch", "worker-connections-exhausted", "connection-tracking-full"],
        Remedy = "Keep connections to the upstream open (keepalive in the group, HTTP/1.1, an empty Connection header), or use a unix socket.",
        DoNot = "Do not lower tcp_fin_timeout (it is not TIME_WAIT), and tcp_tw_recycle is gone since Linux 4.12, for good reasons.",
        ProxyError = "proxy_internal_error",
        Statuses = ["502"],
        Example = new(
            "All 28,232 ports towards the upstream are taken, most by TIME_WAIT.",
            "connect() to 10.0.0.8:8080 failed (99: Cannot assign requested address) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://10.0.0.8:8080/\", host: \"shop.example\"",
            "proxy_pass http://10.0.0.8:8080;",
            scene => scene.Ports("10.0.0.8:8080", used: 28_232, timeWait: 28_100)),
        NearMiss = new(
            "The machine has no IPv6, and nginx goes to ::1.",
            "connect() to [::1]:8080 failed (99: Cannot assign requested address) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://[::1]:8080/\", host: \"shop.example\"",
            "proxy_pass http://localhost:8080;",
            scene => scene.Listens("127.0.0.1:8080", "node", 812).WithoutIPv6(),
            Expect: "loopback-mismatch"),
    };

    public override bool Applies(Incident incident) => incident is { Kind: SymptomKind.ConnectFailed, Errno: 99 } or { MessageId: "bind-failed", Errno: 98 } && incident.Peer?.IsUnix != true;

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var family = incident.Peer is { IsLiteralIPv6: true };

        if (incident.Errno == 98)
        {
            // inet_csk_get_port(): EADDRINUSE for port 0 when no port of the range is free to that address.
            scales.Weigh("errno", Sources.ErrorLog, Weight.Strong.For("bind() of the address to connect from failed with errno 98: no port of it is free"));
            return;
        }

        // inet_hash_connect(): EADDRNOTAVAIL when no port of the range is free; for IPv6 also ip6_dst_lookup() without a source address.
        scales.Weigh("errno", Sources.ErrorLog, family ? Weight.Weak.For("connect() failed with errno 99: no local address and port is to be had") : Weight.Strong.For("connect() failed with errno 99: no local port is free"));
        if (family)
        {
            scales.Weigh(seen.Ask(new MachineState()), machine => machine.Addresses.Any(address => address.Contains(':', StringComparison.Ordinal))
                ? Weight.Moderate.For("this machine has IPv6 addresses to connect from")
                : Weight.Decisive.Against("this machine has no IPv6 address to connect from"));
        }

        if (incident.Peer is { } peer && !peer.IsName)
        {
            scales.Weigh(seen.Ask(Question(incident)!), ports => ports switch
            {
                { Available: { } all } when ports.Used >= all - (all / 50) => Weight.Decisive.For($"{ports.Used} of {all} local ports towards {peer} are taken ({ports.TimeWait} in TIME_WAIT, {ports.Established} open)"),
                { Available: { } all } when ports.Used >= all * 3 / 4 => Weight.Strong.For($"{ports.Used} of {all} local ports towards {peer} are taken ({ports.TimeWait} in TIME_WAIT)"),
                _ => Weight.None,
            });
        }
    }

    private static LocalPorts? Question(Incident incident) => incident.Peer is { IsUnix: false } peer ? new(peer.ToString(), incident.Instance.MasterPid ?? 0) : null;

    private static LocalPortsFact? Ports(Incident incident, Observations seen) => Question(incident) is { } question ? seen.Known(question) : null;

    public override string Describe(Incident incident, Observations seen)
        => Ports(incident, seen) is { Available: { } all } ports && ports.Used >= all * 3 / 4 ? $"{ports.Used} of {all} local ports towards {incident.UpstreamText} are taken" : $"no local port is left for another connection to {incident.UpstreamText}";

    /// <summary>Below are most services that have a port of their own.</summary>
    private const int FirstWanted = 10_240;

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var ports = Ports(incident, seen);
        var all = ports?.Available ?? 28_232;
        var edits = Edits(incident);
        var steps = new List<FixStep>
        {
            new($"{all} ports for each destination, and 60 s of TIME_WAIT after each connection: {Math.Max(1, all / 60)} new connections a second are all that fit{(ports is null ? "" : $"; {ports.TimeWait} are in TIME_WAIT and {ports.Established} open now")}."),
            incident.Group is { } group
                ? new($"In upstream {group.Name} ({group.At}): keepalive 64; and where it is passed to: proxy_http_version 1.1; proxy_set_header Connection \"\"; then most requests open none.")
                : new($"Make {incident.UpstreamText} an upstream block with keepalive 64;, and set proxy_http_version 1.1; proxy_set_header Connection \"\"; then most requests open none."),
        };
        if (incident.Peer is { IsLoopback: true })
        {
            steps.Add(new("On the same machine a unix socket needs no port at all."));
        }

        if (ports is { First: { } first, Last: { } last } && incident.Instance.NetworkThrough == 0 && first > FirstWanted)
        {
            var more = last - FirstWanted + 1;
            steps.AddRange(KernelParameterFix.Range("net.ipv4.ip_local_port_range", (first, last), (FirstWanted, last), $"At once, until then: {last} - {FirstWanted} + 1 = {more} ports instead of {last - first + 1}, which is {more / 60} new connections a second. A service that is started later on a port above {FirstWanted} may find it taken: ip_local_reserved_ports keeps it free."));
        }
        else
        {
            steps.Add(new($"At once, until then: a wider range{(ports is { First: { } from, Last: { } to } ? $" (it is {from} to {to})" : "")}.", "sysctl -w net.ipv4.ip_local_port_range='10240 65535'"));
        }

        steps.Add(RetargetFix.Reload(incident, "Test the changed configuration and reload nginx."));
        return new Fix
        {
            Summary = $"Keep connections to {incident.UpstreamText} open instead of making one for each request.",
            Steps = steps,
            Edits = edits,
            SettlesWithin = TimeWait,
            Later = "net.ipv4.tcp_tw_reuse=1 lets new connections take over TIME_WAIT ports after a second, where both sides send time stamps.",
        };
    }

    private static IReadOnlyList<Nginx.FileEdit> Edits(Incident incident)
        => incident is { Group: { Keepalive: null } group, Configuration: { } configuration, Location: { Kind: Nginx.PassKind.Proxy } location }
            ? Nginx.ConfigurationEdit.Apply(configuration, [new Nginx.Edit.Set(group.Block, "keepalive", ["64"]), new Nginx.Edit.Set(location.Block, "proxy_http_version", ["1.1"]), .. HeaderFix.Set(location, ["Connection", ""])]).Files
            : [];
}
