using System.Globalization;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>Which container an address or a name means, in what the engines of the machine say.</summary>
public static class ContainerReading
{
    public static Container? ById(string id, Observations seen) => All(seen).FirstOrDefault(container => container.Id == id || container.Name == id);

    /// <summary>The container that a listener is in: by its process's control group, else by the process that the engine started.</summary>
    public static Container? Of(Listener listener, Observations seen)
        => listener.Processes.Select(process => process.Container).OfType<string>().Select(id => ById(id, seen)).FirstOrDefault(known => known is not null)
            ?? All(seen).FirstOrDefault(container => container.Pid is { } first && listener.Processes.Any(process => process.Pid == first || process.ParentPid == first));

    /// <summary>The container behind an incident's upstream: by the name that the configuration uses, the address it has, or the port it publishes.</summary>
    public static Container? Behind(Incident incident, Observations seen)
    {
        var all = All(seen);
        if (all.Count == 0 || incident.Peer is not { IsUnix: false } peer)
        {
            return null;
        }

        var names = (incident.Location?.Peers ?? []).Select(target => target.Endpoint).OfType<Endpoint>().Where(endpoint => endpoint.IsName && !endpoint.IsLoopback && endpoint.Port == peer.Port).Select(endpoint => endpoint.Host!).ToList();
        return all.FirstOrDefault(container => names.Any(name => IsCalled(container, name)))
            ?? all.FirstOrDefault(container => container.Networks.Any(network => network.Address == peer.Host))
            ?? (incident.Instance.NetworkThrough == 0 ? all.FirstOrDefault(container => container.Published.Any(port => port.HostPort == peer.Port)) : null);
    }

    /// <summary>
    /// From files: a container's other side of a published port. Inside the engine's networks its own port counts, outside the published one; who mixes them up is refused.
    /// </summary>
    public static (Container Container, int Port)? OtherSide(Incident incident, Observations seen)
    {
        if (!incident.Instance.FromFiles || incident.Peer is not { IsUnix: false } peer)
        {
            return null;
        }

        var all = All(seen);
        var inside = !peer.IsLoopback && (incident.Instance.Container is not null || ContainerSigns.IsBridgeAddress(peer) || all.Any(container => container.ProxiedPort == peer.Port && peer.Host is { } host && IsCalled(container, host)));
        if (!peer.IsLoopback && SaidPort(all, peer.Port) is { } said)
        {
            return said;
        }

        var meant = all.SelectMany(container => container.Published.Select(port => (Container: container, Right: inside ? port.ContainerPort : port.HostPort, Wrong: inside ? port.HostPort : port.ContainerPort))).ToList();
        return meant.Any(port => port.Right == peer.Port) || (!inside && incident.Instance.Container is not null) ? null
            : meant.FirstOrDefault(port => port.Wrong == peer.Port) is { Container: { } container } found ? (container, found.Right)
            : null;
    }

    /// <summary>
    /// From files: the port at which the host publishes the one container that nginx can mean, where none is published at the port that it uses. It is meant when it is called as the upstream is, or when it is alone.
    /// </summary>
    public static (Container Container, int Port, bool IsNamed)? PublishedElsewhere(Incident incident, Observations seen)
    {
        if (incident is not { Instance: { FromFiles: true, Container: null }, Peer: { IsLoopback: true } peer })
        {
            return null;
        }

        var published = All(seen).Where(container => container.State is "" or "running" && container.Published.Count > 0).ToList();
        if (published.Count == 0 || published.Any(container => container.Published.Any(port => port.HostPort == peer.Port || port.ContainerPort == peer.Port)))
        {
            return null;
        }

        var named = published.Where(container => incident.Group?.Name is { } group && (IsCalled(container, group) || ImageName(container) is { } image && Same(image, group))).ToList();
        return (named.Count > 0 ? named : published) is [{ Published: [var only] } container] ? (container, only.HostPort, named.Count > 0) : null;
    }

    /// <summary>From files: the workload whose pods the Service handed over with it does not select. An address of the machine itself is no Service's.</summary>
    public static Container? Unselected(Incident incident, Observations seen)
        => incident is { Instance.FromFiles: true, Peer: { IsUnix: false, IsLoopback: false } } ? All(seen).FirstOrDefault(container => container.UnselectedBy is not null) : null;

    /// <summary>The last part of a repository's path: <c>registry.example/team/app:7</c>.</summary>
    private static string? ImageName(Container container)
        => container.Image is { } image ? image[(image.LastIndexOf('/') + 1)..] is var last && last.IndexOf(':') is >= 0 and var tag ? last[..tag] : last : null;

    /// <summary>An image says where it listens (EXPOSE, containerPort); that counts where only one app's was handed over, and no other number of it is the one that nginx uses.</summary>
    private static (Container Container, int Port)? SaidPort(IReadOnlyList<Container> all, int used)
        => all.Where(container => container.Exposed.Count > 0).ToList() is [{ Exposed: [var port] } only] && port != used && !all.Any(container => container.Published.Any(published => published.ContainerPort == used))
            ? (only, port)
            : null;

    /// <summary>Docker's DNS knows a container by its name, its compose service, its id and its aliases in the network.</summary>
    public static bool IsCalled(Container container, string name)
        => Same(container.Name, name) || Same(container.Service, name) || container.Networks.Any(network => network.Aliases.Any(alias => Same(alias, name)))
            || (name.Length >= 12 && container.Id.StartsWith(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>How a container ended, in the engine's words: "container web exited with status 137, killed for memory".</summary>
    public static string Ended(Container container) => container switch
    {
        { OomKilled: true } => $"container {container.Name} ended with status {Number(container.ExitCode)}: killed for memory{Restarts(container)}",
        { State: "restarting" } => $"container {container.Name} is restarting{Restarts(container)}, last with status {Number(container.ExitCode)}",
        { State: "created", Error: { Length: > 0 } error } => $"container {container.Name} could not start: {error}",
        { State: "created" } => $"container {container.Name} was never started",
        { State: "paused" } => $"container {container.Name} is paused",
        _ => $"container {container.Name} has ended with status {Number(container.ExitCode)}{(container.ExitCode > 128 ? $" (signal {Number(container.ExitCode - 128)})" : "")}{(container.FinishedAt is { } at ? $" at {Words.Clock(at)}" : "")}{Restarts(container)}",
    };

    private static string Restarts(Container container) => container.RestartCount > 0 ? $", restarted {Number(container.RestartCount)} times" : "";

    /// <summary>Where no engine is installed this costs a look at a few paths.</summary>
    private static IReadOnlyList<Container> All(Observations seen) => seen.Ask(new Containers()).FactOrNull?.All ?? [];

    private static bool Same(string? one, string other) => one is not null && one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
}
