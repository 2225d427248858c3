using System.Globalization;
using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Response;

/// <summary>A gRPC or HTTP/2 server refused or reset the stream, in HTTP/2's own words.</summary>
public sealed class H2StreamRejected : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "h2-stream-rejected",
        Family = CauseFamily.Response,
        Title = "The HTTP/2 server refuses or resets the stream",
        Explanation = """
            the server speaks HTTP/2 well and ends this request on purpose, with RST_STREAM or GOAWAY and an error code (RFC 9113 §7):
            7 REFUSED_STREAM (too many streams at once, or it shuts down), 11 ENHANCE_YOUR_CALM (it feels flooded), 2 INTERNAL_ERROR
            (the handler failed), 1 PROTOCOL_ERROR (it dislikes the request, such as a header or a missing te: trailers), 8 CANCEL,
            0 with GOAWAY: the connection had reached its maximum age while nginx kept it for reuse.
            Frames that cannot be read at all are invalid-response; letters instead of frames protocol-mismatch.
            """,
        LookAlikes = ["invalid-response", "protocol-mismatch", "upstream-reset", "keepalive-race"],
        Remedy = "Act on the code: raise the server's limit of streams, let nginx drop kept connections earlier than the server, or find the failing handler in the server's log.",
        DoNot = "Do not raise grpc time-outs or buffers: the server answered at once, with a refusal.",
        ProxyError = "http_protocol_error",
        Statuses = ["502"],
        Example = new(
            "The server has reached its maximum of concurrent streams.",
            "upstream rejected request with error 7 while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"POST /shop.Cart/Add HTTP/2.0\", upstream: \"grpc://127.0.0.1:50051\", host: \"shop.example\"",
            "grpc_pass grpc://127.0.0.1:50051;",
            scene => scene.Listens("127.0.0.1:50051", "cart", 812)),
        NearMiss = new(
            "What came were letters, not frames: 4740180 is HTT.",
            "upstream sent too large http2 frame: 4740180 while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"POST /shop.Cart/Add HTTP/2.0\", upstream: \"grpc://127.0.0.1:50051\", host: \"shop.example\"",
            "grpc_pass grpc://127.0.0.1:50051;",
            scene => scene.Listens("127.0.0.1:50051", "cart", 812),
            Expect: "protocol-mismatch"),
    };

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        // ngx_http_grpc_process_header(), ngx_http_grpc_filter(): written for RST_STREAM, for GOAWAY below our stream, and for frames after the stream's end; nothing else writes it.
        scales.Weigh("message", Sources.ErrorLog, ProtocolReading.IsHttp1Required(incident) ? Weight.None : Malformed(incident)
            ? Weight.Weak.For("the server ends the connection with GOAWAY")
            : Weight.Decisive.For(CodeOf(incident) is { } code ? $"the server itself ended the request with HTTP/2 error {code} ({Name(code)})" : "the server itself had ended the stream"));
    }

    /// <summary>GOAWAY frames that are malformed: the refusal is meant, and not well said.</summary>
    private static bool Malformed(Incident incident) => incident.Candidates.Contains("invalid-response");

    private static int? CodeOf(Incident incident)
    {
        const string before = "with error ";
        var at = incident.Message.IndexOf(before, StringComparison.Ordinal);
        var digits = at < 0 ? "" : string.Concat(incident.Message[(at + before.Length)..].TakeWhile(char.IsAsciiDigit));
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;
    }

    private static bool IsGoAway(Incident incident) => incident.MessageId?.Contains("goaway", StringComparison.Ordinal) == true;

    /// <summary>RFC 9113, section 7.</summary>
    private static string Name(int code) => code switch
    {
        0 => "NO_ERROR",
        1 => "PROTOCOL_ERROR",
        2 => "INTERNAL_ERROR",
        3 => "FLOW_CONTROL_ERROR",
        4 => "SETTINGS_TIMEOUT",
        5 => "STREAM_CLOSED",
        6 => "FRAME_SIZE_ERROR",
        7 => "REFUSED_STREAM",
        8 => "CANCEL",
        9 => "COMPRESSION_ERROR",
        10 => "CONNECT_ERROR",
        11 => "ENHANCE_YOUR_CALM",
        12 => "INADEQUATE_SECURITY",
        13 => "HTTP_1_1_REQUIRED",
        _ => "unknown",
    };

    public override string Describe(Incident incident, Observations seen)
        => $"{incident.UpstreamText} {(IsGoAway(incident) ? "ends the connection (GOAWAY)" : "refuses or resets the request")}{(CodeOf(incident) is { } code ? $" with HTTP/2 error {code}, {Name(code)}" : "")}";

    public override Fix? Propose(Incident incident, Observations seen) => OldVersion(incident) ?? new()
    {
        Summary = CodeOf(incident) switch
        {
            0 when IsGoAway(incident) => "Let nginx drop kept connections before the server does.",
            7 => "Raise the server's limit of concurrent streams, or find why it shuts down: nginx has nothing to set for it.",
            11 => "Find what the server takes for a flood: pings, resets or streams per connection.",
            1 or 3 or 6 or 9 => "Find in the server's log what it dislikes about the request.",
            13 => "The server wants HTTP/1.1 for this: use proxy_pass.",
            _ => "Find in the server's own log why it ended this stream.",
        },
        Steps =
        [
            new(CodeOf(incident) is 0 && IsGoAway(incident)
                ? "Give the upstream group a keepalive_timeout and keepalive_time below the server's maximum age of a connection, or leave keepalive out."
                : $"Read the gRPC server's log at {(incident.Last is { } last ? Words.Clock(last) : "the time of the line")}: it knows why."),
            new("Repeat the call straight to the server with a gRPC client (grpcurl), without nginx between."),
        ],
        Later = "A client that repeats idempotent calls by itself (gRPC retry policy) hides single refusals.",
    };

    /// <summary>The server says itself that it wants HTTP/1.1 (RFC 9113, 7: HTTP_1_1_REQUIRED), and the location may speak it.</summary>
    private static Fix? OldVersion(Incident incident)
        => CodeOf(incident) == 13 && incident is { Configuration: { } configuration, Location: { Kind: PassKind.Proxy } location } && location.Effective("proxy_http_version") is { IsDefault: false, Value: "2" }
            ? new Fix
            {
                Summary = "Speak HTTP/1.1 to this upstream, as it asks for: proxy_http_version 1.1 in this location.",
                Edits = ConfigurationEdit.Apply(configuration, new Edit.Set(location.Block, "proxy_http_version", ["1.1"])).Files,
                Steps = [RetargetFix.Reload(incident, "Test the changed configuration and reload nginx.")],
            }
            : null;
}
