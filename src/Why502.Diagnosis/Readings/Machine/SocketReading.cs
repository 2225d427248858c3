using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>Questions about the socket an incident is about, asked the same way by every cause so that they are one question.</summary>
public static class SocketReading
{
    /// <summary>The path with the eyes of nginx's worker, through nginx's own mount namespace where that is another.</summary>
    public static SocketPath Question(Incident incident) => Question(incident.Instance, incident.Peer?.UnixPath ?? "");

    public static SocketPath Question(NginxInstance instance, string path)
    {
        var worker = instance.WorkerIdentity;

        // Without rights over nginx's process its mount namespace is unknown; then the path is read as everybody here sees it.
        return new(path, worker?.Uid ?? -1, worker?.Gid ?? -1, string.Join(',', worker?.Groups ?? []), instance.FilesThrough);
    }

    /// <summary>Who listens on the same path where nginx does not see it: the path is empty for nginx, and it or the server has files of its own (PrivateTmp=, a container).</summary>
    public static Listener? Beyond(Incident incident, Endpoint peer, Observations seen)
        => peer.IsUnix && seen.Ask(Question(incident.Instance, peer.UnixPath!)).FactOrNull is { Exists: false }
            ? seen.Ask(new UnixListeners()).FactOrNull?.Listeners.FirstOrDefault(listener => listener.Address == peer.UnixPath && (incident.Instance.FilesThrough != 0 || listener.AtPathOfItsMounts == true))
            : null;

    public static IReadOnlyList<ProcessRef> ServingProcesses(Incident incident, Endpoint? peer, Observations seen)
        => Serving(incident, peer, seen)?.Processes ?? [];

    /// <summary>The listener that gets connections to <paramref name="peer"/>; null without one, as in a fragment that lost its upstream.</summary>
    public static Listener? Serving(Incident incident, Endpoint? peer, Observations seen)
        => peer is null ? null
            : peer.IsUnix
            ? Beyond(incident, peer, seen) is not null ? null
            : seen.Ask(new UnixListeners()).FactOrNull?.Listeners.FirstOrDefault(listener => listener.Address == peer.UnixPath)
            : seen.Ask(new TcpListeners()).FactOrNull is { } tcp ? Listening.At(tcp, peer, incident.Instance.NetworkNamespace).Serving : null;
}
