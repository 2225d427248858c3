using System.Collections.Concurrent;

namespace Why502.Nginx.Routing;

/// <summary>Server and location selection: ngx_http_find_virtual_server and ngx_http_core_find_location.</summary>
internal sealed class Router(IReadOnlyList<Server> servers, IReadOnlyList<ProxiedLocation> proxied)
{
    // Caches, filled by whoever asks first: a configuration is read from several threads.
    private readonly ConcurrentDictionary<Directive, Pattern?> patterns = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<string, ServerNames> namesByListen = new(StringComparer.Ordinal);

    public Route? Find(string? listen, string? host, string uri, bool tls)
    {
        var server = FindServer(listen, host, tls);
        return server is null ? null : Within(server, uri);
    }

    public Route Within(Server server, string uri)
    {
        var location = FindLocation(server, NormalisedPath(uri, MergesSlashes(server)));
        return new Route(server, location, PassOf(location));
    }

    public static Server? ByName(IReadOnlyList<Server> candidates, string host) => new ServerNames(candidates).Find(HostOnly(host));

    public Location? FindLocation(Server server, string path) => Find(server.Locations, path, out _);

    private Server? FindServer(string? listen, string? host, bool tls)
    {
        var candidates = servers;
        if (listen is not null)
        {
            candidates = ListeningOn(listen);
        }
        else if (tls && servers.Any(s => s.Ssl))
        {
            candidates = [.. servers.Where(s => s.Ssl)];
        }

        if (candidates.Count == 0)
        {
            return null;
        }

        var names = namesByListen.GetOrAdd($"{listen}|{tls}", _ => new ServerNames(candidates));
        return (host is null ? null : names.Find(HostOnly(host))) ?? Default(candidates, listen);
    }

    /// <summary>nginx looks for the exact address first and takes the port's wildcard only when no server listens on it.</summary>
    private List<Server> ListeningOn(string listen)
    {
        var (address, port) = Listen.Normalise(listen);
        var exact = servers.Where(s => s.Listens.Any(l => l.Address == address)).ToList();
        if (exact.Count > 0)
        {
            return exact;
        }

        var wildcard = address.StartsWith('[') ? $"[::]:{port}" : $"0.0.0.0:{port}";
        return servers.Where(s => s.Listens.Any(l => l.Address == wildcard)).ToList();
    }

    private static Server Default(IReadOnlyList<Server> candidates, string? listen)
    {
        var port = listen is null ? 0 : Listen.Normalise(listen).Port;
        return candidates.FirstOrDefault(s => s.Listens.Any(l => l.IsDefault && (port == 0 || l.Port == port))) ?? candidates[0];
    }

    /// <summary>
    /// ngx_http_core_find_location: an exact location wins at once; else the longest prefix, into whose nested locations the search goes on;
    /// then the first matching expression of the level, unless the prefix says ^~ or a nested location was decided by an expression.
    /// </summary>
    private Location? Find(IReadOnlyList<Location> level, string path, out bool isFinal)
    {
        Location? prefix = null;
        isFinal = false;
        foreach (var location in level)
        {
            if (location.IsExact && location.Path == path)
            {
                isFinal = true;
                return location;
            }

            if (location.Modifier is "" or "^~" && path.StartsWith(location.Path, StringComparison.Ordinal)
                && (prefix is null || location.Path.Length > prefix.Path.Length))
            {
                prefix = location;
            }
        }

        Location? nested = null;
        if (prefix is not null)
        {
            nested = Find(prefix.Nested, path, out isFinal);
            if (isFinal || (nested is null && prefix.Modifier == "^~"))
            {
                return nested ?? prefix;
            }

            if (prefix.Modifier == "^~")
            {
                return nested;
            }
        }

        foreach (var location in level.Where(l => l.IsRegex))
        {
            if (PatternOf(location)?.IsMatch(path) == true)
            {
                isFinal = true;
                return Find(location.Nested, path, out _) ?? location;
            }
        }

        return nested ?? prefix;
    }

    private Pattern? PatternOf(Location location) =>
        patterns.GetOrAdd(location.Block, _ => Pattern.TryCreate(location.Path, location.Modifier == "~*"));

    private ProxiedLocation? PassOf(Location? location)
    {
        if (location is null)
        {
            return null;
        }

        var passes = proxied.Where(p => p.Location == location).ToList();
        return passes.Find(p => ReferenceEquals(p.Pass.Parent, location.Block)) ?? passes.FirstOrDefault();
    }

    private static bool MergesSlashes(Server server) => Inheritance.Effective(null, server, "merge_slashes").IsOn;

    /// <summary>ngx_http_parse_complex_uri: decoded, without the query, dots resolved, slashes merged.</summary>
    internal static string NormalisedPath(string uri, bool mergeSlashes) => UriPath.Normalise(uri, mergeSlashes);

    private static string HostOnly(string host)
    {
        var name = host.StartsWith('[')
            ? host[..(host.IndexOf(']') + 1)]
            : host.IndexOf(':') is var colon and >= 0 ? host[..colon] : host;
        return name.TrimEnd('.').ToLowerInvariant();
    }
}
