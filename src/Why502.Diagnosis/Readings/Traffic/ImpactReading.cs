using Why502.Logs;

namespace Why502.Diagnosis.Readings;

/// <summary>Whom an incident hits, as far as the access log tells.</summary>
/// <param name="Total">Requests to the same place in the window; null without an access log, and where it has fewer than failed.</param>
/// <param name="Share">Of them that failed, 0 to 1.</param>
/// <param name="Clients">Different client addresses among the failed; an estimate beyond <see cref="DistinctCount.Kept"/>, null where the format has none.</param>
/// <param name="Upstreams">Nodes that the failed requests went to.</param>
public sealed record ImpactReading(long? Total, double? Share, long? Clients, IReadOnlyList<string> Upstreams)
{
    private const int UpstreamsMax = 16;

    public static ImpactReading Of(Incident incident)
    {
        long? total = incident.Traffic is { Known: true, Total: > 0 } traffic && traffic.Total >= incident.Requests ? traffic.Total : null;
        var failed = incident.Traffic.Groups.Where(group => IsOf(incident, group)).ToList();
        var clients = DistinctCount.Of(failed.Select(group => group.Clients));
        var upstreams = failed.Select(group => group.UpstreamAddr).OfType<string>().Distinct().Take(UpstreamsMax).ToList();
        return new(
            total,
            total is { } all ? Math.Min(1, incident.Requests / (double)all) : null,
            clients > 0 ? clients : null,
            upstreams.Count > 0 ? upstreams : incident.Peer is { } peer ? [peer.ToString()] : []);
    }

    /// <summary>A status of the incident; of a failure of nginx's own, which it logs, any that the upstream did not send. Clients leave (499) only where they had to wait.</summary>
    private static bool IsOf(Incident incident, AccessGroup group) => incident.Status is { } status ? group.Status == status
        : group.Status == 499 ? incident.Kind == SymptomKind.TimedOut
        : group.Status >= 500 && group.Origin != StatusOrigin.Upstream;
}
