using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Config;

/// <summary>nginx passes requests to itself.</summary>
public sealed class RedirectOrLoop : Cause
{
    private const string Error = "512 worker_connections are not enough while connecting to upstream, client: 127.0.0.1, server: shop.example, request: \"GET / HTTP/1.0\", upstream: \"http://127.0.0.1:80/\", host: \"shop.example\"";

    public override CauseInfo Info { get; } = new()
    {
        Id = "redirect-or-loop",
        Family = CauseFamily.Config,
        Title = "nginx passes the requests to itself",
        Explanation = """
            the upstream's address is one of nginx's own listen addresses, and the server that answers there passes the request on to
            the same place again. One request becomes hundreds, until connections, ports or time run out; the error log then shows what
            ran out (worker_connections, a time-out, a header that grows with each X-Forwarded-For), and the client is 127.0.0.1.
            It comes with a port that was meant to be the app's, with a name that resolves to this machine, or with an app that moved
            away and left its port to nginx. Two servers of one nginx in a row are no loop as long as the second one gets out.
            """,
        LookAlikes = ["worker-connections-exhausted", "upstream-slow", "ephemeral-ports-exhausted", "internal-redirect-cycle", "upstream-wrong-address"],
        Remedy = "Point the pass directive at the app instead of at nginx's own address, and reload.",
        DoNot = "Do not raise worker_connections: a loop takes as many as there are.",
        ProxyError = "proxy_loop_detected",
        Statuses = ["500", "502"],
        Example = new(
            "proxy_pass names port 80, which is nginx's own.",
            Error,
            "proxy_pass http://127.0.0.1:80; proxy_set_header Host $host;",
            scene => scene.Listens("0.0.0.0:80", "nginx", 820)),
        NearMiss = new(
            "The same line, and the pass goes to an app.",
            Error.Replace(":80/", ":3000/", StringComparison.Ordinal),
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812)),
    };

    public override bool Applies(Incident incident) => base.Applies(incident) || MayGoThrough(incident) || (incident.Kind != SymptomKind.NotLoaded && LoopReading.Of(incident) is not null);

    /// <summary>What goes round through a proxy beside nginx ends where one of the two runs out of time or of connections.</summary>
    private static bool MayGoThrough(Incident incident)
        => incident is { Kind: SymptomKind.Answered, Origin: Origin.Upstream, Status: >= 500 } or { Kind: SymptomKind.TimedOut or SymptomKind.ClosedEarly or SymptomKind.Reset, Phase: Phase.Header or Phase.Send }
            && incident is { Peer.IsName: false, Instance.FromFiles: false };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Configuration is null)
        {
            return;
        }

        // The routing engine takes the request as nginx would, from pass to listen and on.
        if (LoopReading.Of(incident) is not { } loop)
        {
            scales.Weigh("loop", Sources.Machine, LoopReading.Through(incident, seen) is { } through
                ? Weight.Decisive.For($"{Words.Process(ForwardReading.Process(incident, seen)!)} on {incident.Peer} hands these requests on to {through.Listen}, a listen address of this nginx, and by the configuration they come back").At(through.At.File, through.At.Line)
                : Weight.Strong.Against("by the configuration these requests leave this nginx"));
            return;
        }

        scales.Weigh("loop", Sources.Config, Weight.Decisive.For($"the upstream {loop.Listen} is a listen address of this nginx, and the request comes back after {(loop.Turns == 1 ? "one turn" : $"{loop.Turns} turns")}").At(loop.At.File, loop.At.Line));
        if (SelfReading.IsHere(loop, incident, seen) == false)
        {
            scales.Weigh("listener", Sources.Probe, Weight.Decisive.Against($"{loop.Listen} is another machine's by now"));
        }
        else if (Endpoint.TryParse(loop.Listen, 80, out var peer) && peer is { IsUnix: false, IsName: false } && !incident.Instance.FromFiles)
        {
            scales.Weigh(seen.Ask(new TcpListeners()), table => Listening.At(table, peer, incident.Instance.NetworkNamespace).Serving is not { } serving ? Weight.Strong.Against($"nothing listens on {peer}")
                : serving.Processes.Count == 0 ? Weight.None
                : serving.Processes.Any(process => process.Pid == incident.Instance.MasterPid || incident.Instance.WorkerPids.Contains(process.Pid)) ? Weight.Strong.For($"nginx itself listens on {peer}")
                : Weight.Decisive.Against($"{Words.Processes(serving.Processes)} listens on {peer}, not nginx"));
        }
    }

    public override SourceLine? PlaceOf(Incident incident, Observations seen) => LoopReading.Of(incident)?.At;

    public override string Describe(Incident incident, Observations seen)
        => LoopReading.Of(incident) is { } loop ? $"nginx passes the requests to itself: {loop.Listen} is its own address"
            : LoopReading.Through(incident, seen) is { } through ? $"nginx passes the requests to itself through {incident.UpstreamText}, which hands them back to {through.Listen}"
            : "nginx passes the requests to itself";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var loop = LoopReading.Of(incident);
        if (loop is not null && incident.Location?.At == loop.At && RelatedApps.Of(incident, seen) is [var app, ..] && app.LogOdds >= Weight.Strong.Size && AppIdentity.IsShown(app, incident, seen))
        {
            return RetargetFix.OfHere(incident, app.Address, $"Pass to the app at {app.Address} instead of to nginx's own {loop.Listen}: {app.Why}.");
        }

        return new Fix
        {
            Summary = loop is null ? "Point the pass directive at the app." : $"Point the pass directive at {loop.At} at the app instead of at {loop.Listen}.",
            Steps = [new("See where the app listens: ss -ltnp. nginx's own listen addresses are none of its."), RetargetFix.Reload(incident, "Test the changed configuration and reload nginx.")],
        };
    }
}
