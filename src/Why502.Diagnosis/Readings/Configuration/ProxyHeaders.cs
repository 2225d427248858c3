using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>Who waits for a PROXY header, as the configuration says.</summary>
public static class ProxyHeaders
{
    /// <summary>The listen of this same nginx that is the incident's upstream and expects the header; http's proxy_pass and grpc_pass send none.</summary>
    public static Listen? DemandedBy(Incident incident)
        => incident.Configuration is { } configuration && ListenOf(configuration, incident.Peer) is { ProxyProtocol: true } listen ? listen : null;

    /// <summary>The listen that a connection to a peer arrives at.</summary>
    public static Listen? ListenOf(NginxConfiguration configuration, Endpoint? peer)
        => configuration.Servers.SelectMany(server => server.Listens).FirstOrDefault(listen => Reaches(peer, listen));

    /// <summary>The stream server of this same nginx that is the incident's upstream and writes the header to who does not show that he expects it.</summary>
    public static StreamServer? AddedBetween(Incident incident)
        => incident is { Configuration: { } configuration, Peer: { } peer } && configuration.StreamServers.FirstOrDefault(stream => stream.Listens.Any(listen => Reaches(peer, listen))) is { } between
            && Sends(between) && between.Peers.All(target => ListenOf(configuration, target.Endpoint)?.ProxyProtocol != true)
            ? between
            : null;

    /// <summary>The server's own word, else that of stream {} (ngx_stream_proxy_merge_srv_conf).</summary>
    public static bool Sends(StreamServer stream) => (stream.Block.LastChild("proxy_protocol") ?? stream.Block.Parent?.LastChild("proxy_protocol")) is { Arguments: ["on", ..] };

    private static bool Reaches(Endpoint? peer, Listen listen)
        => peer is not null && (peer.ToString() == listen.Address || (peer.IsLoopback && !listen.IsUnix && listen.IsWildcard && peer.Port == listen.Port));
}
