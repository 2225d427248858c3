using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>Symptoms that belong together: same upstream, same phase, same message, near in time.</summary>
public sealed record Incident
{
    public required string Id { get; init; }

    public required SymptomKind Kind { get; init; }

    public required Phase Phase { get; init; }

    public required Side Side { get; init; }

    public required How How { get; init; }

    public Origin Origin { get; init; } = Origin.Nginx;

    public int? Errno { get; init; }

    /// <summary>The level of the main record, where it has one.</summary>
    public LogLevel? Level { get; init; }

    /// <summary>What nginx could not get, of an <see cref="SymptomKind.OutOfResource"/> incident.</summary>
    public Resource? Resource { get; init; }

    /// <summary>The file that nginx could not write, where the message names one.</summary>
    public string? File { get; init; }

    /// <summary>A DNS RCODE or an X509 verify error: a number of the message that is no errno.</summary>
    public int? Code { get; init; }

    /// <summary>Why a handshake was broken off, from OpenSSL's queue; <see cref="TlsRefusal.None"/> when the message has none.</summary>
    public TlsRefusal TlsRefusal { get; init; }

    /// <summary>The TLS alert that the upstream sent (RFC 8446 §6).</summary>
    public int? TlsAlert { get; init; }

    /// <summary>OpenSSL's words for it.</summary>
    public string? TlsReason { get; init; }

    /// <summary>nginx's message without its variable parts.</summary>
    public required string Message { get; init; }

    public string? MessageId { get; init; }

    /// <summary>The status that the clients got, where it is the symptom.</summary>
    public int? Status { get; init; }

    /// <summary>A gateway status that stands in the access log alone: nginx's own line, which says how the connection failed, was not handed over.</summary>
    public bool Unlogged { get; init; }

    /// <summary>Nothing that was handed over says that it failed: what the files say of each other makes it fail.</summary>
    public bool Supposed { get; init; }

    /// <summary>The report that is the symptom, of an <see cref="SymptomKind.AppLogged"/> incident.</summary>
    public AppLogEvent? Event { get; init; }

    /// <summary>Causes that can have written the symptom, as the tables of messages and events list them.</summary>
    public IReadOnlyList<string> Candidates { get; init; } = [];

    public required NginxInstance Instance { get; init; }

    public NginxConfiguration? Configuration { get; init; }

    /// <summary>The proxied location the failing requests went through, when the configuration is known.</summary>
    public ProxiedLocation? Location { get; init; }

    /// <summary>The address nginx tried; null after "no live upstreams" and before a peer is chosen.</summary>
    public Endpoint? Peer { get; init; }

    /// <summary>The IP address nginx tried, where the line has it without a port; null where <see cref="Peer"/> is known.</summary>
    public string? LostHost { get; init; }

    public UpstreamGroup? Group { get; init; }

    /// <summary>http, https, fastcgi, uwsgi, scgi, grpc …</summary>
    public string? Scheme { get; init; }

    public string? Server { get; init; }

    public string? Host { get; init; }

    /// <summary>Methods of the failing requests: GET, POST …; empty when the lines do not tell.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>All routes of the failing requests that the logs tell apart, most frequent first.</summary>
    public IReadOnlyList<string> Routes { get; init; } = [];

    /// <summary>There were too many routes to keep them all apart: more failed than <see cref="Routes"/> has.</summary>
    public bool HasMoreRoutes { get; init; }

    public required IncidentState State { get; init; }

    public required long Requests { get; init; }

    public DateTimeOffset? First { get; init; }

    public DateTimeOffset? Last { get; init; }

    /// <summary>The failures minute by minute; null without times.</summary>
    public Course? Course { get; init; }

    /// <summary>What changed around it; null without times.</summary>
    public Timeline? Timeline { get; init; }

    /// <summary>Raw lines, sanitised; the newest last.</summary>
    public IReadOnlyList<LogLine> Samples { get; init; } = [];

    /// <summary>What the access logs say of the same upstream in the window.</summary>
    public required PeerTraffic Traffic { get; init; }

    /// <summary>What only many rows of the access logs show of this incident's server, or of its time-out.</summary>
    public IReadOnlyList<TrafficPattern> Patterns { get; init; } = [];

    /// <summary>True when no log line but a failed probe is the symptom.</summary>
    public bool FromProbe { get; init; }

    /// <summary>When the same address first refused connections while or soon after these failures went on; null when it did not.</summary>
    public DateTimeOffset? RefusedAfter { get; init; }

    /// <inheritdoc cref="Diagnosis.LastWords"/>
    public LogLine? LastWords { get; init; }

    /// <summary>"no live upstreams" lines of the same group that were folded into this incident.</summary>
    public long NoLiveUpstreams { get; init; }

    /// <summary>Of an incident of such lines: failures of the group's servers in the window, those that are over as well.</summary>
    public long ServerFailures { get; init; }

    /// <summary>Requests of which nginx was still sending when the connection broke.</summary>
    public long BrokenWhileSending { get; init; }

    /// <summary>Failures that the configuration on disk would end, of a <see cref="SymptomKind.NotLoaded"/> incident.</summary>
    public Incident? WouldEnd { get; init; }

    /// <summary>Routes of the requests that met those lines: who else suffers when one route has the servers marked failed.</summary>
    public IReadOnlyList<string> NoLiveRoutes { get; init; } = [];

    /// <summary>How other upstreams of this nginx did meanwhile.</summary>
    public IReadOnlyList<Neighbour> Neighbours { get; init; } = [];

    /// <summary>Where a handshake was reset: another address of the same host, without TLS, that resets connections too.</summary>
    public Endpoint? ResetElsewhere { get; init; }

    /// <summary>The subrequest that failed, as nginx logs it: an auth_request or an include.</summary>
    public string? Subrequest { get; init; }

    /// <summary>The subrequest is a copy for <c>mirror</c>: nginx throws its answer away, and no client sees that it failed (ngx_http_mirror_module).</summary>
    public bool IsMirror => Subrequest is { } copy && Configuration?.Everything.Any(directive => directive is { Name: "mirror", Arguments: [var uri] } && uri == copy.Split('?')[0]) == true;

    /// <summary>The place of the configuration that the symptom itself names.</summary>
    public SourceLine? ConfigAt { get; init; }

    /// <summary>Lines of auth_request that were folded into this incident: the service it asks is what fails.</summary>
    public long AuthFailures { get; init; }

    /// <summary>The path of <c>--url</c> when that request goes through this incident's location: it may be asked directly.</summary>
    public string? ReproducedPath { get; init; }

    /// <summary>Where the symptom stands, in the contract's words.</summary>
    public string SymptomSource => FromProbe ? Sources.Probe : Kind switch
    {
        _ when Supposed => Sources.Config,
        _ when Unlogged => Sources.AccessLog,
        SymptomKind.Answered => Sources.AccessLog,
        SymptomKind.AppLogged => Sources.AppLog,
        SymptomKind.NotLoaded when MessageId is null => Sources.Config,
        _ => Sources.ErrorLog,
    };

    /// <summary>The peer as nginx writes it, or the group, or the written target.</summary>
    public string UpstreamText => Peer?.ToString() ?? Group?.Name ?? Location?.Target ?? "the upstream";
}
