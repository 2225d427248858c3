using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Capacity;

/// <summary>The configuration itself leaves no server of the group in use.</summary>
public sealed class UpstreamMarkedDown : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "upstream-marked-down",
        Family = CauseFamily.Capacity,
        Title = "The servers of the group are marked down in the configuration",
        Explanation = """
            a server with `down` (or `drain`, for requests that do not belong to it already) gets no request, whatever its state.
            When none is left, nginx answers 502 at once with "no live upstreams", without having tried anybody. Generators write
            `down` for a container that has no network in common with the proxy, and somebody's maintenance may have stayed.
            Servers that were tried and failed are upstream-group-exhausted, and what failed them lies beneath.
            """,
        LookAlikes = ["upstream-group-exhausted", "upstream-connection-limit", "upstream-down"],
        Remedy = "Take `down` away from the servers that work, and reload.",
        DoNot = "Do not restart the app: nginx does not even ask it.",
        ProxyError = "destination_unavailable",
        Statuses = ["502"],
        Example = new(
            "Both servers are marked down, and both listen.",
            "no live upstreams while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://backend/\", host: \"shop.example\"",
            "proxy_pass http://backend;",
            scene => scene.Listens("127.0.0.1:3001", "node", 812).Listens("127.0.0.1:3002", "node", 813),
            Http: "upstream backend { server 127.0.0.1:3001 down; server 127.0.0.1:3002 down; }"),
        NearMiss = new(
            "One is marked down, and the other was left out because it failed.",
            "no live upstreams while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://backend/\", host: \"shop.example\"",
            "proxy_pass http://backend;",
            scene => scene.Listens("127.0.0.1:3001", "node", 812).Listens("127.0.0.1:3002", "node", 813),
            Http: "upstream backend { server 127.0.0.1:3001 down; server 127.0.0.1:3002; }",
            Expect: "upstream-group-exhausted"),
    };

    public override bool Applies(Incident incident) => incident.Kind == SymptomKind.NoLiveUpstreams;

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (GroupReading.Of(incident) is not { } group)
        {
            return;
        }

        // ngx_http_upstream_get_peer(): `if (peer->down) continue;`, before max_fails and max_conns are looked at.
        scales.Weigh("servers", Sources.Config, (group.Usable.Count, group.Unusable.Count()) switch
        {
            (0, > 0 and var all) => Weight.Decisive.For(all == 1 ? $"the only server of {group.Group.Name} is marked {Word(group)}" : $"all {all} servers of {group.Group.Name} are marked {Word(group)}").At(group.Unusable.First().At.File, group.Unusable.First().At.Line),
            (_, 0) => Weight.Decisive.Against($"no server of {group.Group.Name} is marked down"),
            (var usable, var marked) => Weight.Moderate.Against($"{marked} of {marked + usable} servers of {group.Group.Name} are marked {Word(group)}, and the others are in use").At(group.Unusable.First().At.File, group.Unusable.First().At.Line),
        });
    }

    private static string Word(GroupReading group) => group.Unusable.All(peer => peer.Drain) ? "drain" : "down";

    public override string Describe(Incident incident, Observations seen)
        => GroupReading.Of(incident) is { Usable.Count: 0 } group ? $"every server of {group.Group.Name} is marked {Word(group)} in the configuration" : "the servers of the group are marked down in the configuration";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (GroupReading.Of(incident) is not { } group || incident.Configuration is not { } configuration)
        {
            return new Fix { Summary = "Take `down` away from the servers that work." };
        }

        var edits = group.Unusable
            .Where(peer => peer is { Down: true, Directive: not null, Endpoint: { IsName: false } endpoint } && seen.Known(Probing.Connect(incident.Instance, endpoint)) is not { Outcome: not ProbeOutcome.Ok })
            .Take(1)
            .Select(peer => Nginx.ConfigurationEdit.SetArguments(configuration, peer.Directive!, [.. peer.Directive!.Arguments.Where(argument => argument is not ("down" or "drain"))]))
            .Where(edit => edit.IsChange)
            .ToList();
        return new Fix
        {
            Summary = $"Take `{Word(group)}` away from a server of {group.Group.Name} that works.",
            Edits = edits,
            Steps =
            [
                new($"Somebody or a generator wrote it at {group.Unusable.First().At}: ask why before it is taken away; none of the marked servers is probed."),
                RetargetFix.Reload(incident, "Test the changed configuration and reload nginx."),
            ],
        };
    }
}
