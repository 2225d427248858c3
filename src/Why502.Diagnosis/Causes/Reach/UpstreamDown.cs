using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Reach;

/// <summary>TCP, and nothing listens on the configured address: the app is stopped, crashed or was never started.</summary>
public sealed class UpstreamDown : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "upstream-down",
        Family = CauseFamily.Reach,
        Title = "Nothing listens on the upstream's address",
        Explanation = """
            nginx connects to an address where no process listens, so the kernel answers with a reset and nginx logs
            "111: Connection refused". The app is stopped, crashed, or was never started. How it died (a failed unit, an
            exit status, a missing module) is evidence of this cause, not another one.
            If the app does run and listens on another port it is upstream-wrong-address; if it listens on the other
            loopback family, loopback-mismatch; if it listens and is refused all the same, a packet filter does it.
            """,
        LookAlikes = ["upstream-wrong-address", "loopback-mismatch", "firewall-blocked", "container-loopback", "socket-stale"],
        Remedy = "Read why the app ended (its unit's journal), mend that, and start it again. A restart policy keeps the next crash short.",
        DoNot = "Do not restart nginx or raise its time-outs: nothing there is wrong.",
        ProxyError = "connection_refused",
        Statuses = ["502"],
        Prior = Prior.Common,
        Example = new(
            "The app's process is gone.",
            "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET /api/ HTTP/1.1\", upstream: \"http://127.0.0.1:3000/api/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;"),
        NearMiss = new(
            "The same line, and the app listens one port further on.",
            "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET /api/ HTTP/1.1\", upstream: \"http://127.0.0.1:3000/api/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3001", "node", 812),
            Expect: "upstream-wrong-address"),
    };

    /// <summary>Refused; or closed at once by a forwarder on this machine that finds nobody behind it.</summary>
    public override bool Applies(Incident incident) => ConnectRefusal.IsTcp(incident) || IsTaken(incident);

    /// <summary>The connection was made, and closed without an answer.</summary>
    private static bool IsTaken(Incident incident)
        => incident is { Kind: SymptomKind.Reset or SymptomKind.ClosedEarly, Phase: Phase.Header or Phase.Send, Peer.IsName: false, Unlogged: false, Instance.FromFiles: false };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var peer = incident.Peer!;
        if (IsTaken(incident))
        {
            // haproxy in tcp mode, socat and stunnel take the connection first and connect then; all they can do is close it.
            scales.Weigh("behind", Sources.Machine, ForwardReading.Dead(incident, seen) is { } dead
                ? Weight.Decisive.For($"{ForwardReading.Words(ForwardReading.Process(incident, seen)!, peer, dead.Target)}, where nothing listens").At(dead.Target.File, dead.Target.Line)
                : Weight.Decisive.Against($"{peer} took the connections"));
            return;
        }

        var boundary = Boundary.Of(incident, seen);
        var local = boundary.IsHere;
        if (local == true)
        {
            scales.Weigh(seen.Ask(new TcpListeners()), _ => boundary.At is { } at ? Judge(at, boundary, incident, seen) : Weight.None);
            var app = RelatedApps.Of(incident, seen).FirstOrDefault();
            if (app is not null)
            {
                scales.Weigh("app elsewhere", Sources.Machine, new Weight(-app.LogOdds, app.Why));
            }
        }

        // connect(2): a refusal comes from a live kernel; for another machine it is all that can be seen from here.
        scales.Weigh(seen.Ask(Probing.Connect(incident.Instance, peer)), probe => probe.Outcome switch
        {
            // nginx's own line was not given: that others are refused as well is what is known of how nginx failed. From where they asked, and whether that is where nginx goes, is not.
            ProbeOutcome.Refused when incident.Unlogged => Weight.Moderate.For($"a connection by hand to {peer} was refused"),
            ProbeOutcome.Refused when local == false => Weight.Moderate.For($"a connection from here to {peer} is refused too"),
            ProbeOutcome.Ok when incident.State == IncidentState.Current => Weight.Strong.Against($"{peer} accepts connections now"),
            _ => Weight.None,
        });
        if (incident.Instance.FromFiles && StandIns.Of(peer) is { } standIn)
        {
            scales.Weigh("stand-in", Sources.ErrorLog, Weight.Moderate.For(standIn));
        }

        if (incident.State != IncidentState.Recovered && ContainerReading.Behind(incident, seen) is { Stopped: true } container)
        {
            scales.Weigh("container", Sources.Machine, Weight.Strong.For(ContainerReading.Ended(container) + (container.LastLines.Count > 0 ? $"; its last words: {container.LastLines[^1]}" : "")));
        }

        LeftAddress.WeighAgainstStart(incident, seen, scales);
        NameReading.WeighMoved(incident, seen, scales);
        if (local != false)
        {
            ServiceReading.WeighUnits(incident, peer, seen, scales);
            SupervisorReading.Weigh(incident, seen, scales);
            Pm2Reading.Weigh(incident, seen, scales);
            ServiceReading.WeighAppLogs(incident, seen, scales);
        }
    }

    private static Weight Judge(Listening at, Boundary boundary, Incident incident, Observations seen)
    {
        var peer = incident.Peer!;
        if (at.Serving is { } serving)
        {
            var started = serving.Processes.Min(process => process.StartedAt);
            return incident.State == IncidentState.Recovered && (started is null || started > incident.Last?.AddSeconds(-1))
                ? Weight.Strong.For($"{Words.Processes(serving.Processes)} listens on {peer} again{(started is { } at2 ? $", since {Words.Clock(at2)}" : "")}")
                : incident.State == IncidentState.Recovered ? Weight.None
                : Weight.Decisive.Against($"{Words.Processes(serving.Processes)} listens on {Words.Address(serving)}");
        }

        return at switch
        {
            { OtherLoopback: { } other } => Weight.Decisive.Against($"{Words.Processes(other.Processes)} listens on {Words.Address(other)}, the other loopback family"),
            { OtherAddress: [var other, ..] } => Weight.Strong.Against($"{Words.Processes(other.Processes)} listens on {Words.Address(other)}"),
            { OtherNamespace: [var other, ..] } when !boundary.IsCrossed => Weight.Strong.Against($"{Words.Processes(other.Processes)} listens on port {peer.Port} in another network namespace"),
            _ when boundary.Space is { } space => Weight.Strong.For($"no listener on port {peer.Port} inside {Boundary.Name(space, seen)}"),
            _ => Weight.Strong.For($"no listener on port {peer.Port}, IPv4 or IPv6"),
        };
    }

    public override string Describe(Incident incident, Observations seen)
        => IsTaken(incident) && ForwardReading.Dead(incident, seen) is { } dead ? $"nothing listens on {dead.Address}, where {Words.Process(ForwardReading.Process(incident, seen)!)} on {incident.UpstreamText} hands the requests on to"
            : incident.State == IncidentState.Recovered ? $"nothing listened on {incident.UpstreamText}" : $"nothing listens on {incident.UpstreamText}";

    public override Fix? Propose(Incident incident, Observations seen)
        => StartFix.Of(IsTaken(incident) && ForwardReading.Dead(incident, seen) is { } dead ? incident with { Peer = dead.Address } : incident, seen);
}
