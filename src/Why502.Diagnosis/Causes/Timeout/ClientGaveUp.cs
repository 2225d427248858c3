using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis.Causes.Timeout;

/// <summary>The clients leave before the slow app answers.</summary>
public sealed class ClientGaveUp : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "client-gave-up",
        Family = CauseFamily.Timeout,
        Title = "The clients leave before the slow app answers",
        Explanation = """
            nginx notes 499 when the client closes its connection while nginx waits for the upstream. nginx made no error, and
            so writes only at level info ("epoll_wait() reported that client prematurely closed connection"), often with the words
            "while sending request to upstream" although the request was sent and the app is just slow. Whoever waits in vain leaves:
            a user who reloads, a load balancer or a client library with a time-out below nginx's.
            Single aborts are normal. Many after the same time: the time-out of what stands in front. If nginx gave up first it is a
            504: upstream-slow, timeout-too-short.
            """,
        LookAlikes = ["upstream-slow", "timeout-too-short", "worker-pool-exhausted"],
        Remedy = "Make the route faster, or answer at once and let the client ask for the result; then set the time-outs in the order client > load balancer > nginx > app.",
        DoNot = "Do not set proxy_ignore_client_abort on: it hides the 499 and lets the app work for nobody.",
        ProxyError = "-",
        Statuses = ["499"],
        Example = new(
            "A third of the clients leave after 5 s from a route that takes 9 s.",
            "",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Gets("/report", 499, StatusOrigin.Client, 20, "127.0.0.1:3000", seconds: 5).Gets("/report", 200, StatusOrigin.Upstream, 40, "127.0.0.1:3000", seconds: 9)),
        NearMiss = new(
            "Two of many leave at once.",
            "",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Gets("/report", 499, StatusOrigin.Client, 2, "127.0.0.1:3000", seconds: 0.1).Gets("/report", 200, StatusOrigin.Upstream, 40, "127.0.0.1:3000", seconds: 0.2)),
    };

    /// <summary>Nobody leaves a page because it takes less: what was aborted sooner was aborted for reasons of its own.</summary>
    public const double WaitSeconds = 0.8;

    private const int SingleAborts = 2;

    /// <summary>Waits that differ by less than a tenth are the same time-out.</summary>
    private const double SameWait = 0.1;

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        // A format without the server's name leaves it open whose rows they are.
        var left = incident.Traffic.Groups.Concat(incident.Traffic.Perhaps).Where(group => group.Status == 499).ToList();
        if (left.Where(group => group.RequestTime is not null).MaxBy(group => group.Count)?.RequestTime is { } waited)
        {
            scales.Weigh("waited", Sources.AccessLog, waited.P50 switch
            {
                >= WaitSeconds when waited.Count >= 3 && waited.Max - waited.Min <= SameWait * waited.Max => Weight.Strong.For($"the clients left after {Words.Seconds(waited.P50)} each time: a time-out of theirs, or of a load balancer in front"),
                >= WaitSeconds => (left.Sum(group => group.Count) >= AnsweredForms.LeastAborts ? Weight.Strong : Weight.Moderate).For($"the clients had waited {Words.Seconds(waited.P50)} when they left (median), and {Words.Seconds(waited.Max)} at most"),
                _ => Weight.Strong.Against($"the clients left after {Words.Seconds(waited.P50)} already"),
            });
        }

        if (left.Count > 0 && left.All(group => group.RequestTime is null) && OnlyOf(incident, left) is var (left499, all, others))
        {
            // Whoever leaves for reasons of his own leaves any page.
            scales.Weigh("waited", Sources.AccessLog, Weight.Strong.For($"{left499} of {all} requests to {string.Join(", ", incident.Routes.Take(2))} were left by their clients, and none of {others} to other routes{(incident.Traffic.Perhaps.Count > 0 ? "" : " of the same upstream")}"));
        }

        if (incident is { Kind: SymptomKind.Answered, Traffic.Groups.Count: > 0 } && incident.Traffic.Groups.All(group => group.Status == 499))
        {
            scales.Weigh("none", Sources.AccessLog, Weight.Moderate.For($"none of {incident.Requests} requests was answered before its client left"));
        }

        // ngx_http_upstream_check_broken_connection runs while nginx waits for the upstream; its action is still the one that was set last.
        // One or two are what every site has.
        if (incident.MessageId is not null && incident.Requests > SingleAborts)
        {
            scales.Weigh("message", Sources.ErrorLog, (incident.Requests >= AnsweredForms.LeastAborts ? Weight.Strong : Weight.Moderate).For($"clients closed {incident.Requests} connections while nginx waited for the upstream"));
        }

        var routes = incident.Routes.ToHashSet();
        var answered = incident.Traffic.Groups.Where(group => TrafficReading.IsSuccess(group) && (routes.Contains(group.Path ?? "") || routes.Contains(group.Route ?? ""))).MaxBy(group => group.Count);
        if ((answered?.UpstreamResponseTime ?? answered?.RequestTime) is { } usual)
        {
            scales.Weigh("answers", Sources.AccessLog, usual.P95 >= WaitSeconds
                ? Weight.Moderate.For($"the same route takes {Words.Seconds(usual.P50)} when it is answered (95 %: {Words.Seconds(usual.P95)})")
                : Weight.Moderate.Against($"the same route is answered in {Words.Seconds(usual.P95)}"));
        }
    }

    /// <summary>Where the log has no times: most clients leave some routes, and nobody leaves the others.</summary>
    private static (long Left, long All, long Others)? OnlyOf(Incident incident, IReadOnlyList<AccessGroup> left)
    {
        var routes = left.Select(Route).ToHashSet();
        // Of rows that may be another site's none was left there either.
        var rows = incident.Traffic.Groups.Concat(incident.Traffic.Perhaps).ToLookup(group => routes.Contains(Route(group)));
        var (there, elsewhere) = (rows[true].Sum(group => group.Count), rows[false].Sum(group => group.Count));
        var count = left.Sum(group => group.Count);
        return count >= AnsweredForms.LeastAborts && 2 * count >= there && elsewhere >= count ? (count, there, elsewhere) : null;
    }

    private static string Route(AccessGroup group) => group.Route ?? group.Path ?? "";

    public override string Describe(Incident incident, Observations seen) => $"the clients leave before {incident.UpstreamText} answers";

    public override Fix? Propose(Incident incident, Observations seen)
        => new()
        {
            Summary = $"Find what makes {(incident.Routes.Count > 0 ? incident.Routes[0] : "the route")} slow.",
            Steps =
            [
                new("Look into the app: a slow-request log or a profile of this route, and what it waits for (database, cache, another API)."),
                new("Compare the time-outs: who stands in front must wait longer than nginx's proxy_read_timeout, else every slow answer is lost as a 499."),
            ],
        };
}
