using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Capacity;

/// <summary>Every server of the group is marked failed. The causes beneath are reported first where they can be seen.</summary>
public sealed class UpstreamGroupExhausted : Cause
{
    /// <summary>A shorter fail_timeout is over before a person has read this.</summary>
    private static readonly TimeSpan WorthWaiting = TimeSpan.FromSeconds(15);

    public override CauseInfo Info { get; } = new()
    {
        Id = "upstream-group-exhausted",
        Family = CauseFamily.Capacity,
        Title = "Every server of the upstream group is marked failed",
        Explanation = """
            after max_fails failures within fail_timeout nginx leaves a server out for fail_timeout; when all servers of the group are
            left out it answers 502 at once and logs "no live upstreams". That is a consequence: what failed the servers comes first.
            It is the root cause only where every server answers again and the group is still left out, or where what lies beneath
            cannot be seen. A group of one server is never marked failed.
            """,
        LookAlikes = ["upstream-down", "passive-check-poisoned", "upstream-marked-down", "upstream-connection-limit"],
        Remedy = "Mend what failed the servers; nginx takes them back after fail_timeout by itself.",
        DoNot = "Do not set max_fails=0 before you know what fails: requests then go to dead servers first.",
        ProxyError = "destination_unavailable",
        Statuses = ["502"],
        AboveItsCauses = true,
        Example = new(
            "Both servers answer again, and nginx still leaves them out.",
            "no live upstreams while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://backend/\", host: \"shop.example\"",
            "proxy_pass http://backend;",
            scene => scene.Listens("127.0.0.1:3001", "node", 812).Listens("127.0.0.1:3002", "node", 813),
            Http: "upstream backend { server 127.0.0.1:3001; server 127.0.0.1:3002; }"),
        NearMiss = new(
            "The servers do not listen.",
            "no live upstreams while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://backend/\", host: \"shop.example\"",
            "proxy_pass http://backend;",
            Http: "upstream backend { server 127.0.0.1:3001; server 127.0.0.1:3002; }",
            Expect: "upstream-down"),
    };

    public override bool Applies(Incident incident) => incident.Kind == SymptomKind.NoLiveUpstreams || incident.NoLiveUpstreams > 0;

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Kind != SymptomKind.NoLiveUpstreams)
        {
            scales.Weigh("beneath", Sources.ErrorLog, Weight.Moderate.Against($"a consequence: {incident.Message} comes before \"no live upstreams\" ({incident.NoLiveUpstreams} lines)"));
            return;
        }

        var group = GroupReading.Of(incident);
        if (group is not null)
        {
            if (group.Usable.Count == 0)
            {
                scales.Weigh("usable", Sources.Config, Weight.Decisive.Against("no server of the group may be used at all: there is nothing to mark failed"));
            }
            else if (group.IsSingle)
            {
                // ngx_http_upstream_get_round_robin_peer(): a single peer is not looked at for max_fails.
                scales.Weigh("single", Sources.Config, Weight.Strong.Against("a group of one server is never marked failed"));
            }
        }

        if (group is { IsLimited: true } && incident.ServerFailures == 0)
        {
            scales.Weigh("message", Sources.ErrorLog, Weight.Moderate.Against("no line of the window says that a server failed, and max_conns leaves servers out as well"));
            return;
        }

        var outcomes = Peers(incident).Select(peer => (peer, seen.Ask(Probing.Connect(incident.Instance, peer)).FactOrNull?.Outcome)).Where(item => item.Outcome is not null).ToList();
        if (outcomes.Count > 0)
        {
            // One look at the group, not one for each server: ten that answer say no more than two.
            scales.Weigh("servers", Sources.Probe, outcomes.FirstOrDefault(item => item.Outcome != ProbeOutcome.Ok) is { peer: { } dead }
                ? Weight.Strong.Against($"{dead} does not accept connections: that lies beneath")
                : Weight.Strong.For($"{string.Join(", ", outcomes.Take(4).Select(item => item.peer))} accept{(outcomes.Count == 1 ? "s" : "")} connections now"));
        }

        if (MarkingAnswers.Of(incident) is { } marking)
        {
            scales.Weigh("message", Sources.AccessLog, Weight.Moderate.Against($"{marking.Requests} answers with {marking.Status} count as failures of the servers (proxy_next_upstream)"));
            return;
        }

        scales.Weigh("message", Sources.ErrorLog, Weight.Moderate.For("every server of the group was left out, and no line of the window says what failed them"));
    }

    private static IReadOnlyList<Endpoint> Peers(Incident incident)
        => [.. (incident.Group?.Peers ?? incident.Location?.Peers ?? []).Where(peer => peer is { Down: false, Endpoint: not null }).Select(peer => peer.Endpoint!).Distinct().Take(16)];

    public override string Describe(Incident incident, Observations seen) => $"every server of {incident.Group?.Name ?? "the group"} is marked failed";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var wait = incident.Group?.Peers.Max(peer => peer.FailTimeout) ?? TimeSpan.FromSeconds(10);
        var read = new FixStep("Read the error lines just before \"no live upstreams\": they name what failed each server (why502 diagnose --since 1h).");
        var addresses = Peers(incident);
        if (!incident.Instance.FromFiles && incident.Kind == SymptomKind.NoLiveUpstreams && wait > WorthWaiting && addresses.Count > 0 && addresses.All(peer => seen.Known(Probing.Connect(incident.Instance, peer)) is { Outcome: ProbeOutcome.Ok }))
        {
            return new Fix
            {
                // ngx_http_upstream_init_round_robin() makes the group anew, with nobody failed; so does a zone, which no reload reuses (ngx_http_upstream_zone: noreuse).
                Summary = $"Reload nginx: every server of the group answers again, and nginx would leave them out for up to fail_timeout ({Words.Seconds(wait)}) more.",
                Steps = [RetargetFix.Reload(incident, "Test and reload: the new workers count failures from nought."), read],
                IsMadeByReload = true,
                Later = $"fail_timeout {Words.Seconds(wait)} also leaves a server out for that long after one bad moment: the default is 10s.",
            };
        }

        return new Fix
        {
            Summary = "Mend what failed the servers; nginx takes them back by itself.",
            Steps = [read, new($"Servers that answer again are tried after fail_timeout ({Words.Seconds(wait)}).")],
        };
    }
}
