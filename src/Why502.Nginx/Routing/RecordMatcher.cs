namespace Why502.Nginx.Routing;

/// <summary>From an error-log record back to the configuration: routing proposes, the record's upstream confirms or corrects.</summary>
internal sealed class RecordMatcher(NginxConfiguration configuration, Router router)
{
    public ProxiedLocation? Find(string? serverField, string? host, string requestUri, string? upstreamField)
    {
        var servers = serverField is null ? configuration.Servers : configuration.ServersNamed(serverField);
        if (servers.Count == 0)
        {
            servers = configuration.Servers;
        }

        var upstream = upstreamField is null ? null : UpstreamAddress.Of(upstreamField);
        var routed = Routed(servers, host, requestUri, isOnlyByName: upstream is null);
        var confirmed = routed.FirstOrDefault(p => upstream is null || upstream.Fits(p));
        if (confirmed is not null)
        {
            return confirmed;
        }

        return upstream is null ? null : ByUpstream(servers, upstream) ?? ByUpstream(configuration.Servers, upstream);
    }

    /// <param name="isOnlyByName">Nothing confirms a place: then a server that does not have the name, beside one that has it, is no place for the request.</param>
    private List<ProxiedLocation> Routed(IReadOnlyList<Server> servers, string? host, string requestUri, bool isOnlyByName)
    {
        var chosen = servers.Count > 1 && !string.IsNullOrEmpty(host) ? Router.ByName(servers, host) : null;
        var others = servers.Where(s => s != chosen && (chosen is null || !isOnlyByName || Router.ByName([s], host!) is not null));
        return (chosen is null ? others : others.Prepend(chosen))
            .Select(s => router.Within(s, new RouteRequest { Host = host, Uri = requestUri }))
            .SelectMany(r => configuration.ProxiedLocations.Where(p => p.Server == r.Server && p.Location == r.Location && p.Location is not null))
            .ToList();
    }

    private ProxiedLocation? ByUpstream(IReadOnlyList<Server> servers, UpstreamAddress upstream)
    {
        var passes = configuration.ProxiedLocations.Where(p => servers.Contains(p.Server)).ToList();
        return passes.Find(p => !p.HasVariables && upstream.Fits(p)) ?? passes.Find(p => p.HasVariables && upstream.Fits(p));
    }
}

/// <summary>The record's <c>upstream: "SCHEME://PEER[URI]"</c>; PEER is a group's name after "no live upstreams".</summary>
internal sealed record UpstreamAddress(string Scheme, string Peer, string? Uri)
{
    public static UpstreamAddress? Of(string field)
    {
        var separator = field.IndexOf("://", StringComparison.Ordinal);
        if (separator <= 0)
        {
            return null;
        }

        var rest = field[(separator + 3)..];
        int end;
        if (rest.StartsWith("unix:", StringComparison.Ordinal))
        {
            // The socket's path always ends with a colon here, even when no URI follows.
            end = rest.IndexOf(':', 5);
            return end < 0
                ? new UpstreamAddress(field[..separator], rest, null)
                : new UpstreamAddress(field[..separator], rest[..end], end + 1 < rest.Length ? rest[(end + 1)..] : null);
        }

        end = rest.AsSpan().IndexOfAny('/', '?');
        return end < 0
            ? new UpstreamAddress(field[..separator], rest, null)
            : new UpstreamAddress(field[..separator], rest[..end], rest[end..]);
    }

    /// <summary>The pass may have led to this peer: same scheme, and the peer or group is one of its own (a name may have resolved to anything).</summary>
    public bool Fits(ProxiedLocation pass)
    {
        if (pass.Scheme is not null && !pass.Scheme.Equals(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (pass.HasVariables && pass.Peers.Count == 0)
        {
            return true;
        }

        if (pass.Group is { } group && group.Name.Equals(Peer, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var tried = Endpoint.TryParse(Peer, 0, out var endpoint) ? endpoint : null;
        return pass.Peers.Any(p => p.Endpoint is not null && tried is not null
            && (p.Endpoint.Equals(tried) || (p.Endpoint.IsName && !tried.IsUnix && p.Endpoint.Port == tried.Port) || p.Written.Equals(Peer, StringComparison.OrdinalIgnoreCase)));
    }
}
