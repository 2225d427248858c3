namespace Why502.Diagnosis.Causes.Response;

/// <summary>Residual: the app reset the connection in mid-conversation, and nothing seen says why.</summary>
public sealed class UpstreamReset : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "upstream-reset",
        Family = CauseFamily.Response,
        Title = "The app resets the connection before it answers",
        Explanation = """
            the peer's kernel sent a reset: the app closed its socket with unread data in it, closed it with SO_LINGER 0, or its
            process died. nginx logs 104 when it reads and 32 or 104 when it writes. This is what remains when the app's log,
            signals, the reuse of idle connections and request limits are ruled out.
            """,
        LookAlikes = ["upstream-closed-early", "worker-crashed", "worker-killed-by-timeout", "worker-out-of-memory", "keepalive-race", "request-too-large-for-upstream", "reload-cut", "protocol-mismatch", "response-truncated"],
        Remedy = "Look at the app's own log at the second of the failure; a capture of one exchange (tcpdump) shows who resets and when.",
        DoNot = "Do not let nginx retry requests that change something (proxy_next_upstream non_idempotent).",
        ProxyError = "connection_terminated",
        Statuses = ["502"],
        Prior = Prior.Common,
        Residual = true,
        Example = new(
            "The app's processes have run for hours and log nothing.",
            "recv() failed (104: Connection reset by peer) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812)),
        NearMiss = new(
            "The connection was closed in good order instead of reset.",
            "upstream prematurely closed connection while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812),
            Expect: "upstream-closed-early"),
    };

    public override bool Applies(Incident incident) => incident is { Kind: SymptomKind.Reset, Phase: Phase.Header or Phase.Send or Phase.Connect or Phase.Body }
        // connect(2) gives ECONNRESET where the handshake was done and the reset came before nginx looked: a proxy in between has nobody behind it.
        || incident is { Kind: SymptomKind.ConnectFailed or SymptomKind.OtherMessage, Errno: 104 or 32 }
        || incident is { Kind: SymptomKind.Reset, ResetElsewhere: not null };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Phase == Phase.Body)
        {
            // RFC 9293, 3.10.4 and tcp_close(): a reset instead of an end comes of data that the app left unread or of an aborted socket, not of an answer that was merely too short.
            scales.Weigh("phase", Sources.ErrorLog, Weight.Moderate.For("the connection was reset in mid-answer, not closed: the app left something unread, such as the request's body, or aborted"));
        }

        if (incident.ResetElsewhere is { } other)
        {
            // What has no TLS meets the same: it is none of the handshake's reasons.
            scales.Weigh("other port", Sources.ErrorLog, Weight.Strong.For($"the same host resets connections to {other}, too, where no TLS is spoken"));
        }

        ResidualClose.Weigh(incident, seen, scales);
    }

    public override string Describe(Incident incident, Observations seen) => $"{incident.UpstreamText} resets the connection {(incident.Phase == Phase.Body ? "in the middle of its answer" : "before it answers")}{ResidualClose.Why(incident, seen)}";

    public override Fix? Propose(Incident incident, Observations seen) => ResidualClose.Look(incident, seen);
}
