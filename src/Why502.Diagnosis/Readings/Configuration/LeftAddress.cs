using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>An address that failed, and that the configuration which runs no longer sends anything to.</summary>
public static class LeftAddress
{
    /// <summary>The workers started after the last failure, from files that do not name the address: there nothing can fail any more. Logs have whole seconds.</summary>
    public static bool Is(Incident incident, Observations seen)
        => incident is { Peer: { IsName: false } peer, Configuration: { } configuration, Instance: { Running: true, FromFiles: false } instance }
            && instance.WorkersStartedAt >= incident.Last?.AddSeconds(1)
            && !configuration.ProxiedLocations.Any(location => (location.HasVariables && !IsAnsweredSince(incident)) || location.Peers.Any(target => MayBe(target.Endpoint, peer, seen)))
            && !DiskState.IsNewer(instance, seen);

    /// <summary>Where the requests that failed go instead, and are taken: it was the address that was wrong. Null where that is not so, or not seen.</summary>
    public static Endpoint? For(Incident incident, Observations seen)
        => incident.State == IncidentState.Recovered && Is(incident, seen)
            && incident.Configuration!.LocationFor(incident.Server, incident.Host, RequestRoute.PathOf(incident), upstreamField: null)?.Peers.Select(target => target.Endpoint).FirstOrDefault() is { IsName: false } target
            && (SocketReading.Serving(incident, target, seen) is not null || seen.Ask(Probing.Connect(incident.Instance, target)).FactOrNull is { Outcome: ProbeOutcome.Ok })
            ? target
            : null;

    /// <summary>A server that was started answers at its own address; here the address was given up.</summary>
    public static void WeighAgainstStart(Incident incident, Observations seen, Scales scales)
    {
        if (For(incident, seen) is { } target)
        {
            scales.Weigh("left", Sources.Config, Weight.Decisive.Against(Why(incident, target)));
        }
    }

    /// <summary>Why an address that was left for this one was the wrong one.</summary>
    public static string Why(Incident incident, Endpoint target)
        => $"nginx goes to {target} since {Words.Clock(incident.Instance.WorkersStartedAt!.Value)}, and is answered there";

    /// <summary>Where a variable may lead is seen in what came of it: these workers answered the same place, and never failed at this address. Rows have whole seconds.</summary>
    private static bool IsAnsweredSince(Incident incident)
        => incident.Traffic.LastSuccess > incident.Last && incident.Traffic.LastSuccess >= incident.Instance.WorkersStartedAt?.AddSeconds(-1);

    /// <summary>A unix socket is never a name; a name was looked up when the workers started, after the failure, and stands for what it stands for now.</summary>
    private static bool MayBe(Endpoint? endpoint, Endpoint peer, Observations seen)
        => endpoint is null || (endpoint.IsName
            ? !peer.IsUnix && endpoint.Port == peer.Port && (seen.Ask(new Resolve(endpoint.Host!, "")).FactOrNull is not { Code: "ok", Addresses: { Count: > 0 } now } || now.Contains(peer.Host!.Trim('[', ']')))
            : endpoint.ToString() == peer.ToString());
}
