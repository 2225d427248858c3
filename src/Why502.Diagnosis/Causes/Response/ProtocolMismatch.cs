using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Response;

/// <summary>nginx is told to speak one protocol, and the port speaks another.</summary>
public sealed class ProtocolMismatch : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "protocol-mismatch",
        Family = CauseFamily.Response,
        Title = "The port speaks another protocol than nginx is told to speak",
        Explanation = """
            the pass directive chooses the protocol (proxy_pass HTTP, fastcgi_pass FastCGI, uwsgi_pass uwsgi, scgi_pass SCGI, grpc_pass
            HTTP/2), and what listens on the address speaks another one. What is seen depends on who gives up first: PHP-FPM, uWSGI and
            gRPC servers close when they are sent HTTP; an HTTP server answers FastCGI with "HTTP/1.1 400", whose H is "FastCGI protocol
            version 72", and gRPC with "too large http2 frame: 4740180" (the letters HTT); a TLS port answers plain HTTP with 400 or with
            an alert; bytes that are no HTTP header are passed on as they are (status 009); uwsgi_pass and scgi_pass to an HTTP port
            log nothing and pass its 400 on.
            If the answer begins in the right protocol and breaks its rules later, the app is wrong: invalid-response. https:// to a port
            without TLS is tls-plaintext-upstream. A foreign service that took over the port is also upstream-wrong-address.
            """,
        LookAlikes = ["invalid-response", "upstream-closed-early", "upstream-reset", "upstream-wrong-address", "tls-plaintext-upstream", "upgrade-failed"],
        Remedy = "Use the pass directive and scheme of the protocol that the port speaks, or let the app listen with the protocol that nginx speaks.",
        DoNot = "Do not raise buffers or time-outs: the two do not understand each other, however long they talk.",
        ProxyError = "http_protocol_error",
        Statuses = ["502", "400", "009"],
        Prior = Prior.Rare,
        Example = new(
            "An HTTP server listens where fastcgi_pass points: 72 is the letter H of its answer.",
            "upstream sent unsupported FastCGI protocol version: 72 while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"fastcgi://127.0.0.1:9000\", host: \"shop.example\"",
            "fastcgi_pass 127.0.0.1:9000;",
            scene => scene.Listens("127.0.0.1:9000", "node", 812)),
        NearMiss = new(
            "The answer is FastCGI, and one of its records is not.",
            "upstream sent invalid FastCGI record type: 9 while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"fastcgi://127.0.0.1:9000\", host: \"shop.example\"",
            "fastcgi_pass 127.0.0.1:9000;",
            scene => scene.Listens("127.0.0.1:9000", "hhvm", 812),
            Expect: "invalid-response"),
    };

    public override bool Applies(Incident incident) => incident.Kind switch
    {
        SymptomKind.OtherMessage => incident.Candidates.Contains(Id) && !Tls.TlsPlaintextUpstream.IsUnasked(incident),

        // What takes a handshake for anything else, and waits for the rest of it, is tls-plaintext-upstream.
        SymptomKind.Answered => incident.Candidates.Contains(Id) && !(incident.Side == Side.Client && ProtocolReading.Expected(incident) == WireProtocol.Tls),
        SymptomKind.ClosedEarly or SymptomKind.Reset => incident.Phase is Phase.Header or Phase.Send && ProtocolReading.Expected(incident) is not (null or WireProtocol.Tls),
        SymptomKind.TimedOut => incident.Phase == Phase.Header && ProtocolReading.Expected(incident) is WireProtocol.FastCgi or WireProtocol.Uwsgi or WireProtocol.Scgi or WireProtocol.Http2,
        SymptomKind.AppLogged => incident.Candidates.Contains(Id) || (incident.Event is { } logged && (ProtocolReading.IsRequestLine(logged) || WaitsForLine(incident, logged))),
        _ => false,
    };

    /// <summary>A worker that waits for the end of an HTTP request line in bytes that have none is killed as one that works too long (gunicorn's http/message.py, Request.read_line()).</summary>
    private static bool WaitsForLine(Incident incident, AppLogEvent logged)
        => logged.Kind == AppEventKind.WorkerTimeout && ProtocolReading.Expected(incident) is WireProtocol.FastCgi or WireProtocol.Uwsgi or WireProtocol.Scgi;

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var expected = ProtocolReading.Expected(incident);
        var signs = ProtocolReading.Signs(incident, seen);
        foreach (var sign in signs)
        {
            scales.Weigh(sign.Topic, sign.Source, expected is { } spoken && ProtocolReading.Fits(spoken, sign.Spoken) ? sign.Against : sign.For);
        }

        WeighSymptom(incident, expected, signs, scales);

        // A port does not change its protocol from one request to the next.
        if (incident.Traffic.Succeeded > 0 && incident.Kind is not SymptomKind.Answered)
        {
            scales.Weigh("answered", Sources.AccessLog, (incident.Kind == SymptomKind.OtherMessage ? Weight.Moderate : Weight.Strong).Against($"{incident.Traffic.Succeeded} requests to the same upstream were answered"));
        }
    }

    private static void WeighSymptom(Incident incident, WireProtocol? expected, IReadOnlyList<ProtocolSign> signs, Scales scales)
    {
        switch (incident)
        {
            case { Kind: SymptomKind.OtherMessage } when ProtocolReading.BeganRight(incident) == true:
                scales.Weigh("symptom", Sources.ErrorLog, Weight.Strong.Against("the answer begins in the protocol that nginx expects"));
                break;

            // ngx_http_parse_status_line(): not even "HTTP/" came. $status is 009, and the bytes go to the client.
            case { MessageId: "upstream-sent-no-valid-http-1-0-header" } or { Kind: SymptomKind.Answered, Status: 9 }:
                scales.Weigh("symptom", incident.SymptomSource, Weight.Strong.For("what came does not begin with \"HTTP/\" at all"));
                break;

            case { Kind: SymptomKind.OtherMessage } when ProtocolReading.BeganRight(incident) is null:
                scales.Weigh("symptom", Sources.ErrorLog, Weight.Moderate.For("what came first is nothing that nginx expects there"));
                break;

            // RFC 9110 §15.5.1: how an HTTP server refuses what is no HTTP; the uwsgi and SCGI modules accept its status line and pass it on.
            case { Kind: SymptomKind.Answered, Status: 400, Traffic.Succeeded: 0 } when expected is WireProtocol.Uwsgi or WireProtocol.Scgi:
                scales.Weigh("symptom", Sources.AccessLog, Weight.Strong.For("every request is answered 400, as an HTTP server refuses what is no HTTP"));
                break;

            case { Kind: SymptomKind.TimedOut } when !ProtocolReading.HasSpoken(signs):
                scales.Weigh("symptom", Sources.ErrorLog, Weight.Moderate.Against("a port of another protocol mostly closes or answers at once"));
                break;
        }
    }

    private static WireProtocol? Spoken(Incident incident, Observations seen)
        => ProtocolReading.Signs(incident, seen).OrderByDescending(sign => sign.Step.Size).Select(sign => sign.Spoken).FirstOrDefault();

    public override string Describe(Incident incident, Observations seen)
        => Spoken(incident, seen) is { } spoken && ProtocolReading.Expected(incident) is { } expected && !ProtocolReading.Fits(expected, spoken)
            ? $"nginx speaks {ProtocolReading.Name(expected)} to {incident.UpstreamText}, which speaks {ProtocolReading.Name(spoken)}"
            : incident.Event?.Kind == AppEventKind.PlainRequestToTls ? "the upstream speaks TLS, and nginx sends it plain requests"
            : $"{incident.UpstreamText} does not speak {ProtocolReading.Name(ProtocolReading.Expected(incident))}, as nginx is told";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var spoken = Spoken(incident, seen);
        var directive = spoken switch
        {
            WireProtocol.Http1 => "proxy_pass http://…",
            WireProtocol.Tls => "proxy_pass https://… (or grpc_pass grpcs://…)",
            WireProtocol.Http2 => "grpc_pass grpc://…",
            WireProtocol.FastCgi => "fastcgi_pass with include fastcgi_params and SCRIPT_FILENAME",
            WireProtocol.Uwsgi => "uwsgi_pass with include uwsgi_params",
            WireProtocol.Scgi => "scgi_pass with include scgi_params",
            _ => null,
        };
        if (directive is null)
        {
            return new Fix
            {
                Summary = $"Find out what listens on {incident.UpstreamText}, and point this location at the app.",
                Steps = [new($"See who listens there{(incident.Peer is { IsUnix: false } ? ", and whether the app has moved to another port" : "")}.", incident.Peer is { IsUnix: false, IsName: false } peer ? $"ss -ltnp 'sport = :{peer.Port}'" : null)],
            };
        }

        var edits = Edits(incident, spoken);
        return new Fix
        {
            Summary = $"{incident.UpstreamText} speaks {ProtocolReading.Name(spoken)}: use {directive} here, or let the app listen with {ProtocolReading.Name(ProtocolReading.Expected(incident))}.",
            Edits = edits,
            Steps = [RetargetFix.Reload(incident, edits.Count > 0 ? "Test the changed configuration and reload nginx." : $"Change the location to {directive}, test the configuration and reload.")],
        };
    }

    /// <summary>Where the same target is right under another scheme or directive; parameters of FastCGI, uwsgi and SCGI are for a person to choose.</summary>
    private static IReadOnlyList<FileEdit> Edits(Incident incident, WireProtocol? spoken)
    {
        if (incident is not { Location: { HasVariables: false, Pass: { Arguments: [var target, ..] } pass } location, Configuration: { } configuration })
        {
            return [];
        }

        var bare = (TargetText.Of(target, socketHasUri: location.Kind == PassKind.Proxy) with { Scheme = null }).ToString();
        var (name, argument) = (spoken, location.Kind) switch
        {
            (WireProtocol.Tls, PassKind.Proxy) => ("proxy_pass", "https://" + bare),
            (WireProtocol.Tls, PassKind.Grpc) => ("grpc_pass", "grpcs://" + bare),
            (WireProtocol.Http1, _) => ("proxy_pass", "http://" + bare),
            (WireProtocol.Http2, PassKind.Proxy) when location.UriPart is null => ("grpc_pass", "grpc://" + bare),
            _ => ("", ""),
        };
        return name.Length == 0 ? []
            : name == pass.Name ? ConfigurationEdit.Apply(configuration, new Edit.SetArguments(pass, [argument])).Files
            : ConfigurationEdit.Apply(configuration, [new Edit.Add(NewDirective.Simple(name, argument), Place.After(pass)), new Edit.Remove(pass)]).Files;
    }
}
