using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Timeout;

/// <summary>The header came, and then the body stopped.</summary>
public sealed class UpstreamStalled : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "upstream-stalled",
        Family = CauseFamily.Timeout,
        Title = "The app stops sending in the middle of its answer",
        Explanation = """
            the app sent its header, nginx passed it on, and then no byte came for proxy_read_timeout, which counts from one read to the
            next. The client has a status of 200 and a part of the body. The app waits for something while it streams (a database
            cursor, a remote file, a lock), or it is a stream that is quiet by nature, such as server-sent events without a heartbeat.
            If the header itself is late, it is upstream-slow and the client gets a 504; if the app closes, response-truncated.
            """,
        LookAlikes = ["upstream-slow", "response-truncated", "timeout-too-short", "worker-pool-exhausted"],
        Remedy = "Let the app send something at least every few seconds (a heartbeat in event streams), or find what it waits for while it streams.",
        DoNot = "Do not only raise the time-out: a stream that hangs for good then holds its connections longer.",
        ProxyError = "connection_read_timeout",
        Statuses = ["200 cut"],
        Example = new(
            "A report begins, and its query hangs.",
            "upstream timed out (110: Connection timed out) while reading upstream, client: 192.0.2.7, server: shop.example, request: \"GET /export.csv HTTP/1.1\", upstream: \"http://127.0.0.1:3000/export.csv\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812)),
        NearMiss = new(
            "Not even a header came.",
            "upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /export.csv HTTP/1.1\", upstream: \"http://127.0.0.1:3000/export.csv\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Load("127.0.0.1:3000", queue: 0, backlog: 511, workers: 4, busy: 1).Answered("/", 200, "127.0.0.1:3000", 0.02, 40),
            Expect: "upstream-slow"),
    };

    public override bool Applies(Incident incident) => incident is { Kind: SymptomKind.TimedOut, Phase: Phase.Body };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        // ngx_http_upstream_process_upstream() and process_non_buffered_upstream(): the read timer, which runs there only after the header was sent.
        scales.Weigh("phase", Sources.ErrorLog, Weight.Strong.For("the header had come and was passed on; then nothing came until the read time-out"));
        if (Limit(incident) is { } value)
        {
            scales.Weigh("limit", Sources.Config, value.AsTime switch
            {
                { TotalSeconds: >= 30 } limit => Weight.Moderate.For($"nothing came for {Words.Seconds(limit)} ({value.Name}{(value.IsDefault ? ", nginx's default" : "")})").At(value.At?.File, value.At?.Line),
                { TotalSeconds: < 2 } limit => Weight.Moderate.Against($"{value.Name} is only {Words.Seconds(limit)}").At(value.At?.File, value.At?.Line),
                _ => Weight.None,
            });
        }

        if (Probing.Get(incident, RouteReading.Of(incident).AnsweredFailingPath, TimeSpan.FromSeconds(2), seen) is { } direct)
        {
            scales.Weigh(seen.Ask(direct), response => response switch
            {
                // The probe waits for the rest of a body for one second only.
                { Outcome: ProbeOutcome.Ok, HeaderMs: not null, Error: not null } => Weight.Strong.For($"straight to {incident.Peer} the header comes after {response.HeaderMs:0} ms, and the body does not end either"),
                { Outcome: ProbeOutcome.Ok, HeaderMs: not null } => Weight.Weak.Against($"straight to {incident.Peer} the answer is complete now"),
                _ => Weight.None,
            });
        }
    }

    private static EffectiveValue? Limit(Incident incident) => incident.Location is { } location ? location.Effective($"{location.DirectivePrefix}_read_timeout") : null;

    public override string Describe(Incident incident, Observations seen)
        => $"{incident.UpstreamText} begins to answer{(incident.Routes is [var route, ..] ? $" {route}" : "")} and then sends nothing{(Limit(incident)?.AsTime is { } limit ? $" for {Words.Seconds(limit)}" : "")}";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var route = incident.Routes is [var first, ..] ? first : "this route";
        var limit = Limit(incident);
        return new Fix
        {
            Summary = $"Find what the app waits for while it sends {route}.",
            Steps =
            [
                new("Look at what the app does in the middle of this answer: a query that is read row by row, a file from elsewhere, a lock."),
                new($"If the stream is quiet by nature, let the app send a comment or an empty event more often than every {Words.Seconds((limit?.AsTime ?? TimeSpan.FromSeconds(60)) / 2)}."),
            ],
            Later = $"For this location alone, if its pauses are meant to be that long: a longer {limit?.Name ?? "proxy_read_timeout"}.",
        };
    }
}
