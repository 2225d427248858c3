using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Reach;

/// <summary>The app is alive and listens on another TCP address than nginx is told.</summary>
public sealed class UpstreamWrongAddress : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "upstream-wrong-address",
        Family = CauseFamily.Reach,
        Title = "The app listens on another address than nginx is told",
        Explanation = """
            nothing listens where proxy_pass points, and the app is alive on another port or address of the same machine:
            its port was changed, it took the next free one, or the configuration was copied. nginx logs the same
            "111: Connection refused" as for a stopped app.
            The difference to upstream-down is the app's process: it runs and listens. The other loopback family alone is
            loopback-mismatch; another network namespace is container-loopback; a unix socket on one side is socket-path-mismatch.
            """,
        LookAlikes = ["upstream-down", "loopback-mismatch", "container-loopback", "dns-stale-address", "socket-path-mismatch"],
        Remedy = "Point proxy_pass at the address where the app listens, or make the app listen where nginx expects it; then reload nginx.",
        DoNot = "Do not start a second copy of the app on the configured port before you know which of the two is meant.",
        ProxyError = "connection_refused",
        Statuses = ["502"],
        Example = new(
            "The app was started on port 3001.",
            "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3001", "node", 812)),
        NearMiss = new(
            "The only other app on the machine belongs to another location.",
            "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000; } location /other/ { proxy_pass http://127.0.0.1:3001;",
            scene => scene.Listens("127.0.0.1:3001", "node", 812),
            Expect: "upstream-down"),
    };

    public override bool Applies(Incident incident) => ConnectRefusal.IsTcp(incident);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        NameReading.WeighMoved(incident, seen, scales);
        var peer = incident.Peer!;
        if (incident.Unlogged)
        {
            // Told by hand, and no line of nginx: that nobody listens there is as true of an app that listens elsewhere.
            scales.Weigh(seen.Ask(Probing.Connect(incident.Instance, peer)), probe => probe.Outcome == ProbeOutcome.Refused ? Weight.Weak.For($"a connection by hand to {peer} was refused") : Weight.None);
        }

        WeighGiven(incident, seen, scales);
        if (Since(incident, seen) is { } since)
        {
            scales.Weigh("since", Sources.Config, Weight.Decisive.For(LeftAddress.Why(incident, since)));
            return;
        }

        var boundary = Boundary.Of(incident, seen);
        if (boundary.IsHere != true)
        {
            return;
        }

        WeighPublished(incident, boundary, seen, scales);
        scales.Weigh(seen.Ask(new TcpListeners()), _ => boundary.At switch
        {
            null => Weight.None,
            { Serving: null, OtherAddress: [var inside, ..] } when boundary.IsCrossed && Listening.IsLoopback(inside) => Weight.Strong.Against($"{Words.Address(inside)} inside the container is loopback: the port is right"),
            { Serving: not null } => Weight.Decisive.Against($"a process listens on {peer}"),
            { OtherLoopback: { } other } => Weight.Strong.Against($"{Words.Address(other)} is the same port on the other loopback family"),
            { OtherAddress: [var other, ..] } => Weight.Decisive.For($"{Words.Processes(other.Processes)} listens on {Words.Address(other)}, not on {peer.Host}"),
            _ => Weight.None,
        });
        var related = RelatedApps.Of(incident, seen).Where(app => app.Listener.Port != 0).ToList();
        if (related.FirstOrDefault() is { } app)
        {
            scales.Weigh("app elsewhere", Sources.Machine, new Weight(app.LogOdds, app.Why));
        }
        else if (seen.Known(new TcpListeners()) is { ProcessesComplete: true } && seen.Known(new AppProcesses()) is not null)
        {
            scales.Weigh("app elsewhere", Sources.Machine, Weight.Moderate.Against("no app runs here that no location uses"));
        }

        // PM2 was told this very address for an app of its own: another one on a port nearby is that app's neighbour.
        if (Pm2Reading.Stopped(incident, seen) is [var kept, ..])
        {
            scales.Weigh("pm2", Sources.Machine, Weight.Strong.Against($"{Pm2Reading.Ended(kept)}: it was told this very address"));
        }
    }

    /// <summary>What was handed over says where the app listens, or that a variable took the port away.</summary>
    private static void WeighGiven(Incident incident, Observations seen, Scales scales)
    {
        if (ToldReading.Elsewhere(incident, seen) is { IsUnix: false } told && !ToldReading.IsBehindLoopback(told, incident.Peer!))
        {
            scales.Weigh("told", Sources.Config, Weight.Strong.For($"{told.Who} listens on {told.Address}, not on {incident.Peer}").At(told.File, told.Line));
        }

        if (ContainerReading.OtherSide(incident, seen) is { } other)
        {
            scales.Weigh("published", Sources.Machine, Weight.Strong.For($"container {other.Container.Name} is reached at port {other.Port} from where nginx is; {incident.Peer!.Port} is the port's other side"));
        }

        if (ContainerReading.Unselected(incident, seen) is { } workload)
        {
            scales.Weigh("selector", Sources.Machine, Weight.Strong.For($"{workload.UnselectedBy} selects other pods than those of {workload.Name}"));
        }

        if (ContainerReading.PublishedElsewhere(incident, seen) is { } elsewhere)
        {
            scales.Weigh("published", Sources.Machine, (elsewhere.IsNamed ? Weight.Strong : Weight.Moderate).For($"container {elsewhere.Container.Name} is published at port {elsewhere.Port}, and none at {incident.Peer!.Port}"));
        }

        // ngx_http_variable_host is the name without the port; nginx then takes the scheme's own port (ngx_parse_url).
        if (incident is { Location: { Target: { } target } location, Host: { } host, Peer: { } peer } && target.Contains("$host", StringComparison.Ordinal)
            && Endpoint.TryParse(host, 0, out var asked) && asked.Port != 0 && asked.Port != peer.Port && peer.Port is 80 or 443)
        {
            scales.Weigh("port", Sources.Config, Weight.Strong.For($"$host has no port: the client asked for port {asked.Port}, and nginx goes to {peer.Port}").At(location.Pass.At.File, location.Pass.At.Line));
        }
    }

    /// <summary>The container's inner port used from outside, or the published one from inside: both are one app on another port.</summary>
    private static void WeighPublished(Incident incident, Boundary boundary, Observations seen, Scales scales)
    {
        if (Published(incident, boundary, seen) is { } other)
        {
            scales.Weigh("published", Sources.Machine, Weight.Decisive.For($"container {other.Container.Name} {other.Why}"));
        }
    }

    private static (Container Container, string Address, string Why)? Published(Incident incident, Boundary boundary, Observations seen)
    {
        var peer = incident.Peer!;
        if (boundary.At is not { Serving: null, OtherLoopback: null, OtherAddress.Count: 0 })
        {
            return null;
        }

        if (boundary.Space?.Container is { } id && ContainerReading.ById(id, seen) is { } inside && inside.Published.FirstOrDefault(port => port.HostPort == peer.Port && port.ContainerPort != peer.Port) is { } outer)
        {
            return (inside, $"{peer.Host}:{outer.ContainerPort}", $"listens on port {outer.ContainerPort}; {peer.Port} is where the host publishes it");
        }

        return null;
    }

    public override string Describe(Incident incident, Observations seen)
        => Since(incident, seen) is { } since ? $"nginx was told {incident.UpstreamText}, and the app listens on {since}"
            : Guessed(incident, seen) is { } guess ? $"nothing listens on {incident.UpstreamText}, and {AppIdentity.Who(guess)} may be the app"
            : Right(incident, seen) is { } right ? $"the app listens on {right}, and nginx is told {incident.UpstreamText}" : $"the app does not listen on {incident.UpstreamText} but elsewhere";

    public override Fix? Propose(Incident incident, Observations seen)
        => Guessed(incident, seen) is { } guess ? AppIdentity.Ask(guess, Reachable(guess.Address, incident.Peer!), incident)
            : Right(incident, seen) is { } right ? RetargetFix.Of(incident, right, $"Point nginx at {right}, where the app listens.") : null;

    /// <summary>Where one side is a unix socket it is socket-path-mismatch, and the same port on the other loopback family loopback-mismatch.</summary>
    private static Endpoint? Since(Incident incident, Observations seen)
        => LeftAddress.For(incident, seen) is { IsUnix: false } target && (target.Port != incident.Peer!.Port || !target.IsLoopback || !incident.Peer.IsLoopback) ? target : null;

    private static string? Right(Incident incident, Observations seen)
        => Known(incident, seen) ?? (Nearest(incident, seen) is { } app ? Reachable(app.Address, incident.Peer!) : null);

    /// <summary>The machine says itself where the app is: its container's ports, or the same port on another address.</summary>
    private static string? Known(Incident incident, Observations seen)
    {
        var boundary = Boundary.Of(incident, seen);
        return Published(incident, boundary, seen) is { } published ? published.Address
            : boundary is { IsCrossed: false, At: { Serving: null, OtherLoopback: null, OtherAddress: [var other, ..] } } ? Words.Address(other)
            : null;
    }

    private static RelatedApp? Nearest(Incident incident, Observations seen)
        => RelatedApps.Of(incident, seen).Where(app => app.Listener.Port != 0).OrderByDescending(app => AppIdentity.IsShown(app, incident, seen)).FirstOrDefault();

    /// <summary>An app that may be the one, where nothing shows that it is.</summary>
    private static RelatedApp? Guessed(Incident incident, Observations seen)
        => Known(incident, seen) is null && Nearest(incident, seen) is { } app && !AppIdentity.IsShown(app, incident, seen) ? app : null;

    /// <summary>A wildcard is listened on, and connected to by a literal address.</summary>
    private static string Reachable(string address, Endpoint peer)
        => Endpoint.TryParse(address, 0, out var endpoint) && endpoint.Host is "0.0.0.0" or "::" or "[::]"
            ? $"{(peer.IsLiteralIPv6 ? $"[{peer.Host}]" : peer.Host)}:{endpoint.Port}"
            : address;
}
