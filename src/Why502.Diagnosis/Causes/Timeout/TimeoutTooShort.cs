using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Timeout;

/// <summary>The limit is below what the route normally needs.</summary>
public sealed class TimeoutTooShort : Cause
{
    /// <summary>So many failures without one answer are hardly chance where half of all come in time (0.5⁵ ≈ 3 %).</summary>
    private const int ManyUnanswered = 5;

    public override CauseInfo Info { get; } = new()
    {
        Id = "timeout-too-short",
        Family = CauseFamily.Timeout,
        Title = "A time-out is shorter than the route normally takes",
        Explanation = """
            the route needs about as long as nginx waits: its successes crowd just below the limit and the rest is cut off. Nothing
            is wrong with the app but its usual duration, and the limit was set without looking at it.
            If a direct request takes far longer or never ends, the app is slow: upstream-slow.
            """,
        LookAlikes = ["upstream-slow", "worker-pool-exhausted"],
        Remedy = "Set the time-out of this location to about twice what the route needs at its 99th percentile.",
        DoNot = "Do not raise it for the whole server, and not the wrong family: fastcgi_pass obeys fastcgi_read_timeout, not proxy_read_timeout.",
        ProxyError = "http_response_timeout",
        Statuses = ["504"],
        Prior = Prior.Usual,
        Example = new(
            "Successes end between 0.9 and 1 s, and the limit is 1 s.",
            "upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /report HTTP/1.1\", upstream: \"http://127.0.0.1:8000/report\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:8000; proxy_read_timeout 1s;",
            scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Load("127.0.0.1:8000", queue: 0, backlog: 2048, workers: 4, busy: 1).Answered("/report", 200, "127.0.0.1:8000", 0.95, 40)),
        NearMiss = new(
            "The route was never answered; other routes are.",
            "upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /report HTTP/1.1\", upstream: \"http://127.0.0.1:8000/report\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:8000; proxy_read_timeout 1s;",
            scene => scene.Listens("127.0.0.1:8000", "gunicorn", 812).Load("127.0.0.1:8000", queue: 0, backlog: 2048, workers: 4, busy: 1).Answered("/", 200, "127.0.0.1:8000", 0.01, 40),
            Expect: "upstream-slow"),
    };

    public override bool Applies(Incident incident) => incident is { Kind: SymptomKind.TimedOut, Phase: Phase.Header };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var routes = RouteReading.Of(incident);
        if (routes.Limit is not { } limit)
        {
            return;
        }

        if (routes.NoneAnswered)
        {
            // Where a limit cuts through what is normal, some answers still come in time.
            scales.Weigh("same route", Sources.AccessLog, Weight.Strong.Against($"{routes.OtherFailed + 1} different routes time out, and none is answered meanwhile"));
        }
        else if (routes.SameSucceeded > 0 && routes.Same is { } same)
        {
            var share = same.P95 / limit.TotalSeconds;
            scales.Weigh("same route", Sources.AccessLog, share switch
            {
                >= 0.6 when routes.SameSucceeded >= 3 => Weight.Decisive.For($"{routes.SameSucceeded} requests to the route were answered, 95 % of them within {Words.Seconds(same.P95)} of a limit of {Words.Seconds(limit)}"),
                >= 0.6 => Weight.Strong.For($"the route was answered in {Words.Seconds(same.Max)}, with a limit of {Words.Seconds(limit)}"),

                // More answers in the last tenth before a limit than a tail that falls off can have (sign test, p ≤ 0.001): the limit cuts through what is normal.
                _ when routes.Pile is { } pile => Weight.Strong.For($"{pile.Title}; the route's slowest answer took {Words.Seconds(same.Max)}"),
                < 0.3 => Weight.Moderate.Against($"the route usually takes {Words.Seconds(same.P50)}, far below the limit of {Words.Seconds(limit)}"),
                _ => Weight.None,
            });
        }

        if (routes.AtPeers is { Count: > 0, Seconds: { } elsewhere } && elsewhere < 0.6 * limit.TotalSeconds && TrafficPatternReading.BadNode(incident) is { } bad)
        {
            // What a route normally needs does not depend on the server that it is given to.
            scales.Weigh("peers", Sources.AccessLog, Weight.Strong.Against($"{bad.Title}; these answered the same route {routes.AtPeers.Count} times, 95 % within {Words.Seconds(elsewhere)}"));
        }

        if (Probing.Get(incident, routes.AnsweredFailingPath, limit * 3, seen) is { } direct)
        {
            scales.Weigh(seen.Ask(direct), response => response switch
            {
                { Outcome: ProbeOutcome.Ok, Status: < 500, HeaderMs: { } took } when took > limit.TotalMilliseconds * 0.7 => Weight.Decisive.For($"GET {routes.AnsweredFailingPath} straight to {incident.Peer} is answered in {Words.Seconds(took / 1000)}, with a limit of {Words.Seconds(limit)}"),
                { Outcome: ProbeOutcome.TimedOut } => Weight.Moderate.Against($"a direct request takes more than {Words.Seconds(response.TotalMs / 1000)}"),
                _ => Weight.None,
            });
        }
        else if (routes is { NoneAnswered: false, SameSucceeded: 0, Same: null } && incident.Requests >= ManyUnanswered)
        {
            // Where a limit cuts through what is normal, some answers still come in time; nothing more is known of what takes the same long each time.
            scales.Weigh("same route", Sources.ErrorLog, Weight.Weak.Against($"{incident.Requests} requests to the route were not answered in time, and none is known that was"));
        }

        OverloadReading.WeighAgainst(incident, seen, scales, Weight.Strong);
        var value = incident.Location!.Effective($"{incident.Location.DirectivePrefix}_read_timeout");
        scales.Weigh("limit", Sources.Config, limit switch
        {
            _ when value.IsDefault => Weight.Moderate.Against($"{value.Name} is nginx's default of {Words.Seconds(limit)}"),
            { TotalSeconds: < 5 } => Weight.Weak.For($"{value.Name} is only {Words.Seconds(limit)}").At(value.At?.File, value.At?.Line),
            { TotalSeconds: >= 30 } => Weight.Moderate.Against($"{value.Name} is {Words.Seconds(limit)}").At(value.At?.File, value.At?.Line),
            _ => Weight.None,
        });
    }

    public override string Describe(Incident incident, Observations seen)
        => $"{(incident.Routes is [var route, ..] ? route : "the route")} needs about as long as nginx waits for it{(RouteReading.Of(incident).Limit is { } limit ? $" ({Words.Seconds(limit)})" : "")}";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (incident is not { Location: { } location, Configuration: { } configuration } || RouteReading.Of(incident) is not { Limit: { } limit } routes)
        {
            return new Fix { Summary = "Raise the read time-out of this location to twice what the route needs." };
        }

        var needed = Math.Max(routes.Same?.Max ?? 0, limit.TotalSeconds);
        var seconds = (int)Math.Ceiling(needed * 2);
        var name = $"{location.DirectivePrefix}_read_timeout";
        var block = location.Location?.Block ?? location.Pass.Parent ?? location.Server.Block;
        return new Fix
        {
            Summary = $"Set {name} to {seconds}s in this location: the route needs up to {Words.Seconds(needed)}, twice that is {seconds} s.",
            Edits = ConfigurationEdit.Apply(configuration, new Edit.Set(block, name, [$"{seconds}s"])).Files,
            Steps = [RetargetFix.Reload(incident, "Test the changed configuration and reload nginx; requests under way keep the old limit.")],
            Later = $"A request that hangs now holds its connection, and a worker of the app, for up to {seconds} s. If the route should be faster, that is the app's to mend.",
        };
    }
}
