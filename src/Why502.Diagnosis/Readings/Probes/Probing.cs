using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>
/// The one application request that a diagnosis may make of a peer: a GET of a path that this window's log shows as
/// answered, only within the machine's own networks, and not while the server's queue or pool is full.
/// </summary>
public static class Probing
{
    /// <summary>Longest wait for an answer that a diagnosis asks for on its own.</summary>
    private const int PatienceMsMax = 4000;

    /// <summary>A connection as nginx's worker makes it: from its network namespace, to a socket below its root, and in its name where a filter may ask for that.</summary>
    public static Connect Connect(NginxInstance instance, Endpoint peer)
        => peer.IsUnix ? new(peer.ToString()) { ThroughPid = instance.FilesThrough }
            : new(peer.ToString()) { ThroughPid = instance.NetworkThrough, AsUser = instance.WorkerIdentity?.Uid ?? 0 };

    /// <summary>The server's queue and workers, where nginx would meet them.</summary>
    public static ServerLoad Load(NginxInstance instance, Endpoint peer) => new(peer.ToString()) { ThroughPid = Through(instance, peer) };

    public static PortProtocol Protocol(NginxInstance instance, Endpoint peer) => new(peer.ToString()) { ThroughPid = Through(instance, peer) };

    public static TlsHandshake Handshake(NginxInstance instance, Endpoint peer) => new(peer.ToString(), "") { ThroughPid = Through(instance, peer) };

    /// <summary>Sockets of paths belong to no network namespace.</summary>
    private static int Through(NginxInstance instance, Endpoint peer) => peer.IsUnix ? 0 : instance.NetworkThrough;

    public static RouteTo Route(Incident incident) => new(incident.Peer?.Host?.Trim('[', ']') ?? "", incident.Instance.NetworkThrough);

    public static Question<ResponseFact>? Get(Incident incident, string? path, TimeSpan patience, Observations seen)
    {
        if (path is null || incident is not { Peer: { } peer, Location: { } location } || incident.Instance.FromFiles
            || IsDown(location, peer)
            || !Addresses.IsInOwnNetwork(peer, seen.Ask(new MachineState()).FactOrNull)
            || !HasRoom(incident, seen))
        {
            return null;
        }

        var milliseconds = Math.Min((int)patience.TotalMilliseconds, PatienceMsMax);
        var host = incident.Host ?? incident.Server ?? peer.Host ?? "localhost";
        return location.Kind switch
        {
            PassKind.Proxy when location.Scheme is "http" or "https" => new HttpGet(peer.ToString(), location.Scheme, host, path, location.Effective("proxy_http_version").Arguments is ["1.1"] ? "1.1" : "1.0", milliseconds) { ThroughPid = Through(incident.Instance, peer) },
            PassKind.Uwsgi when location.Scheme is null or "uwsgi" => new UwsgiGet(peer.ToString(), path, host, milliseconds) { ThroughPid = Through(incident.Instance, peer) },
            PassKind.Scgi => new ScgiGet(peer.ToString(), path, host, milliseconds) { ThroughPid = Through(incident.Instance, peer) },
            _ => null,
        };
    }

    private static bool IsDown(ProxiedLocation location, Endpoint peer)
        => location.Peers.Any(target => target.Down && target.Endpoint?.ToString() == peer.ToString());

    /// <summary>The server's queue and workers were looked at, and another connection takes nobody's place.</summary>
    public static bool HasRoom(Incident incident, Observations seen)
        => incident.Peer is { } peer && seen.Ask(Load(incident.Instance, peer)).FactOrNull is { } load && !IsFull(load);

    public static bool IsFull(ServerLoadFact load)
        => load.QueueLength > 0 || (load is { OneRequestPerWorker: true, BusyWorkers: { } busy, Workers: { } workers } && busy >= workers);
}
