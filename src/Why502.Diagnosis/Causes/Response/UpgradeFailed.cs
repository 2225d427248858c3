using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis.Causes.Response;

/// <summary>The WebSocket handshake does not get through nginx, or an upgraded connection is cut while it is idle.</summary>
public sealed class UpgradeFailed : Cause
{
    private static readonly Version SpeaksHttp11 = new(1, 29, 7);

    /// <summary>Paths that the libraries choose: socket.io, SockJS, SignalR, Action Cable, Phoenix, and plain /ws.</summary>
    private static readonly string[] UsualPaths = ["/ws", "websocket", "socket.io", "sockjs", "signalr", "/hub", "/cable", "/live", "/socket"];

    private static readonly string[][] Headers = [["Upgrade", "$http_upgrade"], ["Connection", "upgrade"]];

    public override CauseInfo Info { get; } = new()
    {
        Id = "upgrade-failed",
        Family = CauseFamily.Response,
        Title = "The upgrade to a WebSocket does not get through, or does not last",
        Explanation = """
            Upgrade and Connection are hop-by-hop (RFC 9110 §7.6.1, §7.8): nginx drops them and, before 1.29.7, speaks HTTP/1.0 to
            upstreams, in which there is no upgrade. Without proxy_http_version 1.1 and both headers in the very location, the app sees a
            plain GET and answers 400, 426 or 404. proxy_set_header lines of the server do not reach a location that has one of its own.
            An upgraded connection on which nothing is sent for proxy_read_timeout (60 s by default) is cut, with a line (of level info, for
            most clients) that says "while proxying upgraded connection". A proxy that insists on HTTP/1.1 (Envoy, Istio) answers 426 to everything.
            If the app answers 400 although all of it is in place, the app or its check of the origin refuses.
            """,
        LookAlikes = ["protocol-mismatch", "timeout-too-short", "upstream-reset", "upstream-answered-error"],
        Remedy = "Set proxy_http_version 1.1, Upgrade $http_upgrade and Connection \"upgrade\" in the location; let the app ping more often than proxy_read_timeout.",
        DoNot = "Do not set Connection \"upgrade\" for all locations: plain requests then lose their kept connections.",
        ProxyError = "http_upgrade_failed",
        Statuses = ["400", "426", "502"],
        Example = new(
            "A chat says nothing for a minute and loses its connection.",
            "upstream timed out (110: Connection timed out) while proxying upgraded connection, client: 192.0.2.7, server: shop.example, request: \"GET /chat HTTP/1.1\", upstream: \"http://127.0.0.1:3000/chat\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:3000; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812)),
        NearMiss = new(
            "The app refuses with 400 although nginx passes the upgrade on.",
            "",
            "proxy_pass http://127.0.0.1:3000; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;",
            scene => scene.Listens("127.0.0.1:3000", "node", 812).Gets("/chat", 400, Logs.StatusOrigin.Upstream, 40, "127.0.0.1:3000")),
    };

    public override bool Applies(Incident incident)
        => incident is { Phase: Phase.Upgraded, Kind: SymptomKind.TimedOut or SymptomKind.Reset or SymptomKind.ClosedEarly }
            || (incident.Kind is SymptomKind.Answered or SymptomKind.OtherMessage or SymptomKind.AppLogged && incident.Candidates.Contains(Id));

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var upgraded = incident.Traffic.Groups.Where(group => group.Status == 101).Sum(group => group.Count);
        if (incident.Kind == SymptomKind.TimedOut)
        {
            // ngx_http_upstream_process_upgraded(): the read timer of an upgraded connection, and nothing else.
            var limit = incident.Location?.Effective("proxy_read_timeout");
            scales.Weigh("symptom", Sources.ErrorLog, Weight.Decisive.For("the upgrade had succeeded; then the app sent nothing for the whole read time-out"));
            scales.Weigh("upgraded", Sources.AccessLog, upgraded > 5 * incident.Requests ? Weight.Decisive.Against($"{upgraded} upgraded connections, most of which ended otherwise") : Weight.None);
            scales.Weigh("limit", Sources.Config, limit?.AsTime is { } time ? Weight.Weak.For($"{limit.Name} is {Words.Seconds(time)}{(limit.IsDefault ? ", nginx's default" : "")}").At(limit.At?.File, limit.At?.Line) : Weight.None);
        }
        else if (incident.Phase == Phase.Upgraded)
        {
            scales.Weigh("symptom", Sources.ErrorLog, Weight.Moderate.For("the connection was cut after the upgrade"));
            scales.Weigh("upgraded", Sources.AccessLog, upgraded > 5 * incident.Requests ? Weight.Strong.Against($"{upgraded} upgraded connections ended in good order") : Weight.None);
        }
        else
        {
            WeighRefusal(incident, upgraded, scales);
        }
    }

    private static void WeighRefusal(Incident incident, long upgraded, Scales scales)
    {
        if (upgraded > 0)
        {
            scales.Weigh("upgraded", Sources.AccessLog, Weight.Strong.Against($"{upgraded} requests of the same upstream were upgraded"));
        }

        // Engine.IO (its protocol's "transport" parameter): such a GET is a handshake and nothing else, and the server answers 400 where it came without Upgrade.
        if (incident is { Status: 400, Event: null } && incident.Samples.FirstOrDefault(row => row.Text.Contains("transport=websocket", StringComparison.Ordinal)) is { } handshake)
        {
            scales.Weigh("handshake", Sources.AccessLog, Weight.Strong.For("what was refused is a WebSocket handshake of Engine.IO").At(handshake.File, handshake.Line));
        }

        if (incident.Location is not { Kind: PassKind.Proxy } location)
        {
            return;
        }

        var missing = Missing(incident, location);
        if (missing.Count == 0)
        {
            scales.Weigh("headers", Sources.Config, Weight.Strong.Against("the location passes the upgrade on").At(location.At.File, location.At.Line));
            return;
        }

        // RFC 9110 §15.6.6: 505 refuses the version of HTTP, and nginx spoke 1.0. §15.5.22: 426 says that the server wants another protocol, an upgrade or a newer HTTP. A 400 says nothing by itself, and most locations need no upgrade.
        // Who reports a refused WebSocket did ask for the upgrade.
        var routed = incident.Routes.FirstOrDefault(LooksUpgraded);
        scales.Weigh("headers", Sources.Config, (incident.Status is 426 or 505 ? Weight.Decisive : routed is null && incident.Event is null ? Weight.Weak : Weight.Strong)
            .For($"the location lacks {string.Join(", ", missing)}{incident.Status switch { 426 => ", and 426 is Upgrade Required", 505 => ", and 505 is HTTP Version Not Supported", _ => "" }}").At(location.At.File, location.At.Line));
        if (routed is not null)
        {
            scales.Weigh("route", Sources.AccessLog, Weight.Weak.For($"{routed} is a usual path of a WebSocket"));
        }
    }

    /// <summary>What an upgrade needs and the values in force do not have (ngx_http_proxy_create_request passes on no Upgrade by itself).</summary>
    private static List<string> Missing(Incident incident, ProxiedLocation location)
    {
        var missing = new List<string>();
        var version = location.Effective("proxy_http_version");
        var speaks11 = version.IsDefault ? incident.Instance.Release?.Core >= SpeaksHttp11 : version.Value == "1.1";
        if (!speaks11)
        {
            missing.Add("proxy_http_version 1.1");
        }

        if (incident.Status is 426 or 505 && !speaks11)
        {
            // Whatever the headers say: in HTTP/1.0 there is no upgrade, and proxies that want HTTP/1.1 answer so too.
            return missing;
        }

        var headers = location.Effective("proxy_set_header").All ?? [];
        missing.AddRange(Headers.Select(wanted => wanted[0]).Where(name => !headers.Any(header => IsSet(header, name))).Select(name => $"the header {name}"));
        return missing;
    }

    private static bool IsSet(IReadOnlyList<string> header, string name)
        => header is [var key, { Length: > 0 } value] && key.Equals(name, StringComparison.OrdinalIgnoreCase)
            && (name == "Upgrade" || value.Contains('$', StringComparison.Ordinal) || value.Contains("upgrade", StringComparison.OrdinalIgnoreCase));

    private static bool LooksUpgraded(string route) => UsualPaths.Any(word => route.Contains(word, StringComparison.OrdinalIgnoreCase));

    public override string Describe(Incident incident, Observations seen)
        => incident.Phase == Phase.Upgraded
            ? $"upgraded connections to {incident.UpstreamText} are cut{(incident.Kind == SymptomKind.TimedOut && incident.Location is { } location ? $" after {Words.Seconds(location.ReadTimeout)} without data" : "")}"
            : $"the upgrade does not reach {incident.UpstreamText}{(incident.Location is { Kind: PassKind.Proxy } place && Missing(incident, place) is { Count: > 0 } missing ? $": {string.Join(", ", missing)} missing" : "")}";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        if (incident is not { Location: { Kind: PassKind.Proxy } location, Configuration: { } configuration })
        {
            return new Fix { Summary = "In the location of the WebSocket: proxy_http_version 1.1, proxy_set_header Upgrade $http_upgrade, proxy_set_header Connection \"upgrade\", and a proxy_read_timeout above the app's ping interval." };
        }

        if (incident.Phase == Phase.Upgraded)
        {
            return new Fix
            {
                Summary = $"Let the app ping its clients more often than every {Words.Seconds(location.ReadTimeout)}, or set a longer proxy_read_timeout for this location.",
                Edits = incident.Kind == SymptomKind.TimedOut ? ConfigurationEdit.Apply(configuration, new Edit.Set(location.Block, "proxy_read_timeout", ["3600s"])).Files : [],
                Steps = [RetargetFix.Reload(incident, "Test the changed configuration and reload nginx; open connections keep the old limit.")],
            };
        }

        return new Fix
        {
            Summary = "Pass the upgrade on in this location.",
            IsProvenByUpgrade = true,
            Edits = ConfigurationEdit.Apply(configuration, Edits(location)).Files,
            Steps = [RetargetFix.Reload(incident, "Test the changed configuration and reload nginx.")],
        };
    }

    /// <summary>A location with proxy_set_header of its own inherits none: what held until now is written beside the new ones.</summary>
    private static List<Edit> Edits(ProxiedLocation location)
    {
        var block = location.Block;
        var edits = new List<Edit> { new Edit.Set(block, "proxy_http_version", ["1.1"]) };
        var headers = location.Effective("proxy_set_header").All ?? [];
        var inherited = block.LastChild("proxy_set_header") is null ? headers.Where(header => !IsSet(header, "Upgrade") && !IsSet(header, "Connection")) : [];
        var wanted = Headers.Where(header => !headers.Any(have => IsSet(have, header[0])) || block.LastChild("proxy_set_header") is null);
        edits.AddRange(inherited.Concat(wanted).Select(header => new Edit.Add(NewDirective.Simple("proxy_set_header", [.. header]), Place.AmongItsKind(block))));
        return edits;
    }
}
