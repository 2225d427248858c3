using Why502.Nginx;
using Why502.Nginx.Routing;

namespace Why502.Diagnosis.Readings;

/// <summary>Requests that nginx passes to a listen address of its own, from where its configuration passes them on to itself again.</summary>
/// <param name="Listen">The address that is passed to and listened on.</param>
/// <param name="At">The pass directive.</param>
/// <param name="Turns">How many passes it takes to come back.</param>
public sealed record LoopReading(string Listen, SourceLine At, int Turns)
{
    /// <summary>A chain of own servers is longer than this in no sane configuration.</summary>
    private const int TurnsMax = 8;

    /// <summary>Null when the request gets out of this nginx, or when that cannot be told.</summary>
    public static LoopReading? Of(Incident incident)
    {
        if (incident.Configuration is not { } configuration)
        {
            return null;
        }

        // The line says where the request went: what the name of a pass directive means is told by its address.
        if (incident is { FromProbe: false, Peer: { } peer } && !configuration.Servers.SelectMany(server => server.Listens).Any(listen => peer.IsUnix ? listen.Address == $"unix:{peer.UnixPath}" : !listen.IsUnix && listen.Port == peer.Port))
        {
            return null;
        }

        if (RequestRoute.Of(incident) is { Pass: not null } answer && Follow(configuration, answer, incident.Host ?? incident.Server ?? "localhost") is { } loop)
        {
            return loop;
        }

        // Without a request in the line, as after "worker_connections are not enough" while accepting: any loop at all.
        return incident.Routes.Count > 0 ? null
            : configuration.ProxiedLocations.Where(location => location.Location is { IsNamed: false, IsRegex: false }).Take(64)
                .Select(location => RequestRoute.Of(configuration, location.Server.FirstName, location.Location!.Path) is { Pass: not null } route ? Follow(configuration, route, location.Server.FirstName ?? "localhost") : null)
                .FirstOrDefault(found => found is not null);
    }

    /// <summary>A forwarder or proxy on this machine hands the requests back to a listen address of this nginx, which passes them to it again.</summary>
    public static LoopReading? Through(Incident incident, Observations seen)
    {
        if (incident is not { Configuration: { } configuration, Location: { } location, Host: var host })
        {
            return null;
        }

        foreach (var target in ForwardReading.Targets(incident, seen))
        {
            if (Endpoint.TryParse(target.Address, 0, out var address) && OwnListen(configuration, address) is { } listen
                && configuration.Route(new RouteRequest { Listen = listen, Host = host ?? incident.Server, Uri = RequestRoute.PathOf(incident) }, NoRouteFiles.Instance).Pass == location.Pass)
            {
                return new(address.ToString(), location.At, 2);
            }
        }

        return null;
    }

    private static LoopReading? Follow(NginxConfiguration configuration, RouteAnswer answer, string host)
    {
        var visited = new List<Directive>();
        string? first = null;
        for (var turn = 0; turn < TurnsMax && answer.Pass is { } pass; turn++)
        {
            if (visited.Contains(pass))
            {
                return new(first!, visited[0].At, turn);
            }

            visited.Add(pass);
            if (configuration.ProxiedLocations.FirstOrDefault(location => location.Pass == pass) is not { Kind: PassKind.Proxy or PassKind.Grpc } proxied
                || OwnListen(configuration, proxied) is not var (listen, peer))
            {
                return null;
            }

            first ??= peer;
            host = HostSent(proxied, host, peer);
            answer = configuration.Route(new RouteRequest { Listen = listen, Tls = proxied.Scheme is "https" or "grpcs", Host = host, Uri = answer.UpstreamUri ?? answer.Uri }, NoRouteFiles.Instance);
        }

        return null;
    }

    /// <summary>A target that some server of this nginx listens on: by address, by a loopback name, or by a server's own name.</summary>
    private static (string Listen, string Peer)? OwnListen(NginxConfiguration configuration, ProxiedLocation location)
    {
        foreach (var peer in location.Peers.Where(target => !target.Down).Select(target => target.Endpoint).OfType<Endpoint>())
        {
            if (OwnListen(configuration, peer) is { } listen)
            {
                return (listen, peer.ToString());
            }
        }

        return null;
    }

    private static string? OwnListen(NginxConfiguration configuration, Endpoint peer)
    {
        var isOwnName = peer.IsName && (peer.Host == "localhost" || configuration.Servers.Any(server => server.Names.Contains(peer.Host!, StringComparer.OrdinalIgnoreCase)));
        return configuration.Servers.SelectMany(server => server.Listens)
            .FirstOrDefault(listen => peer.IsUnix ? listen.Address == $"unix:{peer.UnixPath}" : listen.Port == peer.Port && !listen.IsUnix
                && (listen.Address == peer.ToString() || isOwnName || (listen.IsWildcard && peer.IsLoopback)))?.Address;
    }

    /// <summary>proxy_set_header Host: the request's own host is kept with $host and $http_host; by default the target's is sent ($proxy_host).</summary>
    private static string HostSent(ProxiedLocation location, string host, string peer)
    {
        var set = location.Effective("proxy_set_header").All?.LastOrDefault(header => header.Count == 2 && header[0].Equals("Host", StringComparison.OrdinalIgnoreCase))?[1];
        return set switch
        {
            "$host" or "$http_host" or "$server_name" or "$host:$server_port" => host,
            null or "$proxy_host" => location.Group?.Name ?? peer,
            _ when set.Contains('$', StringComparison.Ordinal) => host,
            _ => set,
        };
    }
}
