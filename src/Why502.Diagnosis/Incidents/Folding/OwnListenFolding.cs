using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>
/// nginx may be its own upstream: a listen of the same nginx is then the other end of what fails at a proxy_pass. What a listen drops for want of a PROXY header is part of the
/// failure there, unless more connections were dropped than failed; and where a stream server fails to reach its own upstream, it closes the connection that came to it, and
/// that failure is the incident.
/// </summary>
public static class OwnListenFolding
{
    public static List<Incident> PutBeneath(IReadOnlyList<Incident> incidents)
        =>
        [
            .. incidents.Where(incident => incident is not { Side: Side.Client, Candidates: ["proxy-protocol-mismatch"] } || !incidents.Any(other => IsOtherEnd(other, incident)))
                .Where(incident => !incidents.Any(beneath => IsClosedFor(incident, beneath))),
        ];

    private static bool IsOtherEnd(Incident failed, Incident dropped)
        => failed is { Kind: SymptomKind.ClosedEarly or SymptomKind.Reset } && failed.Instance == dropped.Instance && failed.Requests >= dropped.Requests && ProxyHeaders.DemandedBy(failed)?.Address == dropped.Server;

    /// <summary>ngx_stream_proxy_next_upstream() ends the session, and lines of the stream module name the address of its listen as their server.</summary>
    private static bool IsClosedFor(Incident failed, Incident beneath)
        => failed is { Kind: SymptomKind.ClosedEarly or SymptomKind.Reset, Peer: { IsUnix: false } peer } && failed.Instance == beneath.Instance && failed != beneath
            && beneath is { Side: Side.Upstream, Server: { } listen, State: not IncidentState.Recovered } && beneath.Last >= failed.Last?.AddSeconds(-1)
            && IsStream(beneath.Configuration, listen) && Endpoint.TryParse(listen, 0, out var own) && own.Port == peer.Port && (own.Host == peer.Host || own.Host is "0.0.0.0" or "::");

    /// <summary>ngx_stream_log_error() writes the address of the listen, where the http module writes a server's name.</summary>
    public static bool IsStream(NginxConfiguration? configuration, string? server)
        => server is not null && configuration?.StreamServers.Any(stream => stream.Listens.Any(listen => listen.Address == server)) == true;
}
