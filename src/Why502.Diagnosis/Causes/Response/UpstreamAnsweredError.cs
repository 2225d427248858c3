using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis.Causes.Response;

/// <summary>The status is the upstream's own: another proxy or gateway behind it failed.</summary>
public sealed class UpstreamAnsweredError : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "upstream-answered-error",
        Family = CauseFamily.Response,
        Title = "The upstream itself answers with this status",
        Explanation = """
            nginx got a complete answer and passed it on: there is no line in its error log, $upstream_header_time is a number and
            $upstream_bytes_received is not 0. ($upstream_status alone proves nothing: nginx writes its own 502 and 504 there too.) The
            upstream is another proxy, a load balancer or an app that reports a failure further behind; its own log has the cause.
            If the configuration answers by itself, it is status-from-config; a limit of nginx is rate-limited. An app's own 500 is the
            app's business.
            """,
        LookAlikes = ["status-from-config", "rate-limited", "upstream-down", "upstream-slow"],
        Remedy = "Go one hop further: read the log of the proxy or app behind, or run why502 there.",
        DoNot = "Do not change time-outs or retries of this nginx: it waited and got its answer.",
        ProxyError = "-",
        Statuses = ["502", "503", "504"],
        Example = new(
            "haproxy behind nginx has no server left.",
            "",
            "proxy_pass http://127.0.0.1:8081;",
            scene => scene.Listens("127.0.0.1:8081", "haproxy", 812).Gets("/", 503, StatusOrigin.Upstream, 40, "127.0.0.1:8081")),
        NearMiss = new(
            "The status is nginx's own: nobody listens.",
            "connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example, request: \"GET / HTTP/1.1\", upstream: \"http://127.0.0.1:8081/\", host: \"shop.example\"",
            "proxy_pass http://127.0.0.1:8081;",
            scene => scene.Refuses("127.0.0.1:8081").Gets("/", 502, StatusOrigin.Nginx, 40, "127.0.0.1:8081"),
            Expect: "upstream-down"),
    };

    public override bool Applies(Incident incident) => (incident.Kind == SymptomKind.Answered || incident.Unlogged) && incident.Candidates.Contains(Id);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        // ngx_http_upstream_process_header() sets $upstream_header_time when a header was accepted; its own failures call ngx_http_upstream_next(), which logs a line.
        scales.Weigh("origin", Sources.AccessLog, incident.Origin == Origin.Upstream
            ? Weight.Decisive.For($"the status {incident.Status} came from {incident.UpstreamText} with a header of its own, and nginx logged no failure")
            : incident is { Kind: SymptomKind.Answered, Unlogged: false, Status: 502 or 504, Instance.FromFiles: false }
                ? Weight.Strong.For($"nginx logs a line for every {incident.Status} of its own, and its error log of that time has none")
            : IsNobodyElses(incident)
                ? Weight.Strong.For($"nothing in the configuration answers these requests with {incident.Status}, and no limit is set for them")
            : !incident.Unlogged && incident.Traffic.Groups.Any(group => group.Status == incident.Status && group.UpstreamStatuses.Count > 0)
                ? Weight.Weak.For($"$upstream_status repeats {incident.Status}, and no line of the error log says that it was nginx's own")
                : Weight.None);
        if (incident.Instance.FromFiles)
        {
            return;
        }

        if (LoopReading.Through(incident, seen) is { } loop)
        {
            scales.Weigh("loop", Sources.Machine, Weight.Decisive.Against($"what answers is handed the requests by this nginx and hands them back to {loop.Listen}: it answers what came of that"));
            return;
        }

        var serving = SocketReading.ServingProcesses(incident, incident.Peer, seen);
        if (serving.FirstOrDefault(process => process.Name is "haproxy" or "nginx" or "envoy" or "traefik" or "caddy" or "varnishd" or "apache2" or "httpd" or "squid") is { } proxy)
        {
            scales.Weigh("process", Sources.Machine, Weight.Moderate.For($"{Words.Process(proxy)} listens there, a proxy itself"));
        }

        if (Probing.Get(incident, incident.ReproducedPath, TimeSpan.FromSeconds(2), seen) is { } direct)
        {
            scales.Weigh(seen.Ask(direct), response => response.Status == incident.Status
                ? Weight.Decisive.For($"straight to {incident.Peer} the answer is {response.Status} too{(response.Server is { Length: > 0 } server ? $" (Server: {server})" : "")}")
                : Weight.None);
        }
    }

    /// <summary>nginx makes no 503 of a failed upstream (ngx_http_upstream_next): by itself it answers so only where it is told to.</summary>
    private static bool IsNobodyElses(Incident incident)
        => incident is { Kind: SymptomKind.Answered, Unlogged: false, Status: 503, Location: not null, Configuration: not null }
            && IntendedStatus.Of(incident) is null && LimitScope.Of(incident) is null;

    public override string Describe(Incident incident, Observations seen) => $"{incident.UpstreamText} itself answers {incident.Status}";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var serving = SocketReading.ServingProcesses(incident, incident.Peer, seen);
        var unit = serving.Select(process => process.Unit).FirstOrDefault(name => name is not null);
        return new Fix
        {
            Summary = $"The failure is behind {incident.UpstreamText}: look there.",
            Steps =
            [
                new($"Read the log of {(serving.Count > 0 ? Words.Processes(serving) : "what listens there")} for the same second: it knows which of its own upstreams failed.", unit is null ? null : $"journalctl -u {Shell.Quote(unit)} --no-pager -n 200"),
                new($"Compare with the same request straight to {incident.UpstreamText}: why502 verify."),
            ],
            Later = "Log $upstream_status, $upstream_header_time and $upstream_bytes_received: they tell whose status it was.",
        };
    }
}
