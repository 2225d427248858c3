using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>A location that fails each request with 502 by what is written in it, whatever the upstream does: told where no error log was read.</summary>
public sealed record ConfiguredFailure(string Cause, string Words, SourceLine At)
{
    private static readonly HashSet<string> Packaged =
        ["mime.types", "proxy_params", "fastcgi_params", "fastcgi.conf", "fastcgi-php.conf", "uwsgi_params", "scgi_params", "options-ssl-nginx.conf"];

    /// <summary>False where a value of the request, or of a script, decides at run time whether there is a name to look up.</summary>
    public bool IsCertain { get; init; } = true;

    /// <param name="configuration">Where no location is known (a piece of a configuration was pasted), a group that cannot serve at all is the likeliest.</param>
    public static ConfiguredFailure? Of(ProxiedLocation? location, NginxConfiguration? configuration)
    {
        if (location is null)
        {
            return configuration is { Servers.Count: 0 } && configuration.Upstreams.FirstOrDefault(IsWithoutServer) is { } lone
                ? new("upstream-marked-down", $"every server of {lone.Name} is marked down", lone.Peers[0].At)
                : null;
        }

        // ngx_http_upstream_get_round_robin_peer(): a server with `down` is passed over, also where there is no other.
        if (location.Group is { } group && IsWithoutServer(group))
        {
            return new("upstream-marked-down", $"every server of {group.Name} is marked down", group.Peers[0].At);
        }

        // ngx_http_upstream_init_request(): a name that is known at run time only is looked up, and ngx_resolve_start() has nobody to ask.
        if (!location.HasVariables || location.Group is not null || location.Effective("resolver").IsSet || MaySetElsewhere(configuration))
        {
            return null;
        }

        if (location.Peers.All(peer => peer.Endpoint is null))
        {
            return new("dns-resolver-missing", $"the address in {location.Pass.Name} is known at run time only, and no resolver is set for the case that it is a name", location.At) { IsCertain = false };
        }

        // The same name without a variable elsewhere is a group, looked up at the start (ngx_http_upstream_add): a run-time name is first sought among the groups.
        var known = (configuration?.ProxiedLocations ?? []).Where(other => !other.HasVariables).SelectMany(other => other.Peers).Select(peer => peer.Endpoint).ToHashSet();
        bool IsLookedUp(PeerTarget peer) => peer.Endpoint is { IsName: true } && !known.Contains(peer.Endpoint);
        var sought = location.PossibleTargets is { Count: > 0 } targets
            ? targets.All(target => target.Group is null && target.Peers.Any(IsLookedUp)) ? targets[0].Text : null
            : location.Peers.Any(IsLookedUp) ? location.Pass.Arguments[0] : null;
        return sought is null ? null : new("dns-resolver-missing", $"{location.Pass.Name} has a variable, and no resolver is set to look {sought} up", location.At);
    }

    /// <summary>A file is included that was not read, and it is none of those that nginx's packages bring: it may hold what is missed here.</summary>
    private static bool MaySetElsewhere(NginxConfiguration? configuration)
        => configuration?.Problems.Any(problem => problem.Kind == ProblemKind.Include && problem.Message.Split('"') is [_, var path, ..] && !Packaged.Contains(Path.GetFileName(path))) == true;

    private static bool IsWithoutServer(UpstreamGroup group) => group is { Peers: { Count: > 0 } peers, StateFile: null } && peers.All(peer => peer.Down || peer.Drain);
}
