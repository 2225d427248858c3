using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Capacity;

/// <summary>Every server of the group has as many connections as max_conns lets it have.</summary>
public sealed class UpstreamConnectionLimit : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "upstream-connection-limit",
        Family = CauseFamily.Capacity,
        Title = "max_conns of the group's servers is reached",
        Explanation = """
            max_conns=N lets nginx hold N connections to a server; without `zone` each worker counts for itself. When every server
            has its fill nginx answers 502 at once with "no live upstreams", as if they were dead, although they answer. With a
            `queue` (NGINX Plus, Angie) requests wait first, and the queue has a limit of its own.
            Slow answers fill the connections: what makes them slow is the next question. Servers that failed are
            upstream-group-exhausted; a group of one server is never marked failed, so there max_conns or `down` is all there is.
            """,
        LookAlikes = ["upstream-group-exhausted", "upstream-marked-down", "passive-check-poisoned", "worker-pool-exhausted"],
        Remedy = "Raise max_conns to what the app can serve at once, add `zone`, or make the app answer sooner.",
        DoNot = "Do not take max_conns away when the app really serves no more at once: its own queue fills instead.",
        ProxyError = "connection_limit_reached",
        Statuses = ["502"],
        Prior = Prior.Rare,
        Example = new(
            "Two connections are allowed, two are held, and the server answers.",
            "no live upstreams while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://backend/\", host: \"shop.example\"",
            "proxy_pass http://backend;",
            scene => scene.Listens("127.0.0.1:3001", "node", 812).Ports("127.0.0.1:3001", used: 2, timeWait: 0).Answered("/", 200, "127.0.0.1:3001", 0.8, 40),
            Http: "upstream backend { zone backend 64k; server 127.0.0.1:3001 max_conns=2; }"),
        NearMiss = new(
            "No limit is configured.",
            "no live upstreams while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://backend/\", host: \"shop.example\"",
            "proxy_pass http://backend;",
            scene => scene.Listens("127.0.0.1:3001", "node", 812).Listens("127.0.0.1:3002", "node", 813).Answered("/", 200, "127.0.0.1:3001", 0.8, 40),
            Http: "upstream backend { server 127.0.0.1:3001; server 127.0.0.1:3002; }",
            Expect: "upstream-group-exhausted"),
    };

    public override bool Applies(Incident incident) => incident.Kind == SymptomKind.NoLiveUpstreams;

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (GroupReading.Of(incident) is not { } group)
        {
            return;
        }

        var limited = group.Usable.Where(peer => peer.MaxConns is not null).ToList();
        if (group.Usable.Count == 0 || limited.Count == 0)
        {
            scales.Weigh("limit", Sources.Config, Weight.Decisive.Against(group.Usable.Count == 0 ? "no server of the group is in use at all" : $"no server of {group.Group.Name} has max_conns"));
            return;
        }

        // ngx_http_upstream_get_peer(): `if (peer->max_conns && peer->conns >= peer->max_conns) continue;`
        var at = limited[0].At;
        scales.Weigh("limit", Sources.Config, (group.IsSingle, limited.Count == group.Usable.Count) switch
        {
            (true, _) => Weight.Decisive.For($"the only server of {group.Group.Name} has max_conns={limited[0].MaxConns}, and a single server is never marked failed").At(at.File, at.Line),
            (_, true) => Weight.Moderate.For($"every server of {group.Group.Name} has max_conns ({string.Join(", ", limited.Select(peer => peer.MaxConns).Distinct())})").At(at.File, at.Line),
            _ => Weight.Strong.Against($"{group.Usable.Count - limited.Count} servers of {group.Group.Name} have no max_conns"),
        });
        if (group.IsLimited && incident.ServerFailures == 0)
        {
            // ngx_http_upstream_free_round_robin_peer() counts a failure only after ngx_http_upstream_next() has logged it.
            scales.Weigh("unmarked", Sources.ErrorLog, Weight.Strong.For($"no line of the window says that a server of {group.Group.Name} failed: nothing marked them"));
        }

        if (incident.Traffic.Succeeded > 0)
        {
            scales.Weigh("answers", Sources.AccessLog, Weight.Moderate.For($"the same servers answered {incident.Traffic.Succeeded} requests in the window"));
        }

        var open = limited
            .Where(peer => peer.Endpoint is { IsUnix: false, IsName: false })
            .Take(8)
            .Select(peer => (peer, Ports: seen.Ask(new LocalPorts(peer.Endpoint!.ToString(), incident.Instance.MasterPid ?? 0)).FactOrNull))
            .ToList();
        if (open.Count > 0 && open.All(item => item.Ports?.Established >= item.peer.MaxConns))
        {
            scales.Weigh("open", Sources.Machine, (limited.Count == group.Usable.Count ? Weight.Decisive : Weight.Weak).For($"{string.Join(", ", open.Select(item => $"{item.Ports!.Established} connections to {item.peer.Endpoint} of {item.peer.MaxConns}"))} are open now"));
        }
    }

    public override string Describe(Incident incident, Observations seen)
        => GroupReading.Of(incident) is { } group && group.Usable.Select(peer => peer.MaxConns).FirstOrDefault(limit => limit is not null) is { } conns
            ? $"the servers of {group.Group.Name} have the {conns} connections that max_conns allows" : "max_conns of the group's servers is reached";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (GroupReading.Of(incident) is not { } group || group.Usable.FirstOrDefault(peer => peer is { MaxConns: not null, Directive: not null }) is not { } peer || incident.Configuration is not { } configuration)
        {
            return new Fix { Summary = "Raise max_conns to what the app can serve at once." };
        }

        var wanted = peer.MaxConns!.Value * 2;
        var edit = Nginx.ConfigurationEdit.SetArguments(configuration, peer.Directive!, [.. peer.Directive!.Arguments.Select(argument => argument.StartsWith("max_conns=", StringComparison.Ordinal) ? $"max_conns={wanted}" : argument)]);
        var workers = Math.Max(1, incident.Instance.WorkerPids.Count);
        return new Fix
        {
            Summary = $"Raise max_conns of {group.Group.Name} from {peer.MaxConns} to {wanted}, at most what the app can serve at once.",
            Edits = edit.IsChange ? [edit] : [],
            Steps =
            [
                new($"max_conns={peer.MaxConns} for each of {group.Usable.Count} servers{(group.Group.Zone is null && workers > 1 ? $" and each of {workers} workers (the group has no zone, so every worker counts for itself)" : "")}: {peer.MaxConns * group.Usable.Count * (group.Group.Zone is null ? workers : 1)} requests at once. It should be the number of the app's workers or threads, not less."),
                new("Find what makes the answers slow, if they are: with twice the time each needs twice the connections."),
                RetargetFix.Reload(incident, "Test the changed configuration and reload nginx."),
            ],
        };
    }
}
