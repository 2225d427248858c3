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

    /// <summary>Whether what a loop passes to is this machine: a server's own name may as well be a balancer's. Null while its addresses are not known.</summary>
    public static bool? IsHere(LoopReading loop, Incident incident, Observations seen)
    {
        if (!Endpoint.TryParse(loop.Listen, 80, out var peer) || peer.IsUnix || !peer.IsName || incident.Instance.FromFiles)
        {
            return true;
        }

        var machine = seen.Ask(new MachineState()).FactOrNull;
        return seen.Ask(new Resolve(peer.Host!, "") { ThroughPid = incident.Instance.NetworkThrough }).FactOrNull is { Code: "ok", Addresses: { Count: > 0 } addresses } && machine is not null
            ? addresses.Select(text => System.Net.IPAddress.TryParse(text, out var address) ? Addresses.IsLocal(Endpoint.Of(address, peer.Port), machine) : null).Any(local => local == true)
            : null;
    }
}
