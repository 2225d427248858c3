using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>
/// Incidents of statuses that only the access log has: answers of the upstream, refusals by configuration, clients that
/// left. What stays below its threshold is a note.
/// </summary>
public sealed class AnsweredSymptoms(NginxView view, Observations seen)
{
    /// <summary>A log with fewer rows is a fragment that somebody chose: what is in it is meant.</summary>
    private const int FragmentRows = 20;

    private const int SamplesMax = 3;

    /// <summary>The log cuts the second off.</summary>
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    private readonly TrafficReading traffic = view.Traffic;
    private readonly LoggedRequests logged = new(view.ErrorLogs, view.Instance.FromFiles) { KnownFrom = new(() => view.FailuresKnownFrom(seen)) };
    private readonly bool fragment = view.Instance.FromFiles && view.AccessLogs.Sum(log => log.Rows) < FragmentRows;
    private readonly List<string> notes = [];

    /// <summary>What was seen and is no fault.</summary>
    public IReadOnlyList<string> Notes => notes;

    public IReadOnlyList<Incident> Of(IReadOnlyList<Incident> known)
    {
        var found = new List<Incident>();
        foreach (var rows in Rows().GroupBy(row => (row.Form.Topic, Place(row))))
        {
            if (IncidentOf([.. rows], known) is { } incident)
            {
                found.Add(incident);
            }
        }

        return found;
    }

    /// <summary>A 4xx that no cause explains is what the app, or its clients, meant.</summary>
    public static bool IsAppsOwn(Judgement judgement)
        => judgement.Incident is { Kind: SymptomKind.Answered, Status: >= 400 and < 500 } && !judgement.Findings.Any(finding => finding.Confidence >= Conclusion.NamedFrom);

    private sealed record Row(AccessGroup Group, AnsweredForm Form, ProxiedLocation? Location);

    private IEnumerable<Row> Rows()
        => from log in view.AccessLogs
           from written in log.Groups
           let @group = Unreplaced(written)
           let form = FormOf(@group, log)
           where form is not null && (form.Kind != SymptomKind.Answered || form.Candidates.Any(candidate => CauseRegistry.Find(candidate) is not null))
           select new Row(@group, form, LocationOf(@group));

    /// <summary>
    /// A row that has the status of an error page where the upstream failed, and the location is told to intercept that: the upstream's status is the symptom.
    /// A page of a cache in its place (use_stale) is what the client asked for.
    /// </summary>
    private AccessGroup Unreplaced(AccessGroup group)
        => (HiddenFailureReading.IsReplaced(group) || HiddenFailureReading.IsRenamed(group)) && LocationOf(group) is { } location && location.Effective($"{location.DirectivePrefix}_intercept_errors").IsOn
            ? group with { Status = group.UpstreamStatuses[^1], Origin = StatusOrigin.Unknown }
            : group;

    private AnsweredForm? FormOf(AccessGroup group, AccessLogSummary log)
        => group.Status == 0 ? (log.Fields.HasFlag(AccessFields.Status) && view.Configuration?.AtTop("worker_shutdown_timeout").IsDefault == false ? AnsweredForms.Cut : null)
            : UnloggedForms.Of(group, log.Fields, Sockets(group).Count > 0) is { } unlogged && !logged.Covers(group) ? unlogged
            : IsOwnFailure(group) ? null
            : IsOutOfMemory(group) ? AnsweredForms.OutOfMemory
            : IsEndedByReload(group) ? AnsweredForms.CutAnswer
            : AnsweredForms.Of(group.Status, OriginOf(group));

    /// <summary>PHP answers 500 when a script needs more than memory_limit, and tells it in the log that the pool names (main.c, php_error_cb): nginx's own log has it only where the pool names none.</summary>
    private bool IsOutOfMemory(AccessGroup group)
        => group is { Status: 500, Origin: not StatusOrigin.Nginx } && !view.Instance.FromFiles && logged.For(group) == 0 && LocationOf(group) is { Kind: PassKind.FastCgi, Peers: [{ Endpoint: { } peer }] }
            && ServiceReading.PoolFor(peer, seen) is { ErrorLog: { } log } && seen.Ask(new AppLogWindow(log, seen.Now - DiagnosisOptions.DefaultWindow - TimeSpan.FromMinutes(5))).FactOrNull is { } told
            && 2 * told.Events.Count(told => told.Kind == AppEventKind.MemoryExhausted) >= group.Count;

    /// <summary>
    /// ngx_shutdown_timer_handler() ends answers in the middle without a line, and their status is that of the header which had been sent. Every one of the route ended when the
    /// limit of the old workers was over, and had begun before the reload: answers that end by themselves do not end together.
    /// </summary>
    private bool IsEndedByReload(AccessGroup group)
        => group is { Status: >= 200 and < 300, First: { } first, Last: { } last, Count: >= AnsweredForms.Least, UpstreamAddr: not null }
            && view.Instance is { FromFiles: false, WorkersStartedAt: { } reloaded, StartedAt: { } started } && reloaded - started > OneSecond
            && view.Configuration?.AtTop("worker_shutdown_timeout") is { IsDefault: false, AsTime: { } limit }
            && first >= reloaded + limit - OneSecond && last <= reloaded + limit + OneSecond && last - first <= OneSecond
            && (group.UpstreamResponseTime ?? group.RequestTime)?.P50 >= limit.TotalSeconds;

    /// <summary>nginx asked an upstream and failed: that is no status of the configuration, and the error log has its line ($upstream_status repeats it).</summary>
    private static bool IsOwnFailure(AccessGroup group)
        => group is { Origin: StatusOrigin.Nginx, Status: 502 or 504, UpstreamAddr: not null } && (group.UpstreamStatuses.Count == 0 || group.UpstreamStatuses[^1] == group.Status);

    /// <summary>
    /// nginx writes a line for every 502 and 504 of its own (ngx_http_upstream_next and its callers log at level error): where the
    /// error log was read and has none, the upstream sent what $upstream_status repeats.
    /// </summary>
    private StatusOrigin OriginOf(AccessGroup group)
        => group.Origin == StatusOrigin.Unknown && group.UpstreamStatuses is [.., var last] && last == group.Status && logged.Covers(group) && logged.For(group) == 0
            ? StatusOrigin.Upstream
            : group.Origin;

    /// <summary>A gateway error that somebody told of came from the only upstream that the given configuration has, however the request got there (try_files, error_page).</summary>
    private ProxiedLocation? LocationOf(AccessGroup group)
        => view.Configuration?.LocationFor(group.ServerName, group.Host, group.Path ?? group.Route ?? "/", null)
            ?? (view.Instance.FromFiles && group.Status is 502 or 504 && view.Configuration?.ProxiedLocations is [var only] ? only : null);

    /// <summary>The unix sockets that a row without an address can have come from; none where the configuration has another kind of upstream for it.</summary>
    private IReadOnlyList<Endpoint> Sockets(AccessGroup group)
    {
        if (group.UpstreamAddr is not null || view.Configuration is not { } configuration)
        {
            return [];
        }

        var peers = LocationOf(group)?.Peers
            ?? [.. configuration.ProxiedLocations.Count > 0 ? configuration.ProxiedLocations.SelectMany(location => location.Peers) : configuration.Upstreams.SelectMany(upstream => upstream.Peers)];
        return peers.All(target => target.Endpoint is { IsUnix: true }) ? [.. peers.Select(target => target.Endpoint!).Distinct()] : [];
    }

    /// <summary>The one group of one server that was handed over, without a location that uses it.</summary>
    private UpstreamGroup? LoneGroup
        => view is { Instance.FromFiles: true, Configuration: { ProxiedLocations.Count: 0, Upstreams: [{ Peers: [{ Endpoint: not null }] } only] } } ? only : null;

    /// <summary>The only upstream that a row without an address can have come from: a socket, or the address of the one location that was handed over.</summary>
    private Endpoint? Only(AccessGroup group)
        => Sockets(group) is [var socket] ? socket
            : group is { Status: 502, UpstreamAddr: null } && view.Instance.FromFiles && LocationOf(group)?.Peers is [{ Endpoint: { IsUnix: false, Port: not 0 } only }] ? only
            : null;

    private static string Place(Row row) => row.Location?.At.ToString() ?? row.Group.UpstreamAddr ?? row.Group.ServerName ?? row.Group.Host ?? "";

    private Incident? IncidentOf(IReadOnlyList<Row> rows, IReadOnlyList<Incident> known)
    {
        var form = IsUnanswered(rows) ? AnsweredForms.Unanswered : rows[0].Form;
        var location = rows[0].Location;
        var requests = rows.Sum(row => row.Group.Count);
        var unlogged = rows.Sum(row => Math.Max(0, row.Group.Count - logged.For(row.Group)));
        if (unlogged * 2 < requests || IsExplained(location, form, known) || IsMisrouted(rows[0].Group, known))
        {
            return null;
        }

        var peer = PeerOf(rows);
        var flow = peer is not null || location is not null ? traffic.Of(peer, location) : Everything(rows[0].Group);

        // What refuses or does not find is a place; other places of the same app may work.
        var total = Math.Max(form.Share >= AnsweredForms.RefusalShare && location is not null ? traffic.Through(location) : flow.Total, requests);
        var status = rows.GroupBy(row => row.Group.Status).MaxBy(group => group.Sum(row => row.Group.Count))!.Key;
        if (NoFault(rows, form, requests, total, status) is { } why)
        {
            notes.Add($"{requests} of {total} requests{At(location, peer)} were answered {status}{why}");
            return null;
        }

        var heaviest = rows.OrderByDescending(row => row.Group.Count).ToList();
        var main = heaviest[0].Group;
        var incident = new Incident
        {
            Id = "",
            Kind = form.Kind,
            Unlogged = form.Unlogged,
            Phase = form.Phase,
            Side = form.Side,
            How = form.How,
            Origin = form.Origin,
            Status = status,
            Message = form == AnsweredForms.CutAnswer ? $"{requests} of {total} answers{At(location, peer)} ended together, with status {status:D3} and no line in the error log" : $"{requests} of {total} requests{At(location, peer)} got {status:D3}{(form.Unlogged ? "; no error log was read" : ", without a line in the error log")}",
            Candidates = form.Unlogged && status == 502 && ConfiguredFailure.Of(location, view.Configuration) is { } configured ? [configured.Cause, .. form.Candidates] : form.Candidates,
            Instance = view.Instance,
            Configuration = view.Configuration,
            Location = location,
            Peer = peer ?? (form.Unlogged && Only(main) is { } sole ? sole : form.Side == Side.Nginx ? null : OnlyPeer(location) ?? (form.Unlogged && location is null ? LoneGroup?.Peers[0].Endpoint : null)),
            Group = location?.Group ?? (form.Unlogged ? LoneGroup : null),
            Scheme = location?.Scheme ?? location?.DirectivePrefix,
            Server = main.ServerName ?? location?.Server.FirstName,
            Host = main.Host,
            Routes = [.. heaviest.Select(row => row.Group.Path ?? row.Group.Route).OfType<string>().Distinct()],
            State = IncidentState.Current,
            Requests = requests,
            First = rows.Min(row => row.Group.First),
            Last = rows.Max(row => row.Group.Last),
            Samples = [.. heaviest.SelectMany(row => row.Group.Samples).OrderBy(line => line.Time).TakeLast(SamplesMax)],
            Traffic = flow,
        };
        return incident with { State = StateReading.Of(incident, seen) };
    }

    /// <summary>Why such answers are not taken for a fault: the end of a sentence, or null.</summary>
    private string? NoFault(IReadOnlyList<Row> rows, AnsweredForm form, long requests, long total, int status)
    {
        if (requests < form.Share * total || (!fragment && requests < form.Least))
        {
            return ", too few to be a fault.";
        }

        if (view.LogRefused && status is 502 or 504 && rows.All(row => row.Group.Origin == StatusOrigin.Unknown))
        {
            // nginx's own and the upstream's look the same in such a row, and the lines that tell them apart were not seen.
            return "; whose status it is stands in the error log, which could not be read.";
        }

        return form.Origin == Origin.Nginx && view.Configuration is { } configuration
            && IntendedStatus.Of(configuration, rows[0].Group.Host ?? rows[0].Group.ServerName, rows[0].Group.Path ?? "/", status) is { IsMeant: true } meant
            ? $" by intention: {meant.Words} ({meant.At})."
            : null;
    }

    /// <summary>Another incident of the same place tells already why requests fail there; clients that leave a failing place follow from it.</summary>
    private bool IsExplained(ProxiedLocation? location, AnsweredForm form, IReadOnlyList<Incident> known)
        => known.Any(incident => incident.Instance == view.Instance && incident.State != IncidentState.Recovered && LoopReading.Of(incident) is not null)
            || form.Unlogged && known.Any(incident => incident.Instance == view.Instance && incident is { State: not IncidentState.Recovered, FromProbe: false } && (location is null || incident.Location is null || incident.Location.At == location.At))
            || form.Side == Side.Client && known.Any(incident => incident.Instance == view.Instance && incident.Origin == Origin.Client)
            || form.Side == Side.Client && location is not null
            && known.Any(incident => incident.State != IncidentState.Recovered && incident.Location?.At == location.At && !incident.FromProbe);

    /// <summary>The same requests are told already, with the server that they were meant for.</summary>
    private static bool IsMisrouted(AccessGroup group, IReadOnlyList<Incident> known)
        => group.Host is not null && known.Any(incident => incident is { Kind: SymptomKind.Answered, Candidates: ["wrong-server-block"] } && incident.Status == group.Status && incident.Host == group.Host);

    private static Endpoint? PeerOf(IReadOnlyList<Row> rows)
        => rows.Select(row => row.Group.UpstreamAddr).Distinct().ToList() is [{ } only] && Endpoint.TryParse(only.TrimEnd(':'), 0, out var peer) && (peer.IsUnix || peer.Port != 0) ? peer : null;

    /// <summary>Where the rows do not name the upstream: the one address that the location goes to.</summary>
    private static Endpoint? OnlyPeer(ProxiedLocation? location)
        => location is { HasVariables: false, Peers: [{ Endpoint: { IsName: false } only }] } ? only : null;

    /// <summary>Every client of this place left, and none was ever answered.</summary>
    private bool IsUnanswered(IReadOnlyList<Row> rows)
        => rows[0] is { Form.Origin: Origin.Client, Location: { } location } && traffic.Of(PeerOf(rows), location) is var flow
            && flow.Groups.All(group => group.Status == 499) && !flow.Perhaps.Any(TrafficReading.IsSuccess);

    /// <summary>Without an upstream the place is the site that the rows name.</summary>
    private PeerTraffic Everything(AccessGroup like)
    {
        var groups = view.AccessLogs.SelectMany(log => log.Groups).Where(group => group.ServerName == like.ServerName && group.Host == like.Host).ToList();
        var succeeded = groups.Where(TrafficReading.IsSuccess).ToList();
        return new(true, groups.Sum(group => group.Count), succeeded.Sum(group => group.Count), succeeded.Max(group => group.Last), groups);
    }

    private static string At(ProxiedLocation? location, Endpoint? peer)
        => location is { Location: { } place } ? $" to {place}" : peer is not null ? $" to {peer}" : "";
}
