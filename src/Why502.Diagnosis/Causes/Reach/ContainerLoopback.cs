using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Reach;

/// <summary>A loopback address on one side of a container's border and the app on the other.</summary>
public sealed class ContainerLoopback : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "container-loopback",
        Family = CauseFamily.Reach,
        Title = "A loopback address is used across a container's border",
        Explanation = """
            127.0.0.1 and localhost mean another place in every network namespace. Either nginx goes to its own loopback and the app
            listens in another container (or on the host), or the app binds 127.0.0.1 inside its container, so that nobody outside
            reaches it. The kernel refuses: "111: Connection refused"; behind a published port the engine's proxy accepts first and closes.
            The port listens, in another network namespace. If it listens in none the app is down (upstream-down); if the app listens on
            another port in the same place it is upstream-wrong-address.
            """,
        LookAlikes = ["upstream-down", "upstream-wrong-address", "loopback-mismatch", "firewall-blocked"],
        Remedy = "In one network: address the app by its container's name, and let it bind 0.0.0.0. From the host: publish the port, or use the published one.",
        DoNot = "Do not run everything with network_mode: host to make it work: the container's ports are then open on the host.",
        ProxyError = "connection_refused",
        Statuses = ["502"],
        Example = new(
            "nginx goes to 127.0.0.1, and the app listens in another container.",
            "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.InContainer("web", "172.18.0.3").ListensInside("web", "0.0.0.0:3000", "node", 812)),
        NearMiss = new(
            "nginx goes to the container's own address, and nothing listens in it.",
            "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://172.18.0.3:3000/\", host: \"shop.example\"",
            "proxy_pass http://172.18.0.3:3000;",
            scene => scene.InContainer("web", "172.18.0.3").Refuses("172.18.0.3:3000"),
            Expect: "upstream-down"),
    };

    /// <summary>Refused; or closed at once, as by the engine's proxy for a published port that finds nobody inside.</summary>
    public override bool Applies(Incident incident)
        => ConnectRefusal.IsTcp(incident) || incident is { Kind: SymptomKind.Reset or SymptomKind.ClosedEarly, Phase: Phase.Header or Phase.Send, Peer.IsUnix: false };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var peer = incident.Peer!;
        var boundary = Boundary.Of(incident, seen);
        if (incident.Kind != SymptomKind.ConnectFailed)
        {
            WeighProxied(incident, boundary, seen, scales);
            return;
        }

        if (boundary.At is { } at && incident.State != IncidentState.Recovered)
        {
            // inet_lookup_listener() looks in the namespace of the packet only.
            scales.Weigh("listening", Sources.Machine, Listens(incident, boundary, at, seen));
        }
        else if (incident.Instance.FromFiles)
        {
            WeighFiles(incident, seen, scales);
        }
    }

    private static Weight Listens(Incident incident, Boundary boundary, Listening at, Observations seen)
    {
        var peer = incident.Peer!;
        if (at.Serving is { } serving)
        {
            return Weight.Decisive.Against($"{Words.Processes(serving.Processes)} listens on {Words.Address(serving)} where nginx goes");
        }

        if (boundary.Space is { } space)
        {
            return OnLoopback(at) is { } inside ? Weight.Decisive.For($"{Words.Processes(inside.Processes)} listens on {Words.Address(inside)} inside {Boundary.Name(space, seen)}, which nobody outside reaches")
                : Weight.Decisive.Against($"nothing listens on port {peer.Port} inside {Boundary.Name(space, seen)}");
        }

        return (peer.IsLoopback, at) switch
        {
            (_, { OtherLoopback: not null } or { OtherAddress.Count: > 0 }) => Weight.Strong.Against($"port {peer.Port} listens in nginx's own network namespace, on another address"),
            (true, { OtherNamespace: [var other, ..] }) => Weight.Decisive.For($"port {peer.Port} listens on {Words.Address(other)} of {Boundary.Name(other, seen)}, and 127.0.0.1 is nginx's own namespace"),
            (true, _) when incident.Instance.Container is not null && seen.Ask(new NetworkSpaces()).FactOrNull is not { Spaces.Count: > 1 }
                => Weight.Moderate.For($"{ContainerSigns.Of(incident, seen)}, where 127.0.0.1 is that container alone, and nothing in it listens on port {peer.Port}"),
            (true, _) => Weight.Decisive.Against($"nothing listens on port {peer.Port} in any network namespace seen"),
            _ => Weight.Strong.Against($"{peer.Host} is no loopback address and no container's of this machine"),
        };
    }

    private static Listener? OnLoopback(Listening at)
        => at.OtherLoopback ?? at.OtherAddress.FirstOrDefault(listener => System.Net.IPAddress.TryParse(listener.Address, out var address) && System.Net.IPAddress.IsLoopback(address));

    /// <summary>docker-proxy and rootlessport accept for the container, and close when they find nobody inside (moby, cmd/docker-proxy/tcp_proxy_linux.go).</summary>
    private static void WeighProxied(Incident incident, Boundary boundary, Observations seen, Scales scales)
    {
        var proxy = boundary.At?.Serving?.Processes.FirstOrDefault(process => process.Name is "docker-proxy" or "rootlessport" or "slirp4netns" or "pasta" or "conmon" or "gvproxy");
        if (proxy is null)
        {
            scales.Weigh("proxy", Sources.Machine, Weight.Strong.Against("no container engine's port proxy is in between"));
            return;
        }

        if (ForwardReading.InsideLoopback(incident, seen) is { } bound)
        {
            scales.Weigh("proxy", Sources.Machine, Weight.Decisive.For($"{Words.Process(proxy)} hands connections on to {bound.Target.Address}, and {Words.Processes(bound.Inside.Processes)} inside binds {Words.Address(bound.Inside)} only"));
            return;
        }

        if (ContainerReading.Behind(incident, seen) is not { } container || container.Published.FirstOrDefault(port => port.HostPort == incident.Peer!.Port) is not { } published
            || seen.Ask(new NetworkSpaces()).FactOrNull?.Spaces.FirstOrDefault(space => space.Container == container.Id) is not { } inside
            || seen.Ask(new TcpListeners()).FactOrNull is not { } table)
        {
            scales.Weigh("proxy", Sources.Machine, Weight.Moderate.For($"{Words.Process(proxy)} accepts for a container and closes when nobody inside answers"));
            return;
        }

        var listeners = table.Listeners.Where(listener => listener.Port == published.ContainerPort && listener.NetworkNamespace == inside.Id).ToList();
        scales.Weigh("proxy", Sources.Machine, listeners switch
        {
            [] => Weight.Moderate.Against($"nothing listens on port {published.ContainerPort} inside container {container.Name}"),
            _ when listeners.All(listener => System.Net.IPAddress.TryParse(listener.Address, out var address) && System.Net.IPAddress.IsLoopback(address))
                => Weight.Decisive.For($"container {container.Name} publishes port {published.ContainerPort}, and the app inside binds {Words.Address(listeners[0])} only"),
            _ => Weight.Strong.Against($"the app inside container {container.Name} listens on {Words.Address(listeners[0])}"),
        });
    }

    private static void WeighFiles(Incident incident, Observations seen, Scales scales)
    {
        var peer = incident.Peer!;
        if (peer.IsLoopback)
        {
            if (StandIns.Of(peer) is { } standIn)
            {
                scales.Weigh("container", Sources.ErrorLog, Weight.Moderate.Against(standIn));
            }
            else if (ContainerSigns.Of(incident, seen) is { } sign)
            {
                // Of a name's addresses nginx tries the next when one refuses (ngx_http_upstream_next): a log that has ::1 alone says that 127.0.0.1 took the request.
                scales.Weigh("container", Sources.ErrorLog, (peer.IsLiteralIPv6 ? Weight.Weak : Weight.Strong).For($"{sign}, where {peer.Host} is that container alone"));
            }

            return;
        }

        // The app's own word: it binds loopback, and nginx comes from elsewhere.
        var said = AppLogReading.Of(incident, seen).LastOrDefault(logged => logged.Kind == AppEventKind.ListeningOn && logged.Port == peer.Port);
        if (said is { Address: { } address } && Endpoint.TryParse(address, 0, out var bound) && bound.IsLoopback)
        {
            scales.Weigh("bind", Sources.AppLog, Weight.Decisive.For($"the app says that it listens on {bound}, and nginx goes to {peer}").At(said.Line.File, said.Line.Line));
        }
        else if (ToldReading.Elsewhere(incident, seen) is { } told && ToldReading.IsBehindLoopback(told, peer))
        {
            scales.Weigh("bind", Sources.Config, Weight.Decisive.For($"{told.Who} listens on {told.Address}, and nginx goes to {peer}").At(told.File, told.Line));
        }
        else if (ContainerSigns.IsBridgeAddress(peer))
        {
            scales.Weigh("container", Sources.ErrorLog, Weight.Weak.For($"{peer.Host} is a container network's address, and many apps bind 127.0.0.1 by default"));
        }
        else
        {
            scales.Weigh("container", Sources.ErrorLog, Weight.Strong.Against($"{peer.Host} is no loopback address, and nothing points at containers"));
        }
    }

    public override string Describe(Incident incident, Observations seen)
        => Boundary.Of(incident, seen) switch
        {
            { Space: { } space } => $"the app listens on loopback only inside {Boundary.Name(space, seen)}, and nginx goes to {incident.UpstreamText}",
            { At.OtherNamespace: [var other, ..] } when incident.Peer!.IsLoopback => $"nginx goes to its own {incident.UpstreamText}, and the app listens in {Boundary.Name(other, seen)}",
            _ => $"{incident.UpstreamText} leads to another place inside a container than outside",
        };

    public override Fix? Propose(Incident incident, Observations seen) => ContainerFix.Of(incident, seen);
}
