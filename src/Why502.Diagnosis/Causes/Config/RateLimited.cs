using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Config;

/// <summary>limit_req or limit_conn refuses real clients.</summary>
public sealed class RateLimited : Cause
{
    private const string Error = "limiting requests, excess: 5.830 by zone \"perip\", client: 192.0.2.7, server: shop.example, request: \"GET /api HTTP/1.1\", host: \"shop.example\"";

    public override CauseInfo Info { get; } = new()
    {
        Id = "rate-limited",
        Family = CauseFamily.Config,
        Title = "nginx's own limit refuses the requests",
        Explanation = """
            limit_req or limit_conn refuses what exceeds its rate or its number of connections, with 503 unless limit_req_status or
            limit_conn_status says otherwise. The upstream was never asked. It turns into a fault where the limit is below what a page
            needs (many small requests at once, no burst), or where all users share one key: behind a load balancer $binary_remote_addr
            is the balancer's address for everybody.
            A few refused clients are what the limit is for. With limit_req_log_level below the level of error_log only the access log shows it.
            """,
        LookAlikes = ["status-from-config", "upstream-answered-error", "upstream-connection-limit"],
        Remedy = "Set rate and burst to what one real user needs, and let the key be the user's address (set_real_ip_from behind a proxy).",
        DoNot = "Do not remove the limit: raise it where it refuses whom it should not.",
        ProxyError = "http_request_denied",
        Statuses = ["503", "429"],
        Example = new(
            "Half of all requests exceed the limit.",
            string.Join('\n', Enumerable.Repeat(Error, 40)),
            "limit_req zone=perip; proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Gets("/api", 503, StatusOrigin.Nginx, 40).Gets("/api", 200, StatusOrigin.Upstream, 40, "127.0.0.1:3000"),
            Http: "limit_req_zone $binary_remote_addr zone=perip:1m rate=5r/s;"),
        NearMiss = new(
            "Three of a thousand requests do.",
            string.Join('\n', Enumerable.Repeat(Error, 3)),
            "limit_req zone=perip; proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Gets("/api", 503, StatusOrigin.Nginx, 3).Gets("/api", 200, StatusOrigin.Upstream, 997, "127.0.0.1:3000"),
            Http: "limit_req_zone $binary_remote_addr zone=perip:1m rate=5r/s;"),
    };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        // ngx_http_limit_req_handler and ngx_http_limit_conn_handler write it when, and only when, they refuse.
        if (incident.MessageId is not null)
        {
            scales.Weigh("message", Sources.ErrorLog, Weight.Decisive.For("nginx says itself that its limit refused the requests"));
        }

        var limit = LimitScope.Of(incident);
        if (incident.MessageId is null && incident.Configuration is not null)
        {
            var quiet = limit is { LogLevel: "warn" or "notice" or "info" };
            scales.Weigh("limit", Sources.Config, limit switch
            {
                null => Weight.Strong.Against("no limit is in force for these requests"),
                { Status: var status } when status != incident.Status => Weight.Strong.Against($"the limit in force answers {status}, not {incident.Status}"),

                // It would have left its line at level error.
                _ when quiet => Weight.Strong.For($"{limit.Directive} is in force, and its refusals are logged at level {limit.LogLevel} only").At(limit.At.File, limit.At.Line),
                _ => Weight.Weak.For($"{limit.Directive} is in force for these requests").At(limit.At.File, limit.At.Line),
            });
        }

        var refused = DistinctCount.Of(Refused(incident));
        if (refused > 0 && (incident.MessageId is not null || limit is not null))
        {
            scales.Weigh("clients", Sources.AccessLog, Weight.Weak.For(refused == 1 ? "all refused requests came from one address" : $"requests from {refused} addresses were refused"));
        }
    }

    private static IEnumerable<IReadOnlyList<ulong>> Refused(Incident incident)
        => incident.Traffic.Groups.Where(group => group.Status == incident.Status).Select(group => group.Clients);

    public override string Describe(Incident incident, Observations seen)
        => LimitScope.Of(incident) is { } limit ? $"{limit.Directive.Name} ({limit.At}) refuses them" : "nginx's own limit refuses the requests";

    public override SourceLine? PlaceOf(Incident incident, Observations seen) => LimitScope.Of(incident)?.At;

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var limit = LimitScope.Of(incident);
        var steps = new List<FixStep>();
        if (limit?.Key is "$binary_remote_addr" or "$remote_addr" && DistinctCount.Of(incident.Traffic.Groups.Select(group => group.Clients)) == 1)
        {
            steps.Add(new("All requests of the window came from one address: if that is a load balancer, tell nginx to take the user's address from it (set_real_ip_from, real_ip_header), else all users share one limit."));
        }

        steps.Add(new(limit?.Directive.Name == "limit_conn"
            ? "Raise the number of connections to what one user's browser opens at once (HTTP/2 counts each request)."
            : "Give limit_req a burst as large as the requests of one page, with nodelay, and a rate that a user reaches only by force."));
        steps.Add(new("Which numbers are right follows from what users are to be allowed, and no log tells that: nothing is changed here without you."));
        steps.Add(RetargetFix.Reload(incident, "Test and reload."));
        return new Fix { Summary = limit is null ? "Raise the limit to what one real user needs." : $"Raise {limit.Directive.Name} at {limit.At} to what one real user needs.", Steps = steps };
    }
}
