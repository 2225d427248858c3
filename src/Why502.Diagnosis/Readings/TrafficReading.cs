using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>Which rows of the access logs went through a location or to a peer.</summary>
public sealed class TrafficReading(NginxConfiguration? configuration, IReadOnlyList<AccessLogSummary> access)
{
    /// <summary>Requests to the same upstream: by <c>$upstream_addr</c> where the format has it, else by the location that the path selects.</summary>
    public PeerTraffic Of(Endpoint? peer, ProxiedLocation? location)
    {
        if (access.Count == 0)
        {
            return PeerTraffic.Nothing;
        }

        var addresses = AddressesOf(peer, location);
        return Of([.. access.SelectMany(summary => summary.Groups).Where(group => Belongs(group, addresses, location))]);
    }

    /// <summary>Everything that nginx served: what it runs out of itself concerns every request.</summary>
    public PeerTraffic Whole() => access.Count == 0 ? PeerTraffic.Nothing : Of([.. access.SelectMany(summary => summary.Groups)]);

    private PeerTraffic Of(IReadOnlyList<AccessGroup> groups)
    {
        var succeeded = groups.Where(IsSuccess).ToList();
        return new(
            Known: access.Any(summary => summary.Rows > 0),
            Total: groups.Sum(group => group.Count),
            Succeeded: succeeded.Sum(group => group.Count),
            LastSuccess: succeeded.Max(group => group.Last),
            Groups: groups);
    }

    /// <summary>How many requests the location was selected for, wherever else its upstream is used.</summary>
    public long Through(ProxiedLocation location) => access.SelectMany(summary => summary.Groups).Where(group => SameLocation(group, location)).Sum(group => group.Count);

    /// <summary>Requests to the servers behind a listen address: where a connection fails before its request, no location is known.</summary>
    public PeerTraffic OfListen(string listen)
    {
        var names = (configuration?.Servers ?? []).Where(server => server.Listens.Any(own => own.Address == listen)).SelectMany(server => server.Names).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var groups = access.SelectMany(summary => summary.Groups).Where(group => names.Contains(group.ServerName ?? group.Host ?? "")).ToList();
        var succeeded = groups.Where(group => group.Status is >= 200 and < 400).ToList();
        return new(groups.Count > 0, groups.Sum(group => group.Count), succeeded.Sum(group => group.Count), succeeded.Max(group => group.Last), groups);
    }

    /// <summary>The upstream answered: a page that nginx gave in place of its failure is no answer of it.</summary>
    public static bool IsSuccess(AccessGroup group) => group.Status is >= 200 and < 499 && group.Origin != StatusOrigin.Nginx && !HiddenFailureReading.IsReplaced(group);

    /// <summary>Whether any row of the window went through the location.</summary>
    public bool IsUsed(ProxiedLocation location) => access.SelectMany(summary => summary.Groups).Any(group => Belongs(group, AddressesOf(null, location), location));

    private static HashSet<string> AddressesOf(Endpoint? peer, ProxiedLocation? location)
    {
        var addresses = new HashSet<string>(StringComparer.Ordinal);
        if (peer is not null)
        {
            addresses.Add(peer.ToString());
        }

        // Where no server of a group is live, $upstream_addr is the group's name (ngx_http_upstream_init_round_robin).
        if (location?.Group?.Name is { } group)
        {
            addresses.Add(group);
        }

        foreach (var target in location?.Peers ?? [])
        {
            if (target.Endpoint is { IsName: false } endpoint)
            {
                addresses.Add(endpoint.ToString());
            }
        }

        return addresses;
    }

    private bool Belongs(AccessGroup group, HashSet<string> addresses, ProxiedLocation? location)
    {
        if (group.UpstreamAddr is { Length: > 0 } address && address != "-")
        {
            return addresses.Contains(address.TrimEnd(':')) || (location is not null && SameLocation(group, location) && location.Peers.Any(peer => peer.Endpoint is null or { IsName: true }));
        }

        return location is not null && (SameLocation(group, location) || SameServers(group, location));
    }

    /// <summary>Another location that goes to the very same address: what <c>$upstream_addr</c> would tell.</summary>
    private bool SameServers(AccessGroup group, ProxiedLocation location)
        => location.Peers is [{ Endpoint: { IsName: false } only }] && group.Path is { } path && group.Origin != StatusOrigin.Nginx
            && configuration?.LocationFor(group.ServerName, group.Host, path, null) is { Peers: [{ Endpoint: { IsName: false } other }] } && other.ToString() == only.ToString();

    private bool SameLocation(AccessGroup group, ProxiedLocation location)
        => group.Path is { } path && configuration?.LocationFor(group.ServerName, group.Host, path, null) is { } found && found.Pass == location.Pass;
}
