using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>Whether nginx passes requests to a listen address of its own.</summary>
public static class SelfReading
{
    /// <summary>A peer of the incident's location that the same server block listens on: each request then makes the next.</summary>
    public static (Endpoint Peer, SourceLine At)? PassesToItself(Incident incident, MachineStateFact? machine)
    {
        if (incident.Location is not { Server: { } server } location)
        {
            return null;
        }

        foreach (var peer in location.Peers.Select(target => target.Endpoint).OfType<Endpoint>().Where(peer => !peer.IsUnix))
        {
            if ((peer.IsLoopback || Addresses.IsLocal(peer, machine) == true)
                && server.Listens.Any(listen => !listen.IsUnix && listen.Port == peer.Port && (listen.IsWildcard || listen.Address.StartsWith(peer.Host + ":", StringComparison.Ordinal))))
            {
                return (peer, location.At);
            }
        }

        return null;
    }
}
