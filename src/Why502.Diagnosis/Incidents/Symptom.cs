using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>What a group of error-log records says in the vocabulary of incidents.</summary>
public sealed record Symptom(ErrorGroup Group, SymptomKind Kind, Phase Phase, Side Side, How How)
{
    /// <summary>Causes that can have written it; errno may leave fewer of them than the table of messages lists.</summary>
    public IReadOnlyList<string> Candidates { get; init; } = Group.Candidates;

    /// <summary>Set when nginx itself ran out of something.</summary>
    public OwnFailure? Own { get; init; }

    /// <summary>What ngx_http_lua_timer.c calls the context of code that no request waits for.</summary>
    private const string Timer = "ngx.timer";

    /// <summary>Met by code that a timer of Lua's runs: nobody's request.</summary>
    public bool IsOfTimer => Group is { Phase: Timer, Path: null };

    /// <summary>The symptom of a group, or null when the group is no failure on a gateway path.</summary>
    public static Symptom? Of(ErrorGroup group)
    {
        if (LookUpFailure.Of(group) is { } lookUp)
        {
            return lookUp;
        }

        if (OwnFailure.Of(group) is { } own)
        {
            return new(group, SymptomKind.OutOfResource, own.PhaseOf(group), Side.Nginx, own.How) { Candidates = own.Candidates, Own = own };
        }

        if (group.Known is not { } known || !(IsFailure(group.Level) || IsCutUpgrade(group, known)) || OnlyClientsOwn(known) || LimitSymptoms.IsLimit(known)
            || !(known.IsGatewayPath || IsProxyProtocol(known) || (group.UpstreamPeer is not null && known.Candidates.Count > 0)))
        {
            return null;
        }

        var phase = PhaseOf(group, known);
        var kind = KindOf(group, known);
        if (kind is SymptomKind.OtherMessage && phase is not null && IsForbiddenIo(group))
        {
            return new(group, kind.Value, phase.Value, Side.Nginx, How.Denied) { Candidates = ["access-control-denied"] };
        }

        return kind is null || phase is null ? null : new(group, kind.Value, phase.Value, SideOf(kind.Value, group, known), HowOf(kind.Value, group));
    }

    /// <summary>ngx_http_upstream_process_upgraded() reports the upstream's silence on the client's connection, whose errors are of level info.</summary>
    private static bool IsCutUpgrade(ErrorGroup group, ErrorMessage known)
        => group is { Level: LogLevel.Info, Errno: not null, Phase: "proxying upgraded connection" } && known.Candidates.Contains("upgrade-failed");

    private static bool IsFailure(LogLevel? level) => level is null or <= LogLevel.Error or LogLevel.Stderr;

    /// <summary>Messages whose only causes are the client's own doing or an intended limit: notes, not failures of the gateway.</summary>
    private static bool OnlyClientsOwn(ErrorMessage known)
        => known.Candidates.Count > 0 && known.Candidates.All(candidate => candidate is "client-gave-up" or "rate-limited" or "config-invalid");

    private static SymptomKind? KindOf(ErrorGroup group, ErrorMessage known)
    {
        var format = known.Format;
        if (format.StartsWith("connect()", StringComparison.Ordinal) || format.EndsWith("that connect() failed", StringComparison.Ordinal))
        {
            return SymptomKind.ConnectFailed;
        }

        // socket(2) with EAFNOSUPPORT: the peer's address family is not there (ngx_event_connect_peer), which ends as a connect() without a route does.
        if (group.Errno == 97 && (group.UpstreamPeer is not null || group.Phase == "connecting to upstream") && format.StartsWith("socket()", StringComparison.Ordinal))
        {
            return SymptomKind.ConnectFailed;
        }

        return format switch
        {
            _ when format.StartsWith("upstream timed out", StringComparison.Ordinal) => SymptomKind.TimedOut,

            // A cosocket of Lua's; what a timer of its own waited for is nobody's request.
            _ when IsCosocket(known) => group.Path is null && group.Route is null ? null : SymptomKind.TimedOut,
            _ when format.StartsWith("no live upstreams", StringComparison.Ordinal) => SymptomKind.NoLiveUpstreams,
            _ when format.StartsWith("upstream sent too big header", StringComparison.Ordinal) => SymptomKind.HeaderTooBig,
            _ when format.StartsWith("upstream prematurely closed", StringComparison.Ordinal) => SymptomKind.ClosedEarly,
            // The app's own words: of them only the end of its memory is a failure of the gateway's kind; the rest is the app's business.
            _ when known.Id == "fastcgi-sent-in-stderr" => AppSaid.Kind(group.Message) == AppEventKind.MemoryExhausted ? SymptomKind.OtherMessage : null,
            _ when group.Errno is 104 or 32 && IsUpstreamIo(group) => SymptomKind.Reset,
            _ when IsProxyProtocol(known) => SymptomKind.OtherMessage,
            _ => IsGatewayStatus(known.Status) && Concerns(group, known) ? SymptomKind.OtherMessage : null,
        };
    }

    /// <summary>ngx_proxy_protocol_read(): what a client's connection begins with, before there is a request or an upstream.</summary>
    private static bool IsProxyProtocol(ErrorMessage known) => known.Candidates is ["proxy-protocol-mismatch"] && known.Phases is ["reading PROXY protocol", ..];

    /// <summary>ngx_http_lua_socket_tcp.c: a connection that Lua code made for a request.</summary>
    private static bool IsCosocket(ErrorMessage known) => known.Format.StartsWith("lua tcp socket ", StringComparison.Ordinal);

    private static bool IsUpstreamIo(ErrorGroup group)
        => group.Phase is { } phase && phase.Contains("upstream", StringComparison.Ordinal);

    /// <summary>recv(2), readv(2), send(2) and writev(2) of a connected socket know no EACCES: it is what security_socket_recvmsg() and security_socket_sendmsg() answer.</summary>
    private static bool IsForbiddenIo(ErrorGroup group) => group.Errno == 13 && IsUpstreamIo(group) && group.OwnFile is null && group.Known!.Candidates.Contains("upstream-reset");

    /// <summary>A page that is not there is a 404, whatever else the same message can mean: without an upstream a message counts only when a cause knows it and the errno is not plain absence.</summary>
    private static bool Concerns(ErrorGroup group, ErrorMessage known)
        => group.UpstreamPeer is not null || (known.Candidates.Count > 0 && group.Errno is not (2 or 20));

    /// <summary>A status of its own making, also 009: what has no status line is passed on as HTTP/0.9 (ngx_http_proxy_process_status_line).</summary>
    private static bool IsGatewayStatus(string status)
        => status.StartsWith('5') || status.StartsWith("009", StringComparison.Ordinal) || status.StartsWith("cut", StringComparison.Ordinal) || status.StartsWith("session closed", StringComparison.Ordinal);

    /// <summary>nginx's own words for the phase (ngx_http_upstream.c sets c->log->action).</summary>
    private static Phase? PhaseOf(ErrorGroup group, ErrorMessage known) => group.Phase?.TrimEnd(',', ' ', '.') switch
    {
        "connecting to upstream" => Phase.Connect,
        "SSL handshaking to upstream" => Phase.Tls,
        "sending request to upstream" => Phase.Send,
        "reading response header from upstream" => Phase.Header,
        "reading upstream" => Phase.Body,
        "proxying upgraded connection" => Phase.Upgraded,
        "proxying connection" => Phase.Body,
        "resolving" => Phase.Resolve,
        "reading PROXY protocol" => Phase.Connect,
        Timer when known.Format.StartsWith("connect()", StringComparison.Ordinal) => Phase.Connect,
        null when known.Format.StartsWith("connect()", StringComparison.Ordinal) => Phase.Connect,
        null when known.Phases.Count > 0 => PhaseOf(group with { Phase = known.Phases[0] }, known with { Phases = [] }),
        null => Phase.Connect,
        _ => group.UpstreamPeer is not null || IsOwnError(known) ? Phase.Header : null,
    };

    /// <summary>nginx itself gave up on the request while it answered: a failed auth_request is logged while "sending to client".</summary>
    private static bool IsOwnError(ErrorMessage known) => known.Candidates.Contains("auth-subrequest-failed");

    /// <summary>EADDRNOTAVAIL (99) comes from the machine that connects.</summary>
    private static Side SideOf(SymptomKind kind, ErrorGroup group, ErrorMessage known)
        => IsProxyProtocol(known) ? Side.Client
            : kind == SymptomKind.HeaderTooBig || (kind == SymptomKind.ConnectFailed && group.Errno == 99) ? Side.Nginx
            : kind == SymptomKind.OtherMessage && group.UpstreamPeer is null && group.Errno is null ? Side.Nginx
            : Side.Upstream;

    private static How HowOf(SymptomKind kind, ErrorGroup group) => kind switch
    {
        SymptomKind.ConnectFailed => group.Errno switch
        {
            13 or 1 => How.Denied,
            110 => How.Timeout,
            11 or 99 => How.Limit,
            104 => How.Reset,
            _ => How.Refused,
        },
        SymptomKind.TimedOut => How.Timeout,
        SymptomKind.ClosedEarly => How.Closed,
        SymptomKind.Reset => How.Reset,
        SymptomKind.HeaderTooBig => How.Limit,
        SymptomKind.NoLiveUpstreams => How.Refused,
        _ => How.Invalid,
    };
}
