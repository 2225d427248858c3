using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Tls;

/// <summary>https:// in the pass directive, and the port does not speak TLS.</summary>
public sealed class TlsPlaintextUpstream : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "tls-plaintext-upstream",
        Family = CauseFamily.Tls,
        Title = "nginx speaks TLS to a port that does not",
        Explanation = """
            proxy_pass says https:// (or grpcs://), and the app on that port speaks plain HTTP. What it answers is no TLS record: OpenSSL
            says wrong version number, packet length too long or http request. A server that waits for a whole line answers nothing at all: then nginx
            gives up after proxy_connect_timeout with "110: … timed out while SSL handshaking to upstream". Some close at once.
            Often TLS ends at a balancer in front, or the app has a second port for TLS. An alert means that TLS is spoken:
            tls-protocol-mismatch, tls-sni-missing.
            """,
        LookAlikes = ["tls-protocol-mismatch", "tls-sni-missing", "connect-timeout", "worker-pool-exhausted"],
        Remedy = "Write http:// for this port, or name the port on which the app speaks TLS.",
        DoNot = "Do not change proxy_ssl_protocols: no version is spoken there.",
        ProxyError = "tls_protocol_error",
        Statuses = ["502", "504"],
        Prior = Prior.Common,
        Example = new(
            "https:// in front of a plain HTTP app.",
            "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"https://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass https://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Tls("127.0.0.1:3000", new() { PlainText = true })),
        NearMiss = new(
            "The port speaks TLS, in a version that nginx does not offer.",
            "SSL_do_handshake() failed (SSL: error:0A00042E:SSL routines::tlsv1 alert protocol version:SSL alert number 70) while SSL handshaking to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"https://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass https://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Tls("127.0.0.1:3000", new() { Protocols = ["TLSv1.3"] }),
            Expect: "tls-protocol-mismatch"),
    };

    public override bool Applies(Incident incident)
        => (incident.Kind == SymptomKind.Answered && incident.Candidates.Contains(Id) && ProtocolReading.Expected(incident) == WireProtocol.Tls)
            || IsUnasked(incident)
            || (TlsReading.InHandshake(incident) && !TlsReading.IsCertificateComplaint(incident)
            && (incident.Kind == SymptomKind.TimedOut || incident.TlsRefusal is TlsRefusal.NotTls or TlsRefusal.Other || TlsReading.IsClosed(incident)));

    /// <summary>
    /// A server that speaks first (SETTINGS of HTTP/2, a banner) is heard before the handshake has begun when its bytes are there at once: ngx_http_upstream_send_request()
    /// and the handshake race for them.
    /// </summary>
    public static bool IsUnasked(Incident incident) => incident is { MessageId: "upstream-prematurely-sent-response" } && ProtocolReading.Expected(incident) == WireProtocol.Tls;

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (IsUnasked(incident))
        {
            // RFC 8446, 4: the client speaks first.
            scales.Weigh("message", Sources.ErrorLog, Weight.Strong.For("the upstream sends something before nginx has sent its part of the handshake"));
        }

        // OpenSSL, ssl/record/ssl3_record.c, ssl3_get_record(): the first record's version is none of TLS, or the bytes are those of an HTTP answer.
        if (incident.TlsRefusal == TlsRefusal.NotTls)
        {
            scales.Weigh("message", Sources.ErrorLog, Weight.Decisive.For($"{incident.TlsReason ?? "OpenSSL's reason"}: what came back is no TLS"));
        }

        if (TlsReading.IsClosed(incident) && incident.Kind != SymptomKind.TimedOut && seen.Known(new TcpListeners()) is null)
        {
            // A TLS server says why it breaks off (RFC 8446, 6: an alert is to be sent); one that does not speak TLS cannot.
            scales.Weigh("message", Sources.ErrorLog, Weight.Weak.Against("most servers that do not speak TLS answer with an error of their own"));
        }

        NameReading.WeighMoved(incident, seen, scales);
        var trial = TlsTrial.Of(incident, seen, scales);
        scales.Weigh("handshake", Sources.Probe, trial.Result switch
        {
            TlsTrialResult.NotTls => Weight.Decisive.For(trial.Fact!.Error ?? "what comes back is no TLS"),
            TlsTrialResult.Silent => Weight.Moderate.For("a handshake is answered by nothing at all while the connection stands, as by a server that waits for a line"),
            TlsTrialResult.Unknown => Weight.None,
            TlsTrialResult.Refused when trial.Fact is { Outcome: ProbeOutcome.Closed or ProbeOutcome.Reset, Alert: null } => Weight.Weak.For("a handshake is ended without one byte of TLS"),
            _ => Weight.Decisive.Against($"{incident.Peer} speaks TLS{(trial.Fact?.Protocol is { } protocol ? $" ({protocol})" : "")}"),
        });
        WeighQueue(incident, seen, scales);
    }

    /// <summary>Connections that nobody takes from the queue are no matter of protocols.</summary>
    private static void WeighQueue(Incident incident, Observations seen, Scales scales)
    {
        if (incident is { Kind: SymptomKind.TimedOut or SymptomKind.Answered, Peer: { IsUnix: false } peer } && Addresses.IsLocal(peer, seen.Ask(new MachineState()).FactOrNull) == true)
        {
            scales.Weigh(seen.Ask(Probing.Load(incident.Instance, peer)), load => load.QueueLength switch
            {
                > 0 => Weight.Strong.Against($"{load.QueueLength} connections wait in the app's queue: it takes none"),
                0 => Weight.Moderate.For("the app takes its connections, nothing waits in its queue"),
                _ => Weight.None,
            });
        }
    }

    public override string Describe(Incident incident, Observations seen) => $"{incident.UpstreamText} does not speak TLS, and nginx is told to";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var local = incident.Peer is { } peer && Addresses.IsInOwnNetwork(peer, seen.Known(new MachineState()));
        if (TakesTls(incident))
        {
            return new Fix
            {
                Summary = $"Have {incident.UpstreamText} speak TLS like the other servers of {incident.Group!.Name}, or take it out of the group.",
                Steps =
                [
                    TlsFix.Look(incident, "See what the port answers to a handshake."),
                    new("One pass directive speaks one way to all servers of its group: those that speak TLS would not understand plain requests."),
                ],
            };
        }

        if (incident is { Location: { HasVariables: false, Scheme: "https" or "grpcs" } location, Configuration: { } configuration } && (local || incident.Peer is null))
        {
            var plain = location.Scheme == "https" ? "http" : "grpc";
            return new Fix
            {
                Summary = $"Speak plain {plain} to this port: {plain}:// instead of {location.Scheme}:// in {location.Pass.Name}.",
                Edits = [ConfigurationEdit.SetArguments(configuration, location.Pass, WithPort(location, plain))],
                Steps = [TlsFix.Reload(incident)],
                Later = $"If the way to {incident.UpstreamText} leaves this machine, let the app speak TLS instead, and keep {location.Scheme}://.",
            };
        }

        return new Fix
        {
            Summary = "Name the port on which the upstream speaks TLS; if it has none, write http:// in the pass directive.",
            Steps =
            [
                TlsFix.Look(incident, "See what the port answers to a handshake."),
                new("Over a network that is not your own, have TLS switched on at the upstream rather than off in nginx."),
            ],
        };
    }

    /// <summary>Other servers of the same group answered requests over TLS.</summary>
    private static bool TakesTls(Incident incident)
        => incident is { Group: { } group, Peer: { } peer }
            && incident.Traffic.Groups.Any(answered => TrafficReading.IsSuccess(answered) && answered.UpstreamStatuses.Count < 2 && answered.UpstreamAddr is { } address && address != peer.ToString()
                && group.Peers.Any(other => other.Endpoint?.ToString() == address));

    /// <summary>The port goes on being the same: without one, https:// means 443 and http:// means 80.</summary>
    private static string WithPort(ProxiedLocation location, string plain)
    {
        var target = TargetText.Of(location.Target, socketHasUri: location.Kind == PassKind.Proxy);
        var hasPort = target.Authority.LastIndexOf(':') > target.Authority.LastIndexOf(']');
        var port = hasPort || location.Group is not null || location.Scheme != "https" ? "" : ":443";
        return (target with { Scheme = plain, Authority = target.Authority + port }).ToString();
    }
}
