using Why502.Logs;
using Why502.Nginx;
using Why502.Nginx.Routing;

namespace Why502.Diagnosis.Readings;

/// <summary>Which rows of the access logs went through a location or to a peer.</summary>
/// <param name="writers">The servers that write a log; null where that is not known: then every server may.</param>
public sealed class TrafficReading(NginxConfiguration? configuration, IReadOnlyList<AccessLogSummary> access, Func<AccessLogSummary, IReadOnlyList<Server>?>? writers = null)
{
    private readonly Dictionary<AccessLogSummary, Dictionary<(string Path, int Status), bool>> sure = new(ReferenceEqualityComparer.Instance);

    /// <summary>Requests to the same upstream: by <c>$upstream_addr</c> where the format has it, else by the location that the path selects.</summary>
    public PeerTraffic Of(Endpoint? peer, ProxiedLocation? location)
    {
        if (access.Count == 0)
        {
            return PeerTraffic.Nothing;
        }

        var addresses = AddressesOf(peer, location);
        var groups = access.SelectMany(summary => summary.Groups.Select(group => (Group: group, Sure: IsSure(group, summary), Elsewhere: IsElsewhere(group, summary))))
            .Where(row => !row.Elsewhere && (Belongs(row.Group, addresses, location) || (!row.Sure && location is not null && MayBe(row.Group, location)))).ToList();
        List<AccessGroup> perhaps = [.. groups.Where(row => !row.Sure).Select(row => row.Group)];
        var traffic = Of([.. groups.Where(row => row.Sure).Select(row => row.Group)]);
        return traffic with { Known = traffic.Known && perhaps.Count == 0, Perhaps = perhaps };
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

    /// <summary>A format without the server's name, as nginx's own, tells it only where every server that writes the log takes the path to the same place.</summary>
    private bool IsSure(AccessGroup group, AccessLogSummary log)
    {
        if (configuration is null || (group.ServerName ?? group.Host) is not null || group.Path is not { } path || (group.UpstreamAddr is { Length: > 0 } address && address != "-"))
        {
            return true;
        }

        if (!sure.TryGetValue(log, out var ofLog))
        {
            sure[log] = ofLog = [];
        }

        var key = (path, group.Status);
        if (!ofLog.TryGetValue(key, out var known))
        {
            var places = (writers?.Invoke(log) ?? configuration.Servers)
                .Select(server => configuration.RouteWithin(server, server.FirstName, path))
                .Where(answer => Gives(answer, group.Status))
                .Select(answer => PlaceOf(answer.Pass))
                .Distinct(StringComparer.Ordinal);
            ofLog[key] = known = places.Take(2).Count() < 2;
        }

        return known;
    }

    /// <summary>Of nobody's site by its names, and served without an upstream in a format that would tell it: a file, or a cache, and no answer of the app.</summary>
    private static bool IsElsewhere(AccessGroup group, AccessLogSummary log)
        => log.HasUpstreamAddr && group is { UpstreamAddr: null or "-", ServerName: null, Host: null, Status: >= 200 and < 499 };

    private bool MayBe(AccessGroup group, ProxiedLocation location)
        => group.Path is { } path && configuration?.RouteWithin(location.Server, location.Server.FirstName, path).Pass == location.Pass;

    /// <summary>What answers with a status of its own gives no other; files give what is on the disk. Without an upstream nginx makes no 502 and no 504.</summary>
    private static bool Gives(RouteAnswer answer, int status)
        => answer.Status is { } own && (own is not (403 or 404) || Returns(answer)) ? own == status : answer.Pass is not null || status is not (502 or 504);

    private static bool Returns(RouteAnswer answer) => (answer.Location?.Block ?? answer.Server?.Block)?.LastChild("return") is not null;

    /// <summary>Two locations with one upstream are one place here.</summary>
    private static string PlaceOf(Directive? pass) => pass is null ? "" : pass.Arguments is [var target] && !target.Contains('$') ? $"{pass.Name} {TargetText.Of(target) with { Uri = "" }}" : $"{pass.At}";

    private bool SameLocation(AccessGroup group, ProxiedLocation location)
        => group.Path is { } path && configuration?.LocationFor(group.ServerName, group.Host, path, null) is { } found && found.Pass == location.Pass;
}
