using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>
/// Bringing nginx on the machine and a service of compose together in the compose file: a port published on loopback, or a command that listens on loopback inside.
/// </summary>
internal static class ComposeFix
{
    /// <summary>Null where nginx is in a container itself, where the app is in none of compose's, or where its engine does not say what it was made from.</summary>
    public static Fix? Of(Incident incident, Boundary boundary, Observations seen)
    {
        var peer = incident.Peer!;
        if (incident.Instance is not { FromFiles: false, NetworkThrough: 0, Container: null } || peer.IsUnix)
        {
            return null;
        }

        // 127.0.0.1 of the machine, and the app in its own namespace on the same port.
        if (boundary.Space is null && peer.IsLiteralIPv4 && peer.IsLoopback && incident.Kind == SymptomKind.ConnectFailed && boundary.At?.OtherNamespace is [var inside, ..]
            && ContainerReading.Of(inside, seen) is { } hidden && IsBridged(hidden) && !hidden.Published.Any(port => port.ContainerPort == peer.Port))
        {
            return Of(hidden, seen, Listening.IsLoopback(inside), peer.Port, publishes: true);
        }

        // Published, or gone to by its own address, and the app inside takes loopback alone.
        var container = ContainerReading.Behind(incident, seen);
        var port = container?.Published.FirstOrDefault(published => published.HostPort == peer.Port && peer.IsLoopback)?.ContainerPort ?? peer.Port;
        return container is not null && seen.Ask(new TcpListeners()).FactOrNull is { } table
            && table.Listeners.Where(listener => listener.Port == port && ContainerReading.Of(listener, seen)?.Id == container.Id).ToList() is { Count: > 0 } listeners && listeners.All(Listening.IsLoopback)
            ? Of(container, seen, listensOnLoopback: true, port, publishes: false) : null;
    }

    private static Fix? Of(Container container, Observations seen, bool listensOnLoopback, int port, bool publishes)
    {
        if (container is not { Running: true, ComposeFiles: [_, ..] files, Project: { } project, Service: { } service, CreatedAt: { } made })
        {
            return null;
        }

        var file = string.Join(", ", files);

        var mapping = $"127.0.0.1:{port}:{port}";
        var what = (publishes ? $"publish port {port} on 127.0.0.1 (ports: - \"{mapping}\")" : "") + (publishes && listensOnLoopback ? " and " : "")
            + (listensOnLoopback ? $"have its command listen on 0.0.0.0:{port} instead of loopback; inside its container that is no wider than its networks" : "");
        if (container.Engine != "docker")
        {
            return new Fix
            {
                Summary = $"In {file}, service {service}: {what}.",
                Steps = [new($"In {file}, service {service}: {what}. Then have its container made anew; podman-compose takes the whole project {project} down and up for it, so when is yours to say.")],
            };
        }

        var writes = seen.Ask(new ContainerWrites(container.Id)).FactOrNull;
        var kept = writes is { Paths: [] };
        var lost = writes is { Paths: [var written, ..] } ? $" It has written {written} outside its volumes: that is gone then, so it is yours to decide." : kept ? "" : " What it has written outside its volumes is gone then (docker diff shows it).";
        return new Fix
        {
            Summary = $"In {file}, service {service}: {what}.",
            Steps =
            [
                new($"In {file}, service {service}: {what}. Then its container is made anew, with nothing else changed.{lost}", $"docker compose {string.Join(' ', files.Select(one => $"-f {Shell.Quote(one)}"))} -p {Shell.Quote(project)} up -d --no-deps {Shell.Quote(service)}")
                {
                    Action = kept ? new RepairAction.EditCompose(files, project, service, made) { Publish = publishes ? mapping : null, ListenOnAll = listensOnLoopback ? port : null } : null,
                },
            ],
            Later = publishes ? "127.0.0.1 in front keeps the port off every other network: without it Docker publishes on all addresses, past most firewalls." : null,
        };
    }

    /// <summary>Ports are published into networks of the engine's own only.</summary>
    private static bool IsBridged(Container container) => container.NetworkMode is not ("host" or "none") && container.NetworkMode?.StartsWith("container:", StringComparison.Ordinal) != true;
}
