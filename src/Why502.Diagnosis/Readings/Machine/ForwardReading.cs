using System.Net;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>The next hop is a forwarder on this machine: what it hands connections on to is where a fault may be.</summary>
public static class ForwardReading
{
    private static readonly HashSet<string> Forwarders = ["haproxy", "socat", "stunnel", "stunnel4", "varnishd", "cache-main", "docker-proxy"];

    /// <summary>The forwarder that listens where nginx goes; null where an app does, or nothing.</summary>
    public static ProcessRef? Process(Incident incident, Observations seen)
        => incident.Instance.FromFiles ? null : SocketReading.ServingProcesses(incident, incident.Peer, seen).FirstOrDefault(process => Forwarders.Contains(process.Name));

    public static IReadOnlyList<ForwardTarget> Targets(Incident incident, Observations seen)
        => incident.Peer is { IsName: false } peer && Process(incident, seen) is not null ? seen.Ask(new ForwardsOf(peer.ToString())).FactOrNull?.Targets ?? [] : [];

    /// <summary>A server that bytes are handed on to, and nobody listens there; null where any of the servers is there, or cannot be looked at from here.</summary>
    public static (ForwardTarget Target, Endpoint Address)? Dead(Incident incident, Observations seen)
    {
        var targets = Targets(incident, seen);
        if (targets.Count == 0 || !targets.All(target => target.IsRaw))
        {
            return null;
        }

        var space = SocketReading.Serving(incident, incident.Peer, seen)?.NetworkNamespace;
        (ForwardTarget, Endpoint)? first = null;
        foreach (var target in targets)
        {
            if (!Endpoint.TryParse(target.Address, 0, out var address) || IsServed(address, space, seen) is not false)
            {
                return null;
            }

            first ??= (target, address);
        }

        return first;
    }

    /// <summary>The only server that is handed anything is a container's address, and in there the port listens on loopback alone.</summary>
    public static (ForwardTarget Target, Listener Inside)? InsideLoopback(Incident incident, Observations seen)
        => Targets(incident, seen) is [var only] && Endpoint.TryParse(only.Address, 0, out var address) && !address.IsLoopback && SpaceOf(address, seen) is { } space && seen.Ask(new TcpListeners()).FactOrNull is { } table
            && table.Listeners.Where(listener => listener.Port == address.Port && listener.NetworkNamespace == space.Id).ToList() is [var first, ..] inside && inside.All(Listening.IsLoopback)
                ? (only, first)
                : null;

    private static NetworkSpace? SpaceOf(Endpoint address, Observations seen)
        => IPAddress.TryParse(address.Host?.Trim('[', ']'), out var ip)
            ? seen.Ask(new NetworkSpaces()).FactOrNull?.Spaces.FirstOrDefault(candidate => candidate.Addresses.Any(text => IPAddress.TryParse(text, out var owned) && owned.Equals(ip)))
            : null;

    /// <summary>Who looks from another namespace than the address is of sees nothing; null then.</summary>
    private static bool? IsServed(Endpoint address, string? space, Observations seen)
    {
        if (address.IsUnix)
        {
            return seen.Ask(new UnixListeners()).FactOrNull?.Listeners.Any(listener => listener.Address == address.UnixPath);
        }

        if (address.IsName || seen.Ask(new TcpListeners()).FactOrNull is not { } table)
        {
            return null;
        }

        if (Addresses.IsLocal(address, seen.Ask(new MachineState()).FactOrNull) == true)
        {
            return Listening.At(table, address, space).Serving is not null;
        }

        // A container's: where the port listens in there at all, the address it is bound to is the question.
        return SpaceOf(address, seen) is { } inside
            ? table.Listeners.Any(listener => listener.Port == address.Port && listener.NetworkNamespace == inside.Id)
            : null;
    }

    public static string Words(ProcessRef process, Endpoint peer, ForwardTarget target)
        => $"{Readings.Words.Process(process)} listens on {peer} and hands connections on to {target.Address}{(target.File is { } file ? $" ({file}:{target.Line})" : "")}";
}
