using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Response;

/// <summary>The app closes while nginx still sends: the request is larger than it takes.</summary>
public sealed class RequestTooLargeForUpstream : Cause
{
    private static readonly string[] WithoutBody = ["GET", "HEAD", "OPTIONS", "DELETE", "TRACE"];

    public override CauseInfo Info { get; } = new()
    {
        Id = "request-too-large-for-upstream",
        Family = CauseFamily.Config,
        Title = "The app takes only smaller requests than nginx lets through",
        Explanation = """
            nginx allows a larger request (client_max_body_size, large_client_header_buffers) than the app. The app answers 413 or just
            closes while nginx still writes, and the kernel answers the rest of the body with a reset: nginx logs 32 or 104 while sending,
            or a reset while reading the header, and the app's own 413 is lost. Small requests to the same route pass. A connection that
            breaks while nothing much was to be sent is keepalive-race, worker-crashed or upstream-reset.
            """,
        LookAlikes = ["upstream-reset", "worker-crashed", "keepalive-race", "upstream-closed-early", "protocol-mismatch"],
        Remedy = "Give both the same limit: raise the app's where such requests are meant, else lower client_max_body_size so that nginx answers 413 itself.",
        DoNot = "Do not raise client_max_body_size further: nginx lets the request through already.",
        ProxyError = "connection_terminated",
        Statuses = ["413", "502"],
        Example = new(
            "The app takes 1 MB, nginx lets 100 MB through.",
            "writev() failed (32: Broken pipe) while sending request to upstream, client: 192.0.2.7, server: shop.example, request: \"POST /upload HTTP/1.1\", upstream: \"http://127.0.0.1:5000/upload\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:5000; client_max_body_size 100m;",
            scene => scene.Listens("127.0.0.1:5000", "dotnet", 812).Limits("127.0.0.1:5000", new() { Stack = "kestrel", Body = new("MaxRequestBodySize", "1048576", 1048576, "/srv/app/appsettings.json", 9, null) })),
        NearMiss = new(
            "The app has no limit, and the line came while reading the header.",
            "recv() failed (104: Connection reset by peer) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /upload HTTP/1.1\", upstream: \"http://127.0.0.1:5000/upload\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:5000; client_max_body_size 100m;",
            scene => scene.Listens("127.0.0.1:5000", "dotnet", 812).Limits("127.0.0.1:5000", new() { Stack = "kestrel", Body = new("MaxRequestBodySize", "null", double.PositiveInfinity, "/srv/app/appsettings.json", 9, null) }),
            Expect: "upstream-reset"),
    };

    public override bool Applies(Incident incident)
        => incident is { Kind: SymptomKind.Reset, Phase: Phase.Send or Phase.Header }
            || incident is { Kind: SymptomKind.OtherMessage, Errno: 104 or 32 }
            || incident is { Kind: SymptomKind.ClosedEarly, Phase: Phase.Send or Phase.Header }
            || incident is { Kind: SymptomKind.Answered, Status: 413 }
            || incident.Candidates.Contains(Id);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (IsNginxOwn(incident))
        {
            // ngx_http_uwsgi_create_request() and its like: the request does not fit into the protocol's own length fields.
            scales.Weigh("message", Sources.ErrorLog, Weight.Strong.For("the request does not fit into what the upstream's protocol can carry"));
            return;
        }

        var events = AppLogReading.During(incident, seen);
        if (events.LastOrDefault(logged => logged.Kind == AppEventKind.RequestTooLarge && !ProtocolReading.IsRequestLine(logged)) is { } refused)
        {
            scales.Weigh("app log", Sources.AppLog, Weight.Decisive.For(refused.Text).At(refused.Line.File, refused.Line.Line));
        }
        else if (incident.Event is { } reported && ProtocolReading.IsRequestLine(reported))
        {
            // uwsgi_proto_uwsgi_parser(): the size is bytes 2 and 3 of what came.
            scales.Weigh("app log", Sources.AppLog, Weight.Decisive.Against("the size is letters of an HTTP request line: nothing was too large"));
        }

        if (incident.BrokenWhileSending > 0)
        {
            // A request without a large body is in the socket's buffer at once (tcp_wmem, 16 KiB and more): only a large one is still being written.
            scales.Weigh("phase", Sources.ErrorLog, Weight.Moderate.For("nginx was still sending the request when the app closed"));
        }

        WeighSize(incident, seen, scales);
        var deaths = DeathReading.Of(incident, seen);
        if (deaths.Deaths.Count > 0 && deaths.Coverage >= 0.4 && deaths.Deaths[^1] is var death)
        {
            scales.Weigh("death", death.Source, Weight.Strong.Against(death.Text).At(death.File, death.Line));
        }

        if (incident.Traffic.Groups.Where(group => group is { Status: 413 or 431 or 414 } && group.Origin != StatusOrigin.Nginx && incident.Routes.Contains(group.Path ?? "")).Sum(group => group.Count) is > 0 and var told)
        {
            scales.Weigh("status", Sources.AccessLog, Weight.Strong.For($"the app answered {told} requests of this route with 413, 414 or 431"));
        }
    }

    private static bool IsNginxOwn(Incident incident)
        => incident is { Kind: SymptomKind.OtherMessage, Errno: null } && incident.Candidates.Contains("request-too-large-for-upstream");

    private static void WeighSize(Incident incident, Observations seen, Scales scales)
    {
        var bodiless = incident.Methods.Count > 0 && incident.Methods.All(WithoutBody.Contains);
        if (!bodiless && incident.Methods.Count > 0 && (incident.Phase == Phase.Send || incident.BrokenWhileSending > 0))
        {
            scales.Weigh("methods", Sources.ErrorLog, Weight.Weak.For($"{string.Join(", ", incident.Methods)} requests fail, which have a body"));
        }

        var allowed = incident.Location?.Effective("client_max_body_size");
        if (!bodiless && allowed is { IsDefault: false, AsSize: { } size } && (size == 0 || size > 1048576))
        {
            scales.Weigh("nginx's limit", Sources.Config, Weight.Weak.For($"nginx lets {(size == 0 ? "bodies of any size" : Words.Bytes(size))} through (client_max_body_size)"));
        }

        if (SettingsReading.Of(incident, seen) is not { } settings)
        {
            return;
        }

        scales.Weigh(settings, told => bodiless
            ? told.Header is { } header ? Compare(header, 8192) : Weight.Strong.Against("requests without a body, and no limit of the app for headers is known")
            : told.Body is { } body ? Compare(body, allowed?.AsSize is { } limit ? limit == 0 ? double.PositiveInfinity : limit : 1048576) : Weight.None);
        if (bodiless && settings.Outcome != Outcome.Seen)
        {
            scales.Weigh("methods", Sources.ErrorLog, Weight.Moderate.Against($"{string.Join(", ", incident.Methods)} requests have no body"));
        }
    }

    /// <param name="allowed">What nginx lets through; of a header one buffer of large_client_header_buffers, 8 KiB.</param>
    private static Weight Compare(AppSetting limit, double allowed)
        => limit.IsUnlimited || limit.Number >= allowed
            ? Weight.Strong.Against($"the app takes all that nginx lets through: {limit}").At(limit.File, limit.Line)
            : (limit.IsDefault ? Weight.Weak : Weight.Moderate).For($"the app takes less than nginx lets through: {limit}").At(limit.File, limit.Line);

    public override string Describe(Incident incident, Observations seen) => $"{incident.UpstreamText} closes while nginx still sends: the request is larger than it takes";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var settings = SettingsReading.Of(incident, seen)?.FactOrNull;
        if (settings is { Stack: "uwsgi", Header: { Name: "buffer-size" } buffer } && incident is { Errno: null or 104 or 32, Scheme: "uwsgi" } && !HasBody(incident) && HeaderAllowed(incident) is var bytes && buffer.Number < bytes
            && AppServerFix.Set(incident, seen, settings, buffer, bytes, $"nginx takes request headers of up to {bytes} bytes (large_client_header_buffers), and uWSGI drops a request whose header does not fit into its buffer.") is { Count: > 0 } larger)
        {
            return new Fix { Summary = $"Give uWSGI a buffer for headers as large as nginx's: buffer-size {bytes}.", Steps = larger, Unasked = "what failed carried a large header, which is not sent again: a request without it proves nothing", Later = "A cookie that grows and grows is mended where it is set: every request carries it." };
        }

        var limit = settings?.Body is { IsUnlimited: false } body ? body : settings?.Header;
        var allowed = incident.Location?.Effective("client_max_body_size");
        return new Fix
        {
            Summary = "Give the app and nginx the same limit for a request's size: the app's is the one that refuses.",
            Steps =
            [
                new(limit is null ? "Find the app's own limit for a request (its framework's, and its server's)." : $"The app's limit is {limit}."),
                new("Where requests of this size are meant, the repair is the app's: raise its limit to nginx's. How much an upload may be nobody but its owner can say, so nothing is changed here without you."),
                new($"Else lower client_max_body_size{(allowed is { IsDefault: false } ? $" (now {allowed.Value})" : "")} for this location to the app's limit: nginx then answers 413 itself, before anything is sent."),
            ],
        };
    }

    private static bool HasBody(Incident incident) => incident.Methods.Count > 0 && !incident.Methods.All(WithoutBody.Contains);

    /// <summary>What nginx takes of a header: large_client_header_buffers (4 of 8 KiB by default), and no more than uWSGI's protocol can carry (two bytes of length).</summary>
    private static long HeaderAllowed(Incident incident)
    {
        const long Carried = 65_535;
        return incident.Location?.Effective("large_client_header_buffers") is { IsDefault: false, Arguments: [var number, var size] } && int.TryParse(number, System.Globalization.CultureInfo.InvariantCulture, out var count) && NginxValue.TrySize(size, out var each)
            ? Math.Min(Carried, count * each)
            : 32_768;
    }
}
