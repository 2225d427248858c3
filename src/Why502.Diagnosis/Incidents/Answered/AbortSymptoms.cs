using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// Clients that left while nginx waited for the upstream, from lines of level info alone: ngx_http_upstream_check_broken_connection()
/// writes one for each 499. On a machine the access log tells how many of all requests they are; of files that hold nothing else they are
/// what somebody wants explained.
/// </summary>
public sealed class AbortSymptoms(NginxView view)
{
    /// <summary>Messages of ngx_http_upstream_check_broken_connection(); the words before the function's name depend on how events are waited for.</summary>
    public static bool IsAbort(ErrorMessage known) => known.Candidates is ["client-gave-up", ..] && known.Format.Contains("client prematurely closed connection", StringComparison.Ordinal);

    /// <summary>nginx had a connection to the upstream that it gave up, too; what a fragment lacks of the context does not tell it from others.</summary>
    private static bool IsWaiting(ErrorMessage known) => known.Format.Contains("upstream connection is closed too", StringComparison.Ordinal);

    public IReadOnlyList<Incident> Find(IReadOnlyList<Incident> known)
        => !view.Instance.FromFiles || known.Any(incident => incident.State != IncidentState.Recovered && !incident.Unlogged) ? []
            :
            [
                .. view.ErrorLogs.SelectMany(log => log.Groups)
                    .Where(group => group.Known is { } message && IsAbort(message) && (group.UpstreamPeer is not null || IsWaiting(message)))
                    .GroupBy(group => group.UpstreamPeer)
                    .Select(groups => IncidentOf([.. groups])),
            ];

    private Incident IncidentOf(IReadOnlyList<ErrorGroup> groups)
    {
        var main = groups.MaxBy(group => group.Count)!;
        return new()
        {
            Id = "",
            Kind = SymptomKind.OtherMessage,
            Phase = Phase.Header,
            Side = Side.Client,
            How = How.Closed,
            Origin = Origin.Client,
            Status = 499,
            Message = main.Message,
            MessageId = main.MessageId,
            Candidates = ["client-gave-up"],
            Instance = view.Instance,
            Configuration = view.Configuration,
            Location = view.Configuration?.LocationFor(main.Server, main.Host, main.Path ?? main.Route ?? "/", null),
            Peer = main.UpstreamPeer is { } upstream && Nginx.Endpoint.TryParse(upstream, 0, out var peer) && (peer.IsUnix || peer.Port != 0) ? peer : null,
            Scheme = main.UpstreamScheme,
            Server = main.Server,
            Host = main.Host,
            Routes = [.. groups.OrderByDescending(group => group.Count).Select(group => group.Path ?? group.Route).OfType<string>().Distinct()],
            State = IncidentState.Current,
            Requests = groups.Sum(group => group.Count),
            Samples = [.. groups.SelectMany(group => group.Samples).OrderBy(line => line.Time).TakeLast(3)],
            Traffic = PeerTraffic.Nothing,
        };
    }
}
