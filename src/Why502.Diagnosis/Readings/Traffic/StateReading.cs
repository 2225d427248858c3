using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>Whether an incident goes on, comes and goes, or is over.</summary>
public static class StateReading
{
    /// <summary>A silence this long, with the upstream answering meanwhile, ends an incident.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    public static IncidentState Of(Incident incident, Observations seen)
    {
        if (incident is { Kind: SymptomKind.NotLoaded, Instance.FromFiles: false })
        {
            // Workers that were started later have loaded a configuration since; log lines have a resolution of one second.
            return incident.Instance.WorkersStartedAt > incident.Last?.AddSeconds(1) ? IncidentState.Recovered : IncidentState.Current;
        }

        if (incident.Instance.FromFiles)
        {
            return FromLogsAlone(incident, seen.Now);
        }

        if (incident.Last is not { } last)
        {
            return IncidentState.Current;
        }

        if (LeftAddress.Is(incident, seen))
        {
            return IncidentState.Recovered;
        }

        var silence = seen.Now - last;
        return incident switch
        {
            { Kind: SymptomKind.OutOfResource } => OfResource(incident, last, silence),
            { Kind: SymptomKind.Answered, Status: 0 } or { Kind: SymptomKind.Answered, Candidates: ["reload-cut"] } => OfCutRequests(incident, last, silence),
            { Kind: SymptomKind.ConnectFailed, Peer: { } peer } => OfConnection(incident, peer, last, silence, seen),
            _ => OfExchange(incident, last, silence, seen),
        };
    }

    /// <summary>Requests are served beside those that find nothing left: only silence ends it, workers that begin with nothing taken, or a temp file that could be written for the same route.</summary>
    private static IncidentState OfResource(Incident incident, DateTimeOffset last, TimeSpan silence)
    {
        var mended = incident.Resource switch
        {
            Resource.Connections or Resource.Descriptors => incident.Instance.WorkersStartedAt > last.AddSeconds(1),
            Resource.TempPath => SuccessOfFailingRoutes(incident).Max(group => group.Last) > last,
            _ => false,
        };
        return (silence > Quiet || mended) && incident.Traffic.LastSuccess > last ? IncidentState.Recovered : IncidentState.Current;
    }

    /// <summary>Who closed them was a worker that has ended since; what one reload cuts, it cuts at one moment, and what was cut at several will be again.</summary>
    private static IncidentState OfCutRequests(Incident incident, DateTimeOffset last, TimeSpan silence)
        => silence > Quiet || incident.Traffic.LastSuccess > last && !(last - incident.First > OneSecond) ? IncidentState.Recovered
            : incident.Traffic.LastSuccess > last ? IncidentState.Intermittent
            : IncidentState.Current;

    /// <summary>The process took the request that failed: one that mends it was started afterwards, and the log's second is cut off.</summary>
    private static IncidentState OfExchange(Incident incident, DateTimeOffset last, TimeSpan silence, Observations seen)
        => !(LastSuccess(incident) > last) ? IncidentState.Current
            : Changed(incident, incident.Peer, last.AddSeconds(1), seen) ? IncidentState.Recovered
            : Mixed(incident, silence);

    private static IncidentState OfConnection(Incident incident, Endpoint peer, DateTimeOffset last, TimeSpan silence, Observations seen)
    {
        var answeredSince = LastSuccess(incident) > last;
        var stands = FaultStands(incident, peer, seen);
        if (stands is not false)
        {
            return stands is null && answeredSince ? Mixed(incident, silence) : IncidentState.Current;
        }

        // nginx's log cuts the second off: what was started within the only second that has failures may have been there before them, and refused by a rule that stands.
        var after = incident.First is { } first && last - first < OneSecond && IsRefusedByRule(incident, peer, seen) ? last + OneSecond : last;
        return Changed(incident, peer, after, seen) || (answeredSince && !ComesWithLoad(incident) && FirstSuccess(incident) > last) || silence > Quiet
            ? IncidentState.Recovered
            : IncidentState.Intermittent;
    }

    private static IncidentState FromLogsAlone(Incident incident, DateTimeOffset now)
        => incident.Last is { } last && LastSuccess(incident) > last ? Mixed(incident, now - last) : IncidentState.Current;

    /// <summary>Successes after the last failure: over when there were none before, or after a long silence; else it comes and goes.</summary>
    private static IncidentState Mixed(Incident incident, TimeSpan silence)
        => silence > Quiet || (!ComesWithLoad(incident) && FirstSuccessOfFailingRoutes(incident) > incident.Last) ? IncidentState.Recovered : IncidentState.Intermittent;

    /// <summary>What was full is free as soon as the burst is over, and full again with the next: requests that were under way meanwhile are logged after those that were turned away at once.</summary>
    private static bool ComesWithLoad(Incident incident)
        => incident is { Kind: SymptomKind.ConnectFailed, Errno: 11 or 99 } or { How: How.Limit }
            || (incident.Kind == SymptomKind.NoLiveUpstreams && GroupReading.Of(incident) is { IsLimited: true });

    /// <summary>A connection is made or not whatever is asked for; what comes after it is over only when the same route is answered.</summary>
    private static DateTimeOffset? LastSuccess(Incident incident)
        => incident.Phase is Phase.Connect or Phase.Tls or Phase.Resolve || incident.Routes.Count == 0
            ? incident.Traffic.LastSuccess
            : SuccessOfFailingRoutes(incident).Max(group => group.Last);

    private static IEnumerable<Logs.AccessGroup> SuccessOfFailingRoutes(Incident incident)
    {
        var failing = incident.Routes.ToHashSet();
        failing.UnionWith(incident.Traffic.Groups.Where(group => failing.Contains(group.Path ?? "")).Select(group => group.Route).OfType<string>().ToList());
        return incident.Traffic.Groups.Where(group => TrafficReading.IsSuccess(group) && !IsAsSlow(group, incident) && (failing.Contains(group.Path ?? "") || failing.Contains(group.Route ?? "")));
    }

    /// <summary>Where clients leave a slow route, an answer that takes as long as they would wait is the fault and not its end.</summary>
    private static bool IsAsSlow(Logs.AccessGroup group, Incident incident)
        => incident is { Kind: SymptomKind.Answered, Side: Side.Client }
            && (group.UpstreamResponseTime ?? group.RequestTime)?.P50 >= incident.Traffic.Groups.Where(left => left.Status == incident.Status).Min(left => left.RequestTime?.P50);

    private static DateTimeOffset? FirstSuccess(Incident incident)
        => incident.Traffic.Groups.Where(TrafficReading.IsSuccess).Min(group => group.First);

    private static DateTimeOffset? FirstSuccessOfFailingRoutes(Incident incident)
        => SuccessOfFailingRoutes(incident).Min(group => group.First);

    /// <summary>Whether the address still fails now the way the log says; null when that cannot be seen.</summary>
    private static bool? FaultStands(Incident incident, Endpoint peer, Observations seen)
    {
        // A policy forbids nginx, and not why502: that we get through says nothing of nginx.
        if (incident.Errno is 13 or 1 && (!peer.IsUnix || IsConfined(incident, peer, seen))
            && seen.Ask(Probing.Connect(incident.Instance, peer)).FactOrNull is not { Outcome: not ProbeOutcome.Ok })
        {
            return null;
        }

        if (incident.Errno == 13 && peer.IsUnix)
        {
            return seen.Ask(SocketReading.Question(incident)).FactOrNull?.WorkerMayConnect is { } may ? !may
                : seen.Ask(new MachineState()).FactOrNull is { RunsAsRoot: false } && seen.Ask(Probing.Connect(incident.Instance, peer)).FactOrNull is { Outcome: ProbeOutcome.Ok } ? false
                : null;
        }

        if (BoundSource.Of(incident, seen) is not null)
        {
            return null;
        }

        return seen.Ask(Probing.Connect(incident.Instance, peer)).FactOrNull is { } now ? now.Outcome != ProbeOutcome.Ok : ListenerGone(incident, peer, seen);
    }

    /// <summary>Many units filter system calls: there a socket that was made anew, or changed, since the last failure tells that this was not why.</summary>
    private static bool IsConfined(Incident incident, Endpoint peer, Observations seen)
        => seen.Ask(Policies.Question(incident)).FactOrNull is { } policy
            && (policy is { IsConfinedBySelinux: true } or { IsConfinedByAppArmor: true } || (policy.Seccomp == true && !Changed(incident, peer, incident.Last!.Value.AddSeconds(1), seen)));

    private static bool IsRefusedByRule(Incident incident, Endpoint peer, Observations seen)
        => !peer.IsUnix && incident.Instance.Running && seen.Ask(new PacketFilter(incident.Instance.MasterPid ?? 0)).FactOrNull is { } filter
            && FilterReading.Matching(filter, peer, peer.IsLoopback) is { IsPolicy: false };

    private static bool? ListenerGone(Incident incident, Endpoint peer, Observations seen)
        => peer.IsUnix
            ? seen.Ask(new UnixListeners()).FactOrNull is { } unix ? !unix.Listeners.Any(listener => listener.Address == peer.UnixPath) : null
            : peer.IsLoopback && seen.Ask(new TcpListeners()).FactOrNull is { } tcp ? Listening.At(tcp, peer, incident.Instance.NetworkNamespace).Serving is null : null;

    /// <summary>The listener or nginx's workers were started after the last failure: something was repaired.</summary>
    private static bool Changed(Incident incident, Endpoint? peer, DateTimeOffset after, Observations seen)
    {
        if (incident.Instance.WorkersStartedAt > after)
        {
            return true;
        }

        if (peer is null)
        {
            return false;
        }

        if (peer.IsUnix && seen.Ask(SocketReading.Question(incident)).FactOrNull is { } path && path.ModifiedAt > after)
        {
            return true;
        }

        return SocketReading.ServingProcesses(incident, peer, seen).Any(process => process.StartedAt > after);
    }
}
