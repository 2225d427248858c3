using System.Net;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>
/// Where a peer's address leads: nginx's own network namespace, or another one of the same machine, such as a container. 127.0.0.1 is each
/// namespace's own.
/// </summary>
/// <param name="IsHere">The address belongs to this machine, in whatever namespace; null when its addresses are not known.</param>
/// <param name="Space">The namespace that has the address, when it is not nginx's own.</param>
/// <param name="At">Who listens there; null while the listening tables are not known.</param>
public sealed record Boundary(bool? IsHere, NetworkSpace? Space, Listening? At)
{
    /// <summary>nginx has to leave its own namespace to get there.</summary>
    public bool IsCrossed => Space is not null;

    public static Boundary Of(Incident incident, Observations seen)
    {
        var peer = incident.Peer!;
        var table = seen.Ask(new TcpListeners()).FactOrNull;
        if (peer.IsLoopback || Addresses.IsLocal(peer, seen.Ask(new MachineState()).FactOrNull) == true && incident.Instance.NetworkThrough == 0)
        {
            return new(true, null, Here(incident, table));
        }

        var own = incident.Instance.NetworkNamespace ?? table?.OwnNetworkNamespace;
        var space = IPAddress.TryParse(peer.Host?.Trim('[', ']'), out var address)
            ? seen.Ask(new NetworkSpaces()).FactOrNull?.Spaces.FirstOrDefault(candidate => candidate.Addresses.Any(text => IPAddress.TryParse(text, out var owned) && owned.Equals(address)))
            : null;
        return space is null
            ? new(Addresses.IsLocal(peer, seen.Ask(new MachineState()).FactOrNull), null, Here(incident, table))
            : new(true, space.Id == own ? null : space, table is null ? null : Listening.At(table, peer, space.Id));
    }

    /// <summary>nginx's own namespace holds at least nginx's listener: where the table has none of it, the namespace was not looked into.</summary>
    private static Listening? Here(Incident incident, TcpListenersFact? table)
        => table is null || (incident.Instance is { NetworkThrough: not 0, NetworkNamespace: { } own } && !table.Listeners.Any(listener => listener.NetworkNamespace == own))
            ? null
            : Listening.At(table, incident.Peer!, incident.Instance.NetworkNamespace);

    /// <summary>What the other side is called: the container's name where an engine knows it, else a process.</summary>
    public static string Name(NetworkSpace space, Observations seen) => Name(space.Container, space.Process, seen);

    public static string Name(Listener listener, Observations seen)
        => listener.Processes.MinBy(process => process.Pid) is { } process ? Name(process.Container, process, seen) : "another network namespace";

    private static string Name(string? container, ProcessRef process, Observations seen)
        => container is null ? $"the network namespace of {Words.Process(process)}"
            : ContainerReading.ById(container, seen) is { } known ? $"container {known.Name}"
            : $"container {(container.Length > 12 ? container[..12] : container)}";
}
