using Why502.Diagnosis;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Tests.Reports;

/// <summary>Conclusions made by hand, at a fixed time: what reports look like must not depend on how causes weigh.</summary>
internal static class Conclusions
{
    public static readonly DateTimeOffset Now = new(2026, 1, 15, 9, 20, 10, TimeSpan.FromHours(1));

    private const string Configuration = """
        http {
            server {
                listen 80;
                server_name shop.example.com;

                location /api/ {
                    proxy_pass http://127.0.0.1:3000;
                }
            }
        }

        """;

    public static Conclusion Fault(Action<List<UnobservedItem>>? unobserved = null)
    {
        var items = new List<UnobservedItem>();
        unobserved?.Invoke(items);
        return Of(Verdict.Faulty, [Down(Incident())], unobserved: items);
    }

    /// <summary>One server of two refuses; the access log has 300 requests, of which some ended with this status.</summary>
    public static Conclusion OfGroup(int status)
    {
        var configuration = NginxConfiguration.Load(new InMemorySource().Add("/etc/nginx/nginx.conf", "http { upstream apis { server 127.0.0.1:3000; server 127.0.0.1:3001; } server { location /api/ { proxy_pass http://apis; } } }"), "/etc/nginx/nginx.conf", "/etc/nginx/");
        return Of(Verdict.Faulty, [Finding("upstream-down", 0.98, "nothing listens on 127.0.0.1:3000", Incident() with
        {
            Group = configuration.Upstreams[0],
            Traffic = new(true, 300, 298, Now, [new() { Status = 200, Count = 298 }, new() { Status = status, Count = 2 }]),
        })]);
    }

    public static Conclusion Doubt() => Of(
        Verdict.Unknown,
        [
            Finding("upstream-closed-early", 0.46, "the app closes the connection before it answers", Closed()),
            Finding("upstream-reset", 0.41, "the app resets the connection before it answers", Closed()),
        ],
        unobserved: [new("app log /var/log/gunicorn/error.log", "permission denied (owner root:adm, mode 640)", "what the app itself says about the failed requests", ["upstream-closed-early", "upstream-reset"])]);

    public static Conclusion Several() => Of(
        Verdict.Faulty,
        [
            Down(Incident()),
            Finding("socket-permission-denied", 0.97, "nginx's worker may not open /run/app.sock", Socket()),
            Finding("upstream-wrong-address", 0.9, "the app listened on 127.0.0.1:4001", Over()),
        ]);

    public static Conclusion Healthy() => Of(Verdict.Healthy, [], notes: ["the certificate of https://10.0.0.8 ends in 9 days"]) with
    {
        Overview = new() { NginxCount = 1, SiteCount = 3, UpstreamCount = 4, UpstreamsAnswering = 4, Requests = 48210, Window = TimeSpan.FromMinutes(15), LogsReadable = true, Probes = 4, Now = Now },
    };

    public static Conclusion Unexplained() => Of(
        Verdict.Unknown,
        [],
        unexplained: [new("/var/log/nginx/error.log", 12, "2026/01/15 09:20:00 [error] 7#7: *1 [lua] gate.lua:3: no [red]backend[/], client: 192.0.2.1")]);

    /// <summary>Every text holds what must not reach a terminal, a page or a ticket.</summary>
    public static Conclusion Hostile()
    {
        const string Evil = "\x1b]0;owned\x07\x1b[31m[bold]<img src=x onerror=a()>`whoami`\u202e|\r\n| a | b";
        var incident = Incident() with
        {
            Host = Evil,
            Server = Evil,
            Routes = [Evil],
            Message = Evil,
            Samples = [new("/var/log/" + Evil, 1, null, Evil)],
        };
        var finding = Down(incident) with
        {
            Title = Evil,
            Evidence = [new(true, Sources.Machine, Evil, 1, Evil) { LogOdds = 1 }],
            RuledOut = [new("firewall-blocked", Evil)],
            Fix = new() { Summary = Evil, Steps = [new(Evil, "true")], Later = Evil },
        };
        return Of(Verdict.Faulty, [finding], [new(Evil, 1, Evil)], [new(Evil, Evil, Evil, [])], [Evil]);
    }

    public static Incident Incident()
    {
        var configuration = NginxConfiguration.Load(new InMemorySource().Add("/etc/nginx/nginx.conf", Configuration), "/etc/nginx/nginx.conf", "/etc/nginx/");
        return new()
        {
            Id = "1",
            Kind = SymptomKind.ConnectFailed,
            Phase = Phase.Connect,
            Side = Side.Upstream,
            How = How.Refused,
            Errno = 111,
            Message = "connect() failed",
            MessageId = "connect-failed",
            Instance = new() { ConfigPath = "/etc/nginx/nginx.conf", Prefix = "/etc/nginx/" },
            Configuration = configuration,
            Location = configuration.ProxiedLocations[0],
            Peer = Endpoint.TryParse("127.0.0.1:3000", 0, out var peer) ? peer : null,
            Scheme = "http",
            Server = "shop.example.com",
            Host = "shop.example.com",
            Routes = ["/api"],
            State = IncidentState.Current,
            Requests = 214,
            First = Now.AddSeconds(-363),
            Last = Now.AddSeconds(-2),
            Course = new([12, 40, 38, 41, 39, 44], Now.AddSeconds(-Now.Second)),
            Timeline = new([new(Now.AddSeconds(-364), "app.service failed", Sources.Machine)], true, null),
            Samples =
            [
                new("/var/log/nginx/error.log", 8812, null, "2026/01/15 09:20:08 [error] 3821#3821: *5103 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: shop.example.com, request: \"GET /api/cart HTTP/1.1\", upstream: \"http://127.0.0.1:3000/api/cart\", host: \"shop.example.com\""),
            ],
            Traffic = new(true, 951, 737, null, []),
        };
    }

    private static Finding Down(Incident incident)
        => Finding("upstream-down", 0.98, "nothing listens on 127.0.0.1:3000", incident) with
        {
            Evidence =
            [
                new(true, Sources.ErrorLog, incident.Samples[0].File, 8812, incident.Samples[0].Text),
                new(true, Sources.Machine, null, null, "no listener on port 3000, IPv4 or IPv6") { LogOdds = 3 },
                new(true, Sources.Machine, null, null, "app.service failed at 09:14:06: exit status 1, Restart=no") { LogOdds = 3 },
                new(false, Sources.Probe, null, null, "127.0.0.1:3000 answered once") { LogOdds = -0.7 },
            ],
            RuledOut = [new("upstream-wrong-address", "no process of app.service listens anywhere"), new("loopback-mismatch", "the address is a literal IPv4")],
            Fix = new()
            {
                Summary = "Start app.service.",
                Steps = [new("app.service failed with exit status 1. Read why, and mend that first.", "journalctl -u app.service -n 50 --no-pager"), new("", "systemctl restart app.service")],
                Edits = [ConfigurationEdit.Set(incident.Configuration!, incident.Location!.Block, "proxy_read_timeout", "90s")],
                Later = "Restart=on-failure in app.service keeps the next crash short.",
            },
        };

    private static Incident Closed() => Incident() with
    {
        Kind = SymptomKind.ClosedEarly,
        Phase = Phase.Header,
        How = How.Closed,
        Errno = null,
        Message = "upstream prematurely closed connection",
        Peer = Endpoint.Unix("/run/gunicorn.sock"),
        Requests = 31,
        Traffic = PeerTraffic.Nothing,
        Samples = [new("/var/log/nginx/error.log", 77, null, "2026/01/15 09:20:00 [error] 9#9: *4 upstream prematurely closed connection while reading response header from upstream")],
    };

    private static Incident Socket() => Incident() with
    {
        Id = "2",
        Host = "admin.example.com",
        Server = "admin.example.com",
        Errno = 13,
        How = How.Denied,
        Location = null,
        Configuration = null,
        Peer = Endpoint.Unix("/run/app.sock"),
        Routes = ["/"],
        Requests = 12,
        Course = null,
        Timeline = null,
        Traffic = PeerTraffic.Nothing,
    };

    private static Incident Over() => Incident() with
    {
        Id = "3",
        Host = "cdn.example.com",
        State = IncidentState.Recovered,
        First = Now.AddMinutes(-78),
        Last = Now.AddMinutes(-40),
        Timeline = new([], false, new(Now.AddMinutes(-40).AddSeconds(3), "nginx was reloaded", Sources.Machine)),
    };

    private static Finding Finding(string cause, double confidence, string title, Incident incident) => new()
    {
        Incident = incident,
        Cause = CauseRegistry.Find(cause)!,
        Confidence = confidence,
        Title = title,
        Evidence = [],
        RuledOut = [],
    };

    private static Conclusion Of(
        Verdict verdict, IReadOnlyList<Finding> findings, IReadOnlyList<Unexplained>? unexplained = null, IReadOnlyList<UnobservedItem>? unobserved = null, IReadOnlyList<string>? notes = null) => new()
        {
            Verdict = verdict,
            Findings = findings,
            Unexplained = unexplained ?? [],
            Unobserved = unobserved ?? [],
            Notes = notes ?? [],
            Wanted = [],
            Overview = new() { NginxCount = 1, SiteCount = 3, UpstreamCount = 4, Window = TimeSpan.FromMinutes(15), LogsReadable = true, Probes = 2, Now = Now },
        };
}
