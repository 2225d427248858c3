using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Capacity;

/// <summary>One kind of request makes nginx mark healthy servers as failed, for everybody.</summary>
public sealed class PassiveCheckPoisoned : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "passive-check-poisoned",
        Family = CauseFamily.Capacity,
        Title = "One kind of request has healthy servers marked as failed",
        Explanation = """
            max_fails counts every failed try against the server: a time-out of one slow route, a connection that the app closes on a
            method it refuses. nginx then tries the next server with the same request, marks that one too, and for fail_timeout all
            other requests get "no live upstreams", although every server answers them in milliseconds. proxy_next_upstream does not
            help: error, timeout and invalid_header always count, and a status counts where it is named (http_503): then no line tells of it.
            When all routes fail, the servers are really ill: what fails them is the cause.
            """,
        LookAlikes = ["upstream-group-exhausted", "upstream-slow", "timeout-too-short", "upstream-connection-limit"],
        Remedy = "Give that route a group of its own (or max_fails=0 on the servers), and mend the route or its time-out.",
        DoNot = "Do not restart the servers: they are well, and the next such request marks them again.",
        ProxyError = "destination_unavailable",
        Statuses = ["502"],
        Example = new(
            "One report times out on both servers, and everything else is refused for ten seconds.",
            """
            upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: "GET /report HTTP/1.1", upstream: "http://127.0.0.1:3001/report", host: "shop.example"
            upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: "GET /report HTTP/1.1", upstream: "http://127.0.0.1:3002/report", host: "shop.example"
            no live upstreams while connecting to upstream, client: 192.0.2.8, server: shop.example, request: "GET /cart HTTP/1.1", upstream: "http://backend/cart", host: "shop.example"
            """,
            "proxy_pass http://backend;",
            scene => scene.Listens("127.0.0.1:3001", "node", 812).Listens("127.0.0.1:3002", "node", 813).Answered("/cart", 200, "127.0.0.1:3001", 0.02, 40),
            Http: "upstream backend { server 127.0.0.1:3001; server 127.0.0.1:3002; }"),
        NearMiss = new(
            "The same time-outs, and nobody else is refused.",
            """
            upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: "GET /report HTTP/1.1", upstream: "http://127.0.0.1:3001/report", host: "shop.example"
            upstream timed out (110: Connection timed out) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: "GET /report HTTP/1.1", upstream: "http://127.0.0.1:3002/report", host: "shop.example"
            """,
            "proxy_pass http://backend;",
            scene => scene.Listens("127.0.0.1:3001", "node", 812).Listens("127.0.0.1:3002", "node", 813).Answered("/cart", 200, "127.0.0.1:3001", 0.02, 40),
            Http: "upstream backend { server 127.0.0.1:3001 max_fails=0; server 127.0.0.1:3002 max_fails=0; }",
            Expect: "upstream-slow"),
    };

    /// <summary>Only what comes after the connection: a server that cannot be connected to is not well.</summary>
    public override bool Applies(Incident incident)
        => Marking(incident) is not null || incident.NoLiveUpstreams > 0 && incident is { Kind: SymptomKind.TimedOut or SymptomKind.ClosedEarly or SymptomKind.Reset or SymptomKind.HeaderTooBig or SymptomKind.OtherMessage, Phase: not (Phase.Connect or Phase.Resolve or Phase.Tls) };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (GroupReading.Of(incident) is { } group)
        {
            var counting = group.Usable.Where(peer => peer.MaxFails > 0).ToList();
            scales.Weigh("group", Sources.Config, group.IsSingle ? Weight.Decisive.Against("a group of one server is never marked failed")
                : counting.Count == 0 ? Weight.Decisive.Against("max_fails=0: no server of the group is ever marked failed")
                : Weight.Weak.For($"{counting.Max(peer => peer.MaxFails)} failure marks a server of {group.Group.Name} for {Words.Seconds(counting.Max(peer => peer.FailTimeout))}").At(counting[0].At.File, counting[0].At.Line));
            if (GroupReading.Answering(incident, group, seen) is { } answering)
            {
                scales.Weigh("servers", Sources.Probe, answering.Refuse > 0
                    ? Weight.Strong.Against($"{answering.Refuse} servers of the group do not accept connections")
                    : Weight.Weak.For($"all {answering.Accept} servers of the group accept connections"));
            }
        }

        if (Marking(incident) is { } marking)
        {
            WeighAnswers(marking, scales);
            return;
        }

        var others = incident.NoLiveRoutes.Where(route => !incident.Routes.Contains(route)).ToList();
        if (others.Count > 0 && incident.Routes.Count is > 0 and <= 2)
        {
            scales.Weigh("routes", Sources.ErrorLog, Weight.Strong.For($"only {string.Join(" and ", incident.Routes)} fails on the servers, and {others.Count} other route{(others.Count == 1 ? "" : "s")} ({string.Join(", ", others.Take(3))}) found no live server"));
        }
        else if (incident.Routes.Count > 4)
        {
            scales.Weigh("routes", Sources.ErrorLog, Weight.Strong.Against($"{incident.Routes.Count} different routes fail on the servers"));
        }

        var routes = RouteReading.Of(incident);
        if (TrafficPatternReading.BadNode(incident) is { } bad)
        {
            // A request that fails on every server fails on each as often: the comparison is made minute by minute, and corrected for the number of servers.
            scales.Weigh("peers", Sources.AccessLog, Weight.Moderate.Against(bad.Title));
        }

        if (routes.OtherSucceeded > 0)
        {
            scales.Weigh("answers", Sources.AccessLog, Weight.Strong.For($"the same servers answered {routes.OtherSucceeded} requests to other routes meanwhile"));
        }
        else if (Probing.Get(incident, routes.AnsweredPath, TimeSpan.FromSeconds(1), seen) is { } other)
        {
            scales.Weigh(seen.Ask(other), response => response is { Outcome: ProbeOutcome.Ok, Status: < 500 }
                ? Weight.Strong.For($"GET {routes.AnsweredPath} straight to {incident.Peer} is answered in {response.HeaderMs:0} ms, while nginx refuses it")
                : Weight.Strong.Against($"GET {routes.AnsweredPath}, answered before, is not answered within 1 s now"));
        }
    }

    /// <summary>An app that answers so to everything is ill; one that answers so to one route says what it means.</summary>
    private static void WeighAnswers(MarkingAnswers marking, Scales scales)
        => scales.Weigh("answers", Sources.AccessLog, marking.Routes.Count <= 2 && marking.OthersAnswered > 0
            ? Weight.Decisive.For($"{string.Join(" and ", marking.Routes)} was answered {marking.Status} {marking.Requests} times, which proxy_next_upstream (http_{marking.Status}) counts against each server, and {marking.OthersAnswered} requests to other routes were answered")
            : marking.Routes.Count > 4 || marking.OthersAnswered == 0 ? Weight.Strong.Against($"{marking.Routes.Count} routes were answered {marking.Status}: the servers are really ill")
            : Weight.Moderate.For($"{marking.Requests} answers with {marking.Status} count against the servers (proxy_next_upstream http_{marking.Status})"));

    /// <summary>The request that marks the servers.</summary>
    private static string? Poison(Incident incident)
        => incident.Kind == SymptomKind.NoLiveUpstreams ? Marking(incident)?.Routes.FirstOrDefault() : incident.Routes is [var route, ..] ? route : null;

    /// <summary>What marked the servers where no failure of theirs has a line.</summary>
    private static MarkingAnswers? Marking(Incident incident) => incident.Kind == SymptomKind.NoLiveUpstreams ? MarkingAnswers.Of(incident) : null;

    public override string Describe(Incident incident, Observations seen)
        => $"{Poison(incident) ?? "one route"} has every server of {incident.Group?.Name ?? "the group"} marked failed for everybody";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (GroupReading.Of(incident) is not { } group)
        {
            return new Fix { Summary = "Give the failing route a group of its own." };
        }

        var route = Poison(incident) ?? "the failing route";
        var answers = Marking(incident);
        var servers = string.Join(" ", group.Usable.Take(8).Select(peer => $"server {peer.Written} max_fails=0;"));
        return new Fix
        {
            Summary = $"Stop-gap: count no failures against the servers of {group.Group.Name} (max_fails=0), so that those of {route} take them from nobody else. {route} itself {(answers is null ? "stays slow" : $"is answered {answers.Status} as before")}.",
            Edits = Edits(incident, group),
            ServedPath = incident.Methods.Contains("GET") ? incident.NoLiveRoutes.FirstOrDefault(other => !incident.Routes.Contains(other) && other.StartsWith('/')) : null,
            Steps =
            [
                new($"With max_fails=0 on the servers of {group.Group.Name} no failure of one request takes a server from the others; a dead server is then tried again by each request (it answers 111 at once)."),
                .. answers is null ? [] : new FixStep[] { new($"Or take http_{answers.Status} out of {incident.Location!.DirectivePrefix}_next_upstream for this location: then that answer is passed on at once and counts against nobody.") },
                new($"Better, where servers really die: a group for {route} alone (upstream {group.Group.Name}_slow {{ {servers} }}) and a location for it with proxy_pass to that group and the read time-out it needs."),
                RetargetFix.Reload(incident, "Test the changed configuration and reload nginx."),
            ],
            Later = answers is not null ? null : $"Mend what {route} waits for: nginx tried it on {group.Usable.Count} servers, so each such request cost {group.Usable.Count} of them.",
        };
    }

    private static IReadOnlyList<FileEdit> Edits(Incident incident, GroupReading group)
    {
        if (incident.Configuration is not { } configuration)
        {
            return [];
        }

        var edits = group.Usable
            .Select(peer => peer.Directive)
            .OfType<Directive>()
            .Select(server => (Edit)new Edit.SetArguments(server, [.. server.Arguments.Where(argument => !argument.StartsWith("max_fails=", StringComparison.Ordinal)), "max_fails=0"]))
            .ToList();
        return edits.Count == 0 ? [] : [.. ConfigurationEdit.Apply(configuration, edits).Files];
    }
}
