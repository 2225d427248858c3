using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Timeout;

/// <summary>The app takes the connection and does not read the request.</summary>
public sealed class SendTimeout : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "send-timeout",
        Family = CauseFamily.Timeout,
        Title = "The app does not read the request",
        Explanation = """
            nginx could not pass on another byte of the request for proxy_send_timeout: the kernel's buffers towards the app are full
            because the app reads nothing. It concerns requests with a body larger than those buffers (some hundred kilobytes and
            more): uploads, mostly, to an app that waits for something before it reads, or whose disk or scanner takes the upload slowly.
            A request that was read and is not answered is upstream-slow. If connections wait to be accepted, nobody reads because
            nobody is free: worker-pool-exhausted. If the app refuses the upload, it closes: request-too-large-for-upstream.
            """,
        LookAlikes = ["upstream-slow", "worker-pool-exhausted", "request-too-large-for-upstream", "client-gave-up"],
        Remedy = "Find why the app does not read the body: a busy event loop, a lock, a slow disk below its temporary files.",
        DoNot = "Do not raise proxy_read_timeout: it does not count here. Aborts of clients that carry the same words (499, level info) say nothing about sending.",
        ProxyError = "connection_write_timeout",
        Statuses = ["504"],
        Example = new(
            "An upload of 200 MB to an app that has stopped reading.",
            "upstream timed out (110: Connection timed out) while sending request to upstream, client: 192.0.2.7, server: shop.example, request: \"POST /upload HTTP/1.1\", upstream: \"http://127.0.0.1:3000/upload\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812)),
        NearMiss = new(
            "Every worker is busy and connections wait: nobody is there who could read.",
            "upstream timed out (110: Connection timed out) while sending request to upstream, client: 192.0.2.7, server: shop.example, request: \"POST /upload HTTP/1.1\", upstream: \"http://127.0.0.1:3000/upload\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "gunicorn", 812).Load("127.0.0.1:3000", queue: 9, backlog: 511, workers: 4, busy: 4),
            Expect: "worker-pool-exhausted"),
    };

    public override bool Applies(Incident incident) => incident is { Kind: SymptomKind.TimedOut, Phase: Phase.Send };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        // ngx_http_upstream_send_request_handler() reports the write timer; a late answer is reported by process_header(), which names its own phase first.
        scales.Weigh("phase", Sources.ErrorLog, Weight.Strong.For("nginx could not pass on more of the request for the whole send time-out"));
        if (incident.Peer is { } peer && Addresses.IsLocal(peer, seen.Ask(new MachineState()).FactOrNull) != false)
        {
            scales.Weigh(seen.Ask(Probing.Load(incident.Instance, peer)), load => load switch
            {
                { QueueLength: > 0 } => Weight.Strong.Against($"{load.QueueLength} connections wait to be accepted: the app takes no requests at all"),
                { QueueLength: 0, Workers: not null } => Weight.Weak.For("nothing waits in the app's accept queue"),
                _ => Weight.None,
            });
        }

        if (Limit(incident) is { AsTime: { } limit } value)
        {
            scales.Weigh("limit", Sources.Config, limit switch
            {
                { TotalSeconds: >= 30 } => Weight.Weak.For($"{value.Name} is {Words.Seconds(limit)}").At(value.At?.File, value.At?.Line),
                { TotalSeconds: < 3 } => Weight.Weak.Against($"{value.Name} is only {Words.Seconds(limit)}").At(value.At?.File, value.At?.Line),
                _ => Weight.None,
            });
        }
    }

    private static EffectiveValue? Limit(Incident incident) => incident.Location is { } location ? location.Effective($"{location.DirectivePrefix}_send_timeout") : null;

    public override string Describe(Incident incident, Observations seen)
        => $"{incident.UpstreamText} does not read the request{(incident.Routes is [var route, ..] ? $" to {route}" : "")}{(Limit(incident)?.AsTime is { } limit ? $" within {Words.Seconds(limit)}" : "")}";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var route = incident.Routes is [var first, ..] ? first : "this route";
        return new Fix
        {
            Summary = $"Find why the app stops reading the body of {route}.",
            Steps =
            [
                new("While an upload hangs, look at what the app's process waits for: one blocking call in an event loop, a lock, a full or slow disk below its temporary files."),
                new("Let it write uploads to a file or a queue as they come, and check them afterwards."),
            ],
            Later = $"A longer {Limit(incident)?.Name ?? "proxy_send_timeout"} for this location helps only where the app reads slowly but steadily: the limit counts from one write to the next.",
        };
    }
}
