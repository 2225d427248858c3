namespace Why502.Diagnosis.Causes.Response;

/// <summary>Residual: the app closed before a response header, and nothing seen says why.</summary>
public sealed class UpstreamClosedEarly : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "upstream-closed-early",
        Family = CauseFamily.Response,
        Title = "The app closes the connection before it answers",
        Explanation = """
            the app took the connection and closed it in good order without a response header, and neither its log, a signal, the
            reuse of an idle connection, a limit nor another protocol explains it. This is what remains when the more specific
            causes are ruled out: worker-crashed, worker-killed-by-timeout, worker-out-of-memory, keepalive-race, protocol-mismatch.
            """,
        LookAlikes = ["upstream-reset", "worker-crashed", "worker-killed-by-timeout", "worker-out-of-memory", "keepalive-race", "request-too-large-for-upstream", "reload-cut", "protocol-mismatch", "response-truncated"],
        Remedy = "Look at the app's own log at the second of the failure; catch the exchange once without nginx between.",
        DoNot = "Do not let nginx retry requests that change something (proxy_next_upstream non_idempotent).",
        ProxyError = "connection_terminated",
        Statuses = ["502"],
        Prior = Prior.Common,
        Residual = true,
        Example = new(
            "The app's processes have run for hours and log nothing.",
            "upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812)),
        NearMiss = new(
            "The connection was reset instead of closed.",
            "recv() failed (104: Connection reset by peer) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812),
            Expect: "upstream-reset"),
    };

    public override bool Applies(Incident incident) => incident is { Kind: SymptomKind.ClosedEarly, Phase: Phase.Header or Phase.Send };

    public override void Weigh(Incident incident, Observations seen, Scales scales) => ResidualClose.Weigh(incident, seen, scales);

    public override string Describe(Incident incident, Observations seen) => $"{incident.UpstreamText} closes the connection before it answers{ResidualClose.Why(incident, seen)}";

    public override Fix? Propose(Incident incident, Observations seen) => ResidualClose.Look(incident, seen);
}
