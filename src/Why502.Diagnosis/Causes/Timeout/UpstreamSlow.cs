using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Timeout;

/// <summary>This route is slow while other routes of the app answer in time.</summary>
public sealed class UpstreamSlow : Cause
{
    private static readonly TimeSpan LongForOneAnswer = TimeSpan.FromSeconds(10);

    /// <summary>How long another route is waited for, which was quick before.</summary>
    private static readonly TimeSpan OtherPatience = TimeSpan.FromSeconds(1);

    public override CauseInfo Info { get; } = new()
    {
        Id = "upstream-slow",
        Family = CauseFamily.Timeout,
        Title = "The app does not answer this route in time",
        Explanation = """
            the app has taken the request and works on it longer than nginx waits (proxy_read_timeout counts from one read to the
            next, so for the header it is the whole wait). Other routes of the same app answer in time.
            If every route hangs, the workers are all busy: worker-pool-exhausted. If the route usually needs just that long, the
            limit is wrong: timeout-too-short.
            """,
        LookAlikes = ["worker-pool-exhausted", "timeout-too-short", "host-overloaded", "upstream-stalled", "send-timeout"],
        Remedy = "Find what this route waits for in the app; if it has to take long, answer first and work in the background.",
        DoNot = "Do not raise the time-out for all locations: slow requests then pile up and take the fast ones with them.",
        ProxyError = "http_response_timeout",
        Statuses = ["504"],
        Prior = Prior.Common,
        Example = new(
            "One report takes minutes, everything else milliseconds.",
            "upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /report HTTP/1.1\", upstream: \"http://127.0.0.1:8000/report\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:8000;",
            scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Load("127.0.0.1:8000", queue: 0, backlog: 2048, workers: 4, busy: 1).Answered("/", 200, "127.0.0.1:8000", 0.02, 40)),
        NearMiss = new(
            "The route is answered most of the time, just below the limit.",
            "upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /report HTTP/1.1\", upstream: \"http://127.0.0.1:8000/report\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:8000; proxy_read_timeout 1s;",
            scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Load("127.0.0.1:8000", queue: 0, backlog: 2048, workers: 4, busy: 1).Answered("/report", 200, "127.0.0.1:8000", 0.93, 40),
            Expect: "timeout-too-short"),
    };

    public override bool Applies(Incident incident) => incident is { Kind: SymptomKind.TimedOut, Phase: Phase.Header };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var routes = RouteReading.Of(incident);
        var limit = routes.Limit?.TotalSeconds ?? 60;
        WeighOtherRoutes(routes, limit, incident, seen, scales);
        WeighSameRoute(routes, limit, incident, scales);
        WeighLoad(incident, seen, scales);
        WaitsReading.Weigh(incident, seen, scales);
        if (routes.Limit is { } configured && configured >= LongForOneAnswer)
        {
            scales.Weigh("limit", Sources.Config, Weight.Weak.For($"the limit is {Words.Seconds(configured)}, which is long for one answer"));
        }
    }

    /// <summary>What answers in time beside the route: in the log, else asked for now.</summary>
    private static void WeighOtherRoutes(RouteReading routes, double limit, Incident incident, Observations seen, Scales scales)
    {
        if (routes.OtherSucceeded > 0 && (routes.OtherSlowest is null || routes.OtherSlowest < limit / 2))
        {
            scales.Weigh("other routes", Sources.AccessLog, Weight.Strong.For(routes.OtherSlowest is { } slowest
                ? $"{routes.OtherSucceeded} requests to other routes were answered meanwhile, 95 % of them within {Words.Seconds(slowest)}"
                : $"{routes.OtherSucceeded} requests to other routes were answered meanwhile"));
        }
        else if (!WeighAsked(routes.AnsweredPath, Weight.Moderate.Against($"GET {routes.AnsweredPath}, answered before, is not answered within 1 s now")))
        {
            // That the app has answered it before is not known: silence says nothing.
            WeighAsked(routes.PerhapsAnsweredPath, Weight.None);
        }

        bool WeighAsked(string? path, Weight silence)
        {
            if (Probing.Get(incident, path, OtherPatience, seen) is not { } question)
            {
                return false;
            }

            scales.Weigh(seen.Ask(question), response => response is { Outcome: ProbeOutcome.Ok, Status: < 500 }
                ? Weight.Strong.For($"GET {path} straight to {incident.Peer} is answered in {response.HeaderMs:0} ms")
                : silence);
            return true;
        }
    }

    /// <summary>What the route takes otherwise, here and at the peers of a bad node.</summary>
    private static void WeighSameRoute(RouteReading routes, double limit, Incident incident, Scales scales)
    {
        if (routes.AtPeers is { Count: > 0, Seconds: { } elsewhere } && elsewhere < limit / 2 && TrafficPatternReading.BadNode(incident) is { } bad)
        {
            scales.Weigh("peers", Sources.AccessLog, Weight.Moderate.For($"{bad.Title}; these answered the same routes {routes.AtPeers.Count} times, 95 % within {Words.Seconds(elsewhere)}"));
        }

        if (routes.SameSucceeded > 1 && routes.Same is { } same)
        {
            scales.Weigh("same route", Sources.AccessLog, same.P95 > limit * 0.6
                ? Weight.Strong.Against($"the route is answered otherwise, mostly just below the limit of {Words.Seconds(limit)}")
                : routes.Pile is { } pile
                ? Weight.Moderate.Against($"{pile.Title}: they needed little more than the limit")
                : routes.HangsThoughFast is { } usual
                ? Weight.Moderate.Against($"a route that usually takes {Words.Seconds(usual)} hangs as well, and no other is answered")
                : Weight.Moderate.For($"the route usually takes {Words.Seconds(same.P50)}, far below the limit of {Words.Seconds(limit)}"));
        }
        else if (routes is { NoneAnswered: true, SameSucceeded: > 1 })
        {
            scales.Weigh("same route", Sources.AccessLog, Weight.Moderate.Against("routes that were answered before hang together, and no other is answered"));
        }
    }

    private static void WeighLoad(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Peer is { } peer && Addresses.IsLocal(peer, seen.Ask(new MachineState()).FactOrNull) != false)
        {
            scales.Weigh(seen.Ask(Probing.Load(incident.Instance, peer)), load => load switch
            {
                { QueueLength: > 0 } => Weight.Moderate.Against($"{load.QueueLength} connections wait in the app's queue: it takes no requests at all"),
                { OneRequestPerWorker: true, Workers: { } workers, BusyWorkers: { } busy } when busy >= workers && workers > 0 => Weight.Moderate.Against($"all {workers} workers are busy"),
                { QueueLength: 0, Workers: { } workers, BusyWorkers: { } busy, OneRequestPerWorker: true } => Weight.Moderate.For($"{workers - busy} of {workers} workers are idle, and nothing waits in the queue"),
                { QueueLength: 0, Stack: not ("java" or "dotnet") } => Weight.Weak.For("nothing waits in the app's accept queue"),
                _ => Weight.None,
            });
        }
    }

    public override string Describe(Incident incident, Observations seen)
        => $"{incident.UpstreamText} does not answer{(incident.Routes is [var route, ..] ? $" {route}" : "")} within {Words.Seconds(RouteReading.Of(incident).Limit ?? TimeSpan.FromSeconds(60))}";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var route = incident.Routes is [var first, ..] ? first : "this route";
        var name = $"{incident.Location?.DirectivePrefix ?? "proxy"}_read_timeout";
        var isShort = RouteReading.Of(incident).Limit < LongForOneAnswer;
        return new Fix
        {
            Summary = isShort
                ? $"Make {route} answer sooner, or give this location the time that it needs: no answer was seen that would tell how long that is."
                : $"Make {route} answer sooner; nginx waits long enough for a web request.",
            Steps =
            [
                new($"Find in the app what {route} waits for: its own log, a profiler, the database's list of running queries."),
                new("If the work has to take long, answer at once and do it in the background; the client asks for the result later."),
            ],
            Later = isShort
                ? $"Time the route straight at {incident.UpstreamText}; where the app is meant to take that long, set {name} for this location alone to twice that. nginx's default is 60 s."
                : $"A stop-gap, for this location alone: a longer {name}.",
        };
    }
}
