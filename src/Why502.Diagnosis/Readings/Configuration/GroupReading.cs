using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>The group that nginx found no live server in, as far as the configuration tells it.</summary>
/// <param name="Usable">Servers that are neither down nor drained.</param>
/// <param name="IsSingle">One server with one address: nginx never marks it failed.</param>
public sealed record GroupReading(UpstreamGroup Group, IReadOnlyList<PeerTarget> Usable, bool IsSingle)
{
    private const int ServersMax = 16;

    public static GroupReading? Of(Incident incident)
    {
        var group = incident.Group ?? incident.Location?.Group;
        return group is null || (group.StateFile is not null && group.Peers.Count == 0) ? null
            : new(group, [.. group.Peers.Where(peer => peer is { Down: false, Drain: false })], group.Peers is [{ Endpoint.IsName: false }]);
    }

    /// <summary>Each server takes so many connections and no more.</summary>
    public bool IsLimited => Usable.Count > 0 && Usable.All(peer => peer.MaxConns is not null);

    public IEnumerable<PeerTarget> Unusable => Group.Peers.Where(peer => peer.Down || peer.Drain);

    private IEnumerable<Endpoint> Endpoints => Usable.Select(peer => peer.Endpoint).OfType<Endpoint>().Where(endpoint => !endpoint.IsName).Distinct().Take(ServersMax);

    /// <summary>Servers of the group that accept and that refuse connections now; null while none is known.</summary>
    public static (int Accept, int Refuse)? Answering(Incident incident, GroupReading group, Observations seen)
    {
        var outcomes = group.Endpoints.Select(endpoint => seen.Ask(Probing.Connect(incident.Instance, endpoint)).FactOrNull).OfType<ConnectFact>().ToList();
        return outcomes.Count == 0 ? null : (outcomes.Count(fact => fact.Outcome == ProbeOutcome.Ok), outcomes.Count(fact => fact.Outcome != ProbeOutcome.Ok));
    }
}
