using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>Folds the symptoms of one nginx into incidents: what fails the same way at the same place is one incident.</summary>
public sealed class IncidentBuilder(NginxInstance instance, NginxConfiguration? configuration, Observations seen, IReadOnlyList<AccessLogSummary> access, TrafficReading traffic)
{
    public IReadOnlyList<Incident> Build(IEnumerable<ErrorGroup> groups)
    {
        var all = groups.ToList();
        var said = all.Where(group => group.MessageId == LastWords.MessageId).ToList();
        var located = all
            .Select(group => Symptom.Of(SocketPeers.Named(group, configuration)))
            .OfType<Symptom>()
            .Select(symptom => (Symptom: symptom, Location: LocationOf(symptom.Group), Peer: PeerOf(symptom.Group)))
            .Select(item => item with { Peer = item.Peer ?? OnlyPeer(item.Symptom, item.Location) })
            .ToList();
        if (located.Exists(item => !item.Symptom.IsOfTimer))
        {
            located.RemoveAll(item => item.Symptom.IsOfTimer);
        }

        var incidents = located
            .Where(item => item.Symptom.Kind != SymptomKind.NoLiveUpstreams)
            .GroupBy(item => Key(item.Symptom, item.Location, item.Peer))
            .Select(group => Fold([.. group.Select(item => item.Symptom)], group.Select(item => item.Location).FirstOrDefault(location => location is not null), group.Select(item => item.Peer).FirstOrDefault(peer => peer is not null)))
            .ToList();
        foreach (var group in located.Where(item => item.Symptom.Kind == SymptomKind.NoLiveUpstreams).GroupBy(item => GroupName(item.Symptom.Group, item.Location)))
        {
            AddNoLiveUpstreams(incidents, [.. group.Select(item => item.Symptom)], group.First().Location);
        }

        for (var at = 0; at < incidents.Count; at++)
        {
            incidents[at] = incidents[at] with { ResetElsewhere = ResetElsewhere(incidents[at], incidents) };
        }

        var closed = located.Where(item => item.Symptom.Kind is SymptomKind.ClosedEarly or SymptomKind.Reset).Select(item => item.Symptom.Group.Route).ToHashSet();
        return NeighbourReading.Add([.. incidents.Select(incident => incident with { LastWords = LastWords.Of(incident, said, closed) })], access);
    }

    /// <summary>ECONNRESET is 104.</summary>
    private static Endpoint? ResetElsewhere(Incident incident, IReadOnlyList<Incident> incidents)
        => incident is not { Phase: Phase.Tls, Errno: 104, Peer: { IsUnix: false } peer } ? null
            : incidents.FirstOrDefault(other => other is { Kind: SymptomKind.Reset, Errno: 104, Scheme: not ("https" or "grpcs"), Peer: { } reset } && reset.Host == peer.Host && reset.Port != peer.Port)?.Peer;

    /// <summary>Connection failures do not depend on the route; what happens later does, so there the location is part of the place.</summary>
    private static string Key(Symptom symptom, ProxiedLocation? location, Endpoint? peer)
    {
        if (symptom.Own is { } own)
        {
            return $"own|{own.Resource}|{own.Place}";
        }

        var place = symptom.Phase is Phase.Connect or Phase.Tls or Phase.Resolve ? "" : location?.At.ToString() ?? symptom.Group.Server ?? "";
        var at = $"{peer?.ToString() ?? symptom.Group.UpstreamPeer ?? location?.Target ?? symptom.Group.Listen}|{place}";

        // A peer that closes while our request is still unread resets, and closes in good order when it was faster (RFC 9293, 3.10.4): which of the two nginx meets is chance.
        return symptom is { Kind: SymptomKind.Reset or SymptomKind.ClosedEarly, Phase: Phase.Send or Phase.Header } ? $"closed|{at}"
            : symptom is { Kind: SymptomKind.Reset or SymptomKind.ClosedEarly, Phase: Phase.Body } ? $"cut|{at}"
            : LookUpFailure.IsResolvers(symptom) ? "resolver-failure"
            : $"{symptom.Kind}|{symptom.Group.Errno}|{symptom.Phase}|{at}|{MessageOf(symptom)}";
    }

    /// <summary>One malformed answer may be reported by several functions, and what a foreign protocol is misread as depends on its bytes; a handshake's number tells what was wrong with it.</summary>
    private static string MessageOf(Symptom symptom) => symptom switch
    {
        { Kind: SymptomKind.OtherMessage, Group.Candidates: ["invalid-response" or "protocol-mismatch", ..] } => "answer",
        { Kind: SymptomKind.OtherMessage, Group: var group } => $"{group.MessageId}|{group.Code}|{group.SslAlert ?? group.SslCode}",
        { Kind: SymptomKind.NotLoaded, Group: var group } => group.Message,
        _ => "",
    };

    private static string GroupName(ErrorGroup group, ProxiedLocation? location) => location?.Group?.Name ?? group.UpstreamPeer ?? "";

    private Incident Fold(IReadOnlyList<Symptom> symptoms, ProxiedLocation? location, Endpoint? peer)
    {
        // Of a resolver's failure the line that names the request says more than the socket's.
        var telling = symptoms.Where(symptom => !LookUpFailure.IsResolvers(symptom) || symptom.Group.Code is not null).DefaultIfEmpty(symptoms[0]);
        var main = telling.GroupBy(symptom => symptom.Kind).MaxBy(kind => kind.Sum(symptom => symptom.Group.Count))!.MaxBy(symptom => symptom.Group.Count)!;
        var first = Earliest(symptoms);
        var last = Latest(symptoms);
        var flow = main.Own is not null ? traffic.Whole()
            : main.Group is { Listen: { } listen, UpstreamPeer: null } ? traffic.OfListen(listen)
            : traffic.Of(peer, location);
        var incident = new Incident
        {
            Id = "",
            Kind = main.Kind,
            Phase = main.Phase,
            Side = main.Side,
            How = main.How,
            Errno = main.Group.Errno,
            Level = main.Group.Level,
            Code = main.Group.Code,
            TlsRefusal = TlsRefusals.Of(main.Group.SslReason, main.Group.SslCode, main.Group.SslAlert),
            TlsAlert = main.Group.SslAlert,
            TlsReason = main.Group.SslReason,
            Message = main.Group.Message,
            MessageId = main.Group.MessageId,
            Candidates = [.. symptoms.Where(symptom => symptom.Kind == main.Kind).SelectMany(symptom => symptom.Candidates).Distinct()],
            Resource = main.Own?.Resource,
            File = main.Own?.File,
            Instance = instance,
            Configuration = configuration,
            Location = location,
            Peer = peer,
            LostHost = peer is null ? LostPeer.HostOf(main.Group) : null,
            Group = GroupOf(location, main.Group),
            Scheme = main.Group.UpstreamScheme ?? location?.Scheme,
            Server = main.Group.Server ?? main.Group.Listen,
            Host = main.Group.Host,
            Methods = [.. symptoms.Select(symptom => symptom.Group.Method).OfType<string>().Distinct()],
            Subrequest = main.Group.Subrequest,
            Routes = [.. symptoms.OrderByDescending(symptom => symptom.Group.Count).Select(symptom => symptom.Group.Subrequest ?? symptom.Group.Path ?? symptom.Group.Route).OfType<string>().Distinct()],
            HasMoreRoutes = symptoms.Any(symptom => symptom.Group.HasManyRoutes),
            State = IncidentState.Current,
            Requests = symptoms.Sum(symptom => symptom.Group.Count),
            First = first,
            Last = last,
            Course = Course.Of(symptoms.Select(symptom => symptom.Group), seen.Now.Offset),
            Samples = [.. symptoms.OrderBy(symptom => symptom.Kind == main.Kind).ThenBy(symptom => symptom.Group.Last).SelectMany(symptom => symptom.Group.Samples.OrderBy(line => line.Time)).TakeLast(3)],
            Traffic = flow,
            BrokenWhileSending = symptoms.Where(symptom => symptom is { Phase: Phase.Send, Group.Errno: 32 or 104 }).Sum(symptom => symptom.Group.Count),
        };
        return incident with { State = StateReading.Of(incident, seen) };
    }

    /// <summary>
    /// "no live upstreams" follows failures of the group's peers: it belongs to the incident beneath it when that is in the
    /// window, and is an incident of its own only where nothing beneath it can be seen.
    /// </summary>
    private void AddNoLiveUpstreams(List<Incident> incidents, IReadOnlyList<Symptom> symptoms, ProxiedLocation? location)
    {
        var lines = symptoms.Sum(symptom => symptom.Group.Count);
        var named = GroupOf(location, symptoms[0].Group);
        var sameGroup = incidents
            .Select((incident, index) => (incident, index))
            .Where(item => item.incident.Kind != SymptomKind.OutOfResource
                && ((location is not null && item.incident.Location?.At == location.At) || (named is not null && item.incident.Group?.Name == named.Name)
                    || (configuration is null && symptoms.Any(symptom => IsOfSameSite(item.incident, symptom.Group)))))
            .ToList();
        var beneath = sameGroup
            .Where(item => item.incident.State != IncidentState.Recovered)
            .OrderByDescending(item => item.incident.Requests)
            .FirstOrDefault();
        if (beneath.incident is null)
        {
            incidents.Add(Fold(symptoms, location, null) with { ServerFailures = sameGroup.Sum(item => item.incident.Requests) });
            return;
        }

        var last = Latest(symptoms);
        IReadOnlyList<string> routes = [.. symptoms.Select(symptom => symptom.Group.Path ?? symptom.Group.Route).OfType<string>().Distinct()];
        for (var at = 0; at < incidents.Count; at++)
        {
            // The other servers of the group failed in the same way: what is true of the group is true of each.
            if ((beneath.incident.Location is { } place ? incidents[at].Location?.At == place.At : incidents[at] is { Location: null, Group: { } same } && same.Name == named?.Name) && incidents[at].Kind == beneath.incident.Kind && incidents[at].NoLiveUpstreams == 0 && at != beneath.index)
            {
                incidents[at] = incidents[at] with { NoLiveUpstreams = lines, NoLiveRoutes = routes };
            }
        }

        incidents[beneath.index] = beneath.incident with
        {
            NoLiveUpstreams = beneath.incident.NoLiveUpstreams + lines,
            NoLiveRoutes = routes,
            Requests = beneath.incident.Requests + lines,
            Last = last > beneath.incident.Last ? last : beneath.incident.Last,
            Samples = [.. symptoms.SelectMany(symptom => symptom.Group.Samples).TakeLast(1), .. beneath.incident.Samples],
        };
    }

    /// <summary>Without a configuration nothing says which servers a group has: those that failed for the same site, and count as failed (ngx_http_upstream_free_round_robin_peer), are the likeliest.</summary>
    private static bool IsOfSameSite(Incident incident, ErrorGroup said)
        => incident is { Kind: SymptomKind.ConnectFailed or SymptomKind.TimedOut or SymptomKind.ClosedEarly or SymptomKind.Reset, Peer: not null, Phase: not Phase.Body }
            && incident.Server == said.Server && (incident.Host ?? said.Host) == (said.Host ?? incident.Host);

    /// <summary>The upstream block: of the location, or of the stream server that wrote the line.</summary>
    private UpstreamGroup? GroupOf(ProxiedLocation? location, ErrorGroup group)
        => location is not null ? location.Group
            : group.Path is null && group.Server is { } listen ? configuration?.StreamServers.FirstOrDefault(stream => stream.Listens.Any(own => own.Address == listen))?.Group : null;

    private ProxiedLocation? LocationOf(ErrorGroup group)
    {
        if (group is { Listen: not null, UpstreamPeer: null, Path: null })
        {
            // Before a request was read there is an address, and no place in the configuration yet.
            return null;
        }

        if (group.Path is null && OwnListenFolding.IsStream(configuration, group.Server))
        {
            return null;
        }

        if (group.ConfigFile is { } file && group.Server is null)
        {
            // A line about the configuration names no request but a place: the pass directive, or the group behind it.
            return configuration?.ProxiedLocations.FirstOrDefault(location => IsAt(location.At, file, group.ConfigLine) || location.Peers.Any(peer => IsAt(peer.At, file, group.ConfigLine)))
                ?? (NameReading.AskedIn(group.Message) is { } name ? configuration?.ProxiedLocations.FirstOrDefault(location => location.Peers.Any(peer => name.Equals(peer.Endpoint?.Host, StringComparison.OrdinalIgnoreCase))) : null);
        }

        // After "no live upstreams" nginx writes the group's name, or the host as it stands in the pass directive, without its port.
        var upstream = group.UpstreamPeer is null || IsNoLive(group) ? null : $"{group.UpstreamScheme}://{group.UpstreamPeer}{(group.UpstreamPeer.StartsWith("unix:", StringComparison.Ordinal) ? ":" : "")}";
        return configuration?.LocationFor(group.Server, group.Host, group.Path ?? group.Route ?? "/", upstream);
    }

    private static bool IsAt(SourceLine at, string file, int? line) => at.Line == line && at.File == file;

    private static bool IsNoLive(ErrorGroup group) => Symptom.Of(group)?.Kind == SymptomKind.NoLiveUpstreams;

    private static Endpoint? PeerOf(ErrorGroup group)
        => (group.UpstreamPeer ?? AddressIn(group.Message)) is { } text && Endpoint.TryParse(text, 0, out var peer) && (peer.IsUnix || peer.Port != 0) ? peer : null;

    /// <summary>A pasted fragment may lack the upstream field; the message itself names the address (ngx_event_connect_peer).</summary>
    private static string? AddressIn(string message)
    {
        const string cosocket = ", when connecting to ";
        if (message.IndexOf(cosocket, StringComparison.Ordinal) is > 0 and var dialed)
        {
            return message[(dialed + cosocket.Length)..];
        }

        const string before = "connect() to ";
        const string after = " failed";
        var end = message.IndexOf(after, StringComparison.Ordinal);
        return message.StartsWith(before, StringComparison.Ordinal) && end > before.Length ? message[before.Length..end] : null;
    }

    /// <summary>A line without its upstream, and a location that goes to one address alone.</summary>
    private static Endpoint? OnlyPeer(Symptom symptom, ProxiedLocation? location)
        => symptom is { Phase: Phase.Connect, Group: { UpstreamPeer: null, Server: null } } && location?.Peers is [{ Endpoint: { IsName: false } only }] ? only : null;

    private DateTimeOffset? Earliest(IEnumerable<Symptom> symptoms) => seen.Zoned(symptoms.Min(symptom => symptom.Group.First));

    private DateTimeOffset? Latest(IEnumerable<Symptom> symptoms) => seen.Zoned(symptoms.Max(symptom => symptom.Group.Last));
}
