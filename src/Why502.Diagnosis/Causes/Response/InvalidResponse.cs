using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Response;

/// <summary>The app speaks the right protocol and breaks its rules.</summary>
public sealed class InvalidResponse : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "invalid-response",
        Family = CauseFamily.Response,
        Title = "The app's answer breaks the rules of its protocol",
        Explanation = """
            the answer begins as it should, and then something in it is not valid: a space in a header's name, two Content-Length or
            Transfer-Encoding fields, Content-Length together with Transfer-Encoding, a status that is no number, a malformed chunk, a
            FastCGI record or an HTTP/2 frame out of step. nginx refuses what browsers may forgive, because it cannot know where such an
            answer ends (RFC 9112 §6.3), and newer versions refuse more. In the middle of the body the client gets a part of it.
            If the first bytes are of another protocol, nginx is told the wrong one: protocol-mismatch. If the failures began with a
            newer nginx: upgrade-changed-default.
            """,
        LookAlikes = ["protocol-mismatch", "response-header-too-big", "response-truncated", "upgrade-changed-default", "h2-stream-rejected"],
        Remedy = "Mend the answer in the app, or update the library that builds it; curl straight to the app shows the header as it is.",
        DoNot = "Do not raise buffers: the answer is refused for what it says, not for its size.",
        ProxyError = "http_protocol_error",
        Statuses = ["502", "200 cut", "009"],
        Example = new(
            "A header's name holds a space.",
            "upstream sent invalid header: \"X\\x20...\" while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:3000/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812)),
        NearMiss = new(
            "The first byte is that of a TLS alert.",
            "upstream sent invalid header: \"\\x15...\" while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"uwsgi://127.0.0.1:3000\", host: \"shop.example\"",
            "uwsgi_pass 127.0.0.1:3000;",
            scene => scene.Listens("127.0.0.1:3000", "uwsgi", 812),
            Expect: "protocol-mismatch"),
    };

    public override bool Applies(Incident incident)
        => incident.Candidates.Contains(Id) || incident is { Kind: SymptomKind.Answered, Status: 9 };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var expected = ProtocolReading.Expected(incident);
        switch (ProtocolReading.BeganRight(incident))
        {
            case true:
                // ngx_http_*_process_header() and the body filters: they write this after the status line, record or frame was accepted.
                scales.Weigh("symptom", Sources.ErrorLog, Weight.Strong.For($"nginx read the answer as {ProtocolReading.Name(expected)} up to the place that it names"));
                break;
            case false when AnswerBytes.Shown(incident.MessageId!, incident.Message) is [0, ..] && incident is { Location: { Kind: PassKind.FastCgi } location } && !location.Effective("fastcgi_keep_conn").IsOn:
                // Without fastcgi_keep_conn nothing of an earlier answer can be left, and an HTTP/2 server's first frame begins with 0 as well (RFC 9113 §4.1).
                scales.Weigh("symptom", Sources.ErrorLog, Weight.Moderate.For("the byte is 0, with which no text begins: the records are out of step"));
                break;
            case false when AnswerBytes.Shown(incident.MessageId!, incident.Message) is [0, ..]:
                // ngx_http_fastcgi_process_record(), ngx_http_grpc_parse_frame(): what stands there is the middle of something, not a beginning.
                scales.Weigh("symptom", Sources.ErrorLog, Weight.Strong.For("the byte is 0, with which no text and no other protocol begins: the records are out of step"));
                break;
            default:
                scales.Weigh("symptom", incident.SymptomSource, Weight.Weak.For("what came is not valid"));
                break;
        }

        foreach (var sign in ProtocolReading.Signs(incident, seen).Where(sign => sign.Topic != "address"))
        {
            scales.Weigh(sign.Topic, sign.Source, expected is { } known && ProtocolReading.Fits(known, sign.Spoken) ? sign.For : sign.Against);
        }

        if (incident.Traffic.Succeeded > 0 && incident.Kind == SymptomKind.OtherMessage)
        {
            scales.Weigh("answered", Sources.AccessLog, Weight.Moderate.For($"{incident.Traffic.Succeeded} other answers of the same upstream were valid"));
        }
    }

    public override string Describe(Incident incident, Observations seen)
    {
        const string subject = "upstream sent ";
        var what = incident.Message.StartsWith(subject, StringComparison.Ordinal) ? incident.Message[subject.Length..] : null;
        return $"the answer of {incident.UpstreamText} is not valid {ProtocolReading.Name(ProtocolReading.Expected(incident))}{(what is null ? "" : $": it sent {what}")}";
    }

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var id = incident.MessageId ?? "";
        var route = incident.Routes is [var first, ..] ? first : "this route";
        var both = id.Contains("content-length-and-transfer-encoding", StringComparison.Ordinal) || id.Contains("duplicate-header-line", StringComparison.Ordinal);
        var http = ProtocolReading.Expected(incident) == WireProtocol.Http1;
        return new Fix
        {
            Summary = both ? $"Let the app send either Content-Length or Transfer-Encoding, and once (RFC 9112 §6.2), in its answer to {route}."
                : $"Mend the answer to {route} in the app.",
            Steps =
            [
                new(http ? $"Look at the answer as the app sends it: curl -si straight to {incident.UpstreamText}, and read its header byte by byte." : "Look in the app's log for what it did with this request; a library that writes the protocol itself is the usual place."),
                new(id.Contains("invalid-header", StringComparison.Ordinal)
                    ? "A header's name must not hold spaces, colons or control characters (RFC 9110 §5.1); the message shows the name up to the first byte that is not allowed."
                    : "Update the library or framework that builds the answer; let it set length and encoding, and do not set them beside it."),
            ],
            Later = both && http ? "A stop-gap, if the app chunks only when it is asked in HTTP/1.1: proxy_http_version 1.0 for this location." : null,
        };
    }
}
