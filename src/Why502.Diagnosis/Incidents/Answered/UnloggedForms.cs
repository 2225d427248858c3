using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// 502 and 504 that are nginx's own, or may be, where no error log was read: the row says that the gateway failed, its times say in
/// which phase, and the line that says how is missing. So several causes stay level.
/// </summary>
public static class UnloggedForms
{
    /// <summary>A refusal takes one round trip, and so does a close of a connection that was idle; who worked on the request took longer.</summary>
    public const double AtOnceSeconds = 0.1;

    private const double ConnectWaitSeconds = 5;

    private static readonly string[] Refused = ["upstream-down", "upstream-wrong-address", "host-unreachable"];

    private static readonly string[] Unheard = ["upstream-down", "upstream-wrong-address"];

    private static readonly string[] NoSocket = ["socket-missing", "socket-permission-denied", "socket-stale", "listen-queue-full", "socket-path-mismatch"];

    /// <summary>The form of a row's status without the error log's line, or null when the status has another maker.</summary>
    /// <param name="fields">What the rows of this log hold: a field that is there and empty is an answer, one that is not is none.</param>
    /// <param name="toSocket">The configuration has no other upstream for such a request than unix sockets.</param>
    public static AnsweredForm? Of(AccessGroup group, AccessFields fields, bool toSocket = false)
    {
        // ngx_http_upstream_connect() and its callers: without $upstream_addr nobody was asked, and the status is the configuration's.
        if (group is not { Status: 502 or 504, Origin: StatusOrigin.Nginx or StatusOrigin.Unknown }
            || (group.Origin == StatusOrigin.Nginx && (IsAskingNobody(group, fields) || (group.UpstreamStatuses is [.., var last] && last != group.Status))))
        {
            return null;
        }

        var isUnix = group.UpstreamAddr?.StartsWith("unix:", StringComparison.Ordinal) ?? toSocket;
        string[] rival = group.Origin == StatusOrigin.Unknown ? ["upstream-answered-error"] : group.UpstreamAddr is null ? ["status-from-config"] : [];

        // $upstream_connect_time is set when the connection is there (ngx_http_upstream_send_request), and is "-" in a row that never had one.
        var connects = fields.HasFlag(AccessFields.UpstreamConnectTime);
        var unconnected = connects ? group.UpstreamConnectTime is null : IsConnectWait(group);
        if (group.Status == 504)
        {
            // ngx_http_upstream_next() answers 504 after a time-out and nothing else.
            return new(unconnected ? "unlogged-504-connect" : "unlogged-504", rival, unconnected ? Phase.Connect : Phase.Header, Side.Upstream, How.Timeout, Origin.Nginx, AnsweredForms.GatewayShare, AnsweredForms.Least)
            {
                Kind = SymptomKind.TimedOut,
                Unlogged = true,
            };
        }

        return unconnected
            ? new("unlogged-502-connect", [.. isUnix ? NoSocket : Refused, .. rival], Phase.Connect, Side.Upstream, How.Refused, Origin.Nginx, AnsweredForms.GatewayShare, AnsweredForms.Least) { Unlogged = true }
            : new("unlogged-502", connects ? rival : [.. isUnix ? NoSocket : Unheard, .. rival], Phase.Header, Side.Upstream, How.Closed, Origin.Nginx, AnsweredForms.GatewayShare, AnsweredForms.Least)
            {
                Kind = SymptomKind.ClosedEarly,
                Unlogged = true,
            };
    }

    /// <summary>Variables of an upstream that was never asked are empty; where the row has its times alone, they are that of one that sent no header, too.</summary>
    private static bool IsAskingNobody(AccessGroup group, AccessFields fields)
        => group.UpstreamAddr is null && (fields.HasFlag(AccessFields.UpstreamAddr) || fields.HasFlag(AccessFields.UpstreamStatus) || !fields.HasFlag(AccessFields.UpstreamHeaderTime));

    /// <summary>
    /// A read time-out of a few seconds is rare, a connect time-out of 5 s is ingress-nginx's default (its ConfigMap's proxy-connect-timeout), and nginx goes
    /// on to the next attempt after either.
    /// </summary>
    private static bool IsConnectWait(AccessGroup group)
        => group is { Status: 504, UpstreamStatuses.Count: > 1, UpstreamResponseTime: { } waited } && waited.Min >= ConnectWaitSeconds - 0.05 && waited.Max <= ConnectWaitSeconds + 0.05;

    /// <summary>Causes that look at a line's errno or phase are in scope of a row that has none when the row's form says so.</summary>
    internal static bool Admits(string cause, Incident incident) => incident.Unlogged && incident.Candidates.Contains(cause);

    /// <summary>What the row's times say, as the connection's course makes them.</summary>
    internal static void Weigh(string cause, Incident incident, Scales scales)
    {
        if (!incident.Unlogged)
        {
            return;
        }

        if (ConfiguredFailure.Of(incident.Location, incident.Configuration) is { } configured && configured.Cause == cause)
        {
            scales.Weigh("configured", Sources.Config, (configured.IsCertain ? Weight.Decisive : Weight.Strong).For(configured.Words).At(configured.At.File, configured.At.Line));
        }

        var failed = incident.Traffic.Groups.Where(group => group.Status == incident.Status).ToList();
        if (incident.Kind == SymptomKind.ClosedEarly && !incident.Candidates.Contains(cause) && failed.All(group => group is { RequestTime: null, UpstreamAddr: null, UpstreamResponseTime: null, UpstreamConnectTime: null }))
        {
            scales.Weigh("times", Sources.AccessLog, (cause == "upstream-closed-early" ? Weight.Moderate : Weight.Weak).Against("nothing says that a connection was made at all"));
        }

        if (failed.Select(group => group.UpstreamResponseTime ?? group.RequestTime).OfType<Timing>().MaxBy(time => time.Count) is not { } took)
        {
            return;
        }

        var seconds = Readings.Words.Seconds(took.P50);
        switch (cause)
        {
            case "upstream-down" or "upstream-wrong-address" or "socket-missing" or "socket-permission-denied" or "socket-stale":
                scales.Weigh("times", Sources.AccessLog, took.P50 < AtOnceSeconds ? Weight.Weak.For($"the failure takes {seconds}: a refusal is told at once") : Weight.Strong.Against($"the failure takes {seconds}, and a refusal is told at once"));
                break;

            // ARP and neighbour discovery give up after 3 s (arp(7): mcast_solicit times retrans_time), and the kernel answers EHOSTUNREACH.
            case "host-unreachable":
                scales.Weigh("times", Sources.AccessLog, took.P50 is > 0.9 and < 3.5 ? Weight.Moderate.For($"the failure takes {seconds}, as long as the kernel looks for a neighbour") : Weight.None);
                break;

            // ngx_http_script_return_code() answers as soon as the request's header is read.
            case "status-from-config" when took.P50 >= AtOnceSeconds:
                scales.Weigh("times", Sources.AccessLog, Weight.Strong.Against($"the answer takes {seconds}, and one of the configuration takes no time"));
                break;

            // nginx repeats a request after its own failures; an answer of the upstream it repeats only where proxy_next_upstream names the status.
            case "upstream-answered-error" when failed.Any(group => group.UpstreamStatuses.Count > 1):
                scales.Weigh("times", Sources.AccessLog, Weight.Moderate.Against("nginx tried again, which it does after failures of its own"));
                break;

            case "worker-killed-by-timeout" when took.P50 >= 5 && took.Count >= 3 && took.Max - took.Min <= took.Max / 20:
                scales.Weigh("times", Sources.AccessLog, Weight.Moderate.For($"it ends after {seconds} each time: a limit of the app server"));
                break;
        }
    }
}
