using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>What the failing requests evidently met, and the files do not have.</summary>
/// <param name="Words">Says both sides.</param>
/// <param name="At">Where the files say otherwise.</param>
/// <param name="Target">Where the requests would go by the files.</param>
public sealed record DiskDifference(string Words, SourceLine At, Endpoint? Target)
{
    /// <summary>What the failing requests evidently met, and the files do not have.</summary>
    public static DiskDifference? Of(Incident incident)
    {
        var configuration = incident.Configuration!;
        if (incident.Peer is { IsName: false } peer)
        {
            return Moved(incident, configuration, peer);
        }

        return incident is { Kind: SymptomKind.Answered, Origin: Origin.Nginx, Status: { } status, Peer: null }
            && RequestRoute.Of(incident) is { Pass: { } pass } && IntendedStatus.Of(configuration, incident.Host ?? incident.Server, RequestRoute.PathOf(incident), status) is null && LimitScope.Of(incident) is null
                ? new($"nginx answered {status} by itself, and by the configuration on disk {pass} takes these requests", pass.At, null)
                : null;
    }

    private static DiskDifference? Moved(Incident incident, NginxConfiguration configuration, Endpoint peer)
    {
        if (configuration.ProxiedLocations.Any(location => (location.HasVariables && location.PossibleTargets.Count == 0) || location.Peers.Any(target => target.Endpoint is null or { IsName: true } || target.Endpoint.ToString() == peer.ToString()))
            || IsOfServerNotGiven(incident, configuration, peer)
            || RequestRoute.Of(incident) is not { Pass: { } pass }
            || configuration.ProxiedLocations.FirstOrDefault(location => location.Pass == pass) is not { PossibleTargets.Count: < 2 } now)
        {
            return null;
        }

        var target = now.Peers.Select(target => target.Endpoint).FirstOrDefault(endpoint => endpoint is not null);
        return new($"the failing requests went to {peer}, and on disk they go to {target?.ToString() ?? now.Target}", now.At, target);
    }

    /// <summary>A group has the address, and the server that the line names is none of these: the part of the configuration that sends requests there was not handed over.</summary>
    private static bool IsOfServerNotGiven(Incident incident, NginxConfiguration configuration, Endpoint peer)
        => incident is { Instance.FromFiles: true, Server: { Length: > 0 } server }
            && configuration.Servers.All(own => own.FirstName is { } name && name != server)
            && configuration.Upstreams.Any(group => group.Peers.Any(target => target.Endpoint?.ToString() == peer.ToString()));
}
