using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>
/// Asks every upstream that the configuration names whether it accepts connections, and makes incidents of those that
/// do not although no log says so. A failed probe without failed traffic never outranks failed traffic.
/// </summary>
public sealed class ProbeSymptoms(Observations seen)
{
    /// <summary>Peers beyond this many are not probed unasked.</summary>
    private const int PeersMax = 64;

    private readonly Dictionary<string, bool> answers = new(StringComparer.Ordinal);
    private readonly List<string> notes = [];

    public IReadOnlyList<string> Notes => notes;

    public int Count => answers.Count;

    public int Answering(NginxView view) => view.Peers.Count(peer => answers.GetValueOrDefault(peer.Endpoint!.ToString()));

    /// <summary>Whether every upstream behind a location answers; false as long as one is not known to.</summary>
    public bool AllAnswer(NginxView view)
        => view.Peers.Count > 0 && view.Peers.Where(peer => !peer.Down).All(peer => answers.GetValueOrDefault(peer.Endpoint!.ToString()));

    public IReadOnlyList<Incident> Of(NginxView view, IReadOnlyList<Incident> known)
    {
        var found = new List<Incident>();
        if (view.Configuration is null || view.Instance.IsStopped)
        {
            return found;
        }

        var traffic = view.Traffic;
        var anyTraffic = view.AccessLogs.Any(log => log.Rows > 0);
        foreach (var (location, target) in Targets(view.Configuration))
        {
            var peer = target.Endpoint!;
            if (Ask(peer, view.Instance) is not { } outcome)
            {
                continue;
            }

            answers[peer.ToString()] = outcome.Outcome == ProbeOutcome.Ok;
            if (outcome.Outcome == ProbeOutcome.Ok || IsKnown(peer, location, known))
            {
                continue;
            }

            if (target.Backup || (anyTraffic && view.LogsReadable && !traffic.IsUsed(location)) || SomeOtherPeerServes(location, target))
            {
                notes.Add($"{peer} ({location.At}) does not accept connections now ({Reason(outcome)}); no request of the window failed for it.");
                continue;
            }

            found.Add(IncidentOf(view, location, peer, outcome, traffic));
        }

        return found;
    }

    /// <summary>A group with another peer that answers hides this failure from clients (proxy_next_upstream).</summary>
    private bool SomeOtherPeerServes(ProxiedLocation location, PeerTarget target)
        => location.Peers.Any(other => other != target && other.Endpoint is { } endpoint && !other.Down && answers.TryGetValue(endpoint.ToString(), out var ok) && ok);

    private static IEnumerable<(ProxiedLocation Location, PeerTarget Target)> Targets(NginxConfiguration configuration)
        => configuration.ProxiedLocations
            .SelectMany(location => location.Peers.Select(target => (location, target)))
            .Where(item => item.target is { Endpoint: not null, Down: false })
            .DistinctBy(item => item.target.Endpoint!.ToString())
            .Take(PeersMax);

    private ConnectFact? Ask(Endpoint peer, NginxInstance instance)
    {
        var connect = seen.Ask(Probing.Connect(instance, peer)).FactOrNull;
        if (!peer.IsUnix || connect is not { Outcome: ProbeOutcome.Ok or ProbeOutcome.PermissionDenied })
        {
            return connect;
        }

        // What counts is whether nginx's worker may open the socket: root may open any, and another user may be kept out where the worker is not.
        return (seen.Ask(SocketReading.Question(instance, peer.UnixPath!)).FactOrNull?.WorkerMayConnect, connect.Outcome) switch
        {
            (false, _) => connect with { Outcome = ProbeOutcome.PermissionDenied, Errno = 13 },
            (_, ProbeOutcome.PermissionDenied) => null,
            _ => connect,
        };
    }

    private static bool IsKnown(Endpoint peer, ProxiedLocation location, IReadOnlyList<Incident> known)
        => known.Any(incident => incident.Peer?.ToString() == peer.ToString()
            || (incident.Location?.At == location.At && incident.State != IncidentState.Recovered && incident.Kind != SymptomKind.NoLiveUpstreams));

    private static string Reason(ConnectFact outcome) => outcome.Outcome switch
    {
        ProbeOutcome.Refused => "connection refused",
        ProbeOutcome.TimedOut => "no answer",
        ProbeOutcome.NotFound => "no such socket",
        ProbeOutcome.PermissionDenied => "nginx's worker may not open it",
        ProbeOutcome.QueueFull => "its queue is full",
        ProbeOutcome.Unreachable => "no route",
        _ => "it fails",
    };

    /// <summary>errno(3) numbers of Linux.</summary>
    private static int? ErrnoOf(ProbeOutcome outcome) => outcome switch
    {
        ProbeOutcome.Refused => 111,
        ProbeOutcome.NotFound => 2,
        ProbeOutcome.PermissionDenied => 13,
        ProbeOutcome.QueueFull => 11,
        ProbeOutcome.Unreachable => 113,
        _ => null,
    };

    private static Incident IncidentOf(NginxView view, ProxiedLocation location, Endpoint peer, ConnectFact outcome, TrafficReading traffic)
    {
        var timedOut = outcome.Outcome == ProbeOutcome.TimedOut;
        return new()
        {
            Id = "",
            Kind = timedOut ? SymptomKind.TimedOut : SymptomKind.ConnectFailed,
            Phase = Phase.Connect,
            Side = Side.Upstream,
            How = timedOut ? How.Timeout : outcome.Outcome == ProbeOutcome.PermissionDenied ? How.Denied : outcome.Outcome == ProbeOutcome.QueueFull ? How.Limit : How.Refused,
            Errno = outcome.Errno ?? ErrnoOf(outcome.Outcome),
            Message = $"a connection to {peer} fails: {Reason(outcome)}",
            Instance = view.Instance,
            Configuration = view.Configuration,
            Location = location,
            Peer = peer.IsName && !view.Instance.FromFiles ? null : peer,
            Group = location.Group,
            Scheme = location.Scheme ?? location.DirectivePrefix,
            Server = location.Server.FirstName,
            State = IncidentState.Current,
            Requests = 0,
            Traffic = traffic.Of(peer, location),
            FromProbe = true,
        };
    }
}
