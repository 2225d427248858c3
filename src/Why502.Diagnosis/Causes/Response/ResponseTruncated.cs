using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis.Causes.Response;

/// <summary>The connection to the app ended in the middle of the response body.</summary>
public sealed class ResponseTruncated : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "response-truncated",
        Family = CauseFamily.Response,
        Title = "The app closes the connection in the middle of the answer",
        Explanation = """
            the header had come and was passed on, so the access log shows its status (mostly 200) and the client gets a part of the
            body. nginx knows that more was to come from Content-Length, from the missing last chunk or from FastCGI's missing end
            record. The usual reasons: an exception while the app streams, a worker that is recycled or ends under way, a limit of the
            app or of a proxy behind it for the duration or size of one answer.
            Where a log shows that a process died, that is the cause: worker-crashed, worker-out-of-memory, worker-killed-by-timeout.
            A reset in mid-answer is mostly upstream-reset: the app left the request's body unread, or a time-out of its own aborted the
            connection. Before the header it is upstream-closed-early; if the app goes on but sends nothing, upstream-stalled. A full disk below
            nginx's proxy_temp cuts answers as well, with another line: disk-full.
            """,
        LookAlikes = ["upstream-closed-early", "upstream-reset", "upstream-stalled", "worker-crashed", "worker-killed-by-timeout", "reload-cut", "disk-full"],
        Remedy = "Find in the app's log why it ends this answer; where only very large answers to slow clients break, let nginx take them faster or not buffer them at all.",
        DoNot = "Do not look for the request among the 502s: its status is that of the header which had been sent.",
        ProxyError = "http_response_incomplete",
        Statuses = ["200 cut"],
        Example = new(
            "An export breaks off after its first rows.",
            "upstream prematurely closed connection while reading upstream, client: 192.0.2.7, server: shop.example, request: \"GET /export.csv HTTP/1.1\", upstream: \"http://127.0.0.1:3000/export.csv\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812)),
        NearMiss = new(
            "The app keeps the connection and sends nothing more.",
            "upstream timed out (110: Connection timed out) while reading upstream, client: 192.0.2.7, server: shop.example, request: \"GET /export.csv HTTP/1.1\", upstream: \"http://127.0.0.1:3000/export.csv\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812),
            Expect: "upstream-stalled"),
    };

    public override bool Applies(Incident incident) => incident is { Kind: SymptomKind.ClosedEarly or SymptomKind.Reset, Phase: Phase.Body };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        // ngx_http_upstream_process_request() and its unbuffered sibling run only after ngx_http_upstream_send_response() has sent the header.
        scales.Weigh("phase", Sources.ErrorLog, (incident.Kind == SymptomKind.Reset ? Weight.Weak : Weight.Strong).For("the header had been passed on, and the body did not end as it said it would"));
        if (AppLogReading.During(incident, seen).LastOrDefault(Ends) is { } said)
        {
            scales.Weigh("app log", Sources.AppLog, Weight.Strong.Against(Text(said)).At(said.Line.File, said.Line.Line));
        }
        else if (AppLogReading.During(incident, seen).LastOrDefault(logged => logged.Kind is AppEventKind.UnhandledError or AppEventKind.FatalError) is { } error)
        {
            scales.Weigh("app log", Sources.AppLog, Weight.Moderate.For(Text(error)).At(error.Line.File, error.Line.Line));
        }

        if (Direct(incident, seen) is { } direct)
        {
            scales.Weigh(seen.Ask(direct), response => response switch
            {
                { Outcome: ProbeOutcome.Closed, HeaderMs: not null } => Weight.Decisive.For($"straight to {incident.Peer} the answer breaks off too, after {Words.Bytes(response.BodyBytes)} of its body"),
                { Outcome: ProbeOutcome.Ok, Status: < 500 } => Weight.Weak.Against($"straight to {incident.Peer} the answer is complete now"),
                _ => Weight.None,
            });
        }
    }

    private static Question<ResponseFact>? Direct(Incident incident, Observations seen)
        => Probing.Get(incident, RouteReading.Of(incident).AnsweredFailingPath, TimeSpan.FromSeconds(2), seen);

    /// <summary>Reports of a process that ended: then this is how its death looks from nginx's side.</summary>
    private static bool Ends(AppLogEvent logged) => logged.Kind is AppEventKind.ChildExitedOnSignal or AppEventKind.OomKill or AppEventKind.Segfault
        or AppEventKind.WorkerTimeout or AppEventKind.RequestTimedOut or AppEventKind.MemoryExhausted;

    private static string Text(AppLogEvent logged) => logged.Text.Length > 0 ? logged.Text : logged.Line.Text;

    public override string Describe(Incident incident, Observations seen)
        => $"{incident.UpstreamText} {(incident.Kind == SymptomKind.Reset ? "resets" : "closes")} the connection in the middle of its answer{(incident.Routes is [var route, ..] ? $" to {route}" : "")}";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var route = incident.Routes is [var first, ..] ? first : "this route";
        var prefix = incident.Location?.DirectivePrefix ?? "proxy";
        var unit = SocketReading.ServingProcesses(incident, incident.Peer, seen).Select(process => process.Unit).FirstOrDefault(name => name is not null);
        return new Fix
        {
            Summary = $"The repair is in the app: find out why it ends its answer to {route} early.",
            Steps =
            [
                new("Read the app's own log at the time of the line: an exception while it streams, a recycled worker, a limit for one answer.",
                    unit is null ? null : $"journalctl -u {Shell.Quote(unit)} --since {Shell.Quote((incident.First ?? seen.Now).AddSeconds(-30).ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture))} --no-pager"),
                new($"Fetch {route} straight from {incident.UpstreamText} and compare the number of bytes: if it is complete there, the client's pace matters."),
            ],
            Later = $"Only downloads over about 1 GB to slow clients: {prefix}_max_temp_file_size (1024m) is full, nginx stops reading and the app gives up; {prefix}_buffering off or a longer send time-out in the app mends it.",
        };
    }
}
