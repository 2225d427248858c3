using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>
/// All that fails, on every nginx of the machine, each fault once: what the error logs say, what a probe meets, what the configuration and the access
/// logs show beside them, and what only an app or the kernel reports.
/// </summary>
internal sealed class IncidentSearch(IReadOnlyList<NginxView> views, Reproduction? reproduction, Observations seen)
{
    private const int ServedLeast = 10;

    private readonly List<string> notes = [];
    private List<Incident> incidents = [];

    /// <summary>The upstreams that were asked unasked, and how they answered.</summary>
    public ProbeSymptoms Probed { get; } = new(seen);

    /// <summary>What was looked at and is too little to be a fault.</summary>
    public IReadOnlyList<string> Notes => notes;

    /// <summary>To be called once.</summary>
    public IReadOnlyList<Incident> Find()
    {
        foreach (var view in views)
        {
            incidents.AddRange(new IncidentBuilder(view.Instance, view.Configuration, seen, view.AccessLogs, view.Traffic).Build(view.ErrorLogs.SelectMany(log => log.Groups)));
        }

        foreach (var view in views)
        {
            reproduction?.Join(view, incidents, seen);
        }

        foreach (var view in views)
        {
            incidents.AddRange(Probed.Of(view, incidents));
        }

        incidents = LoopFolding.PutTogether(FamilyFolding.PutTogether(AuthFolding.PutBeneath(OwnListenFolding.PutBeneath(LastRequests.Fold(GroupFolding.PutBeneath(incidents))))));
        foreach (var view in views)
        {
            AddUnlogged(view);
        }

        incidents = RefusedFolding.PutBeneath(incidents, seen);
        // Somebody told that requests fail there: the connection by hand is evidence of that, not a fault of its own.
        incidents.RemoveAll(probe => probe.FromProbe && incidents.Any(told => told is { Unlogged: true, Instance.FromFiles: true } && told.Instance == probe.Instance && told.Peer?.ToString() == probe.Peer?.ToString()));
        EndBesideRefusal();
        AddReported();
        if (incidents.Count == 0)
        {
            incidents.AddRange(views.Where(view => !Serves(view)).SelectMany(view => new[] { new LostReloadSymptoms(view, seen).Find(), new BodyLimitSymptoms(view, seen).Find(), new FileLimitSymptoms(view, seen).Find() }).OfType<Incident>());
        }

        if (incidents.Count == 0)
        {
            incidents.AddRange(views.SelectMany(view => new SupposedSymptoms(view, seen).Of()));
        }

        return
        [
            .. from incident in incidents
               let view = views.First(view => view.Instance == incident.Instance)
               select incident with { Timeline = TimelineReading.Of(incident, view, seen), Patterns = TrafficPatternReading.Of(incident, view.Patterns) },
        ];
    }

    /// <summary>Whether the access log that was handed over as well shows requests answered, by far most of them: a line that fails none of them is not what it is about.</summary>
    private static bool Serves(NginxView view)
    {
        var (answered, refused) = (0L, 0L);
        foreach (var group in view.AccessLogs.SelectMany(log => log.Groups))
        {
            answered += group.Status is >= 200 and < 400 ? group.Count : 0;
            refused += group.Status >= 400 ? group.Count : 0;
        }

        return answered >= ServedLeast && answered >= refused * ServedLeast;
    }

    /// <summary>What no line of the error log tells of: a configuration that does not load, requests that go astray, and statuses that only the access log has.</summary>
    private void AddUnlogged(NginxView view)
    {
        if (new NotLoadedSymptoms(view, seen).Find() is { } refused)
        {
            Join(refused);
        }

        var misrouted = new MisroutedSymptoms(view, seen);
        incidents.AddRange(misrouted.Find());
        notes.AddRange(misrouted.Notes());
        var limits = new LimitSymptoms(view, seen);
        incidents.AddRange(limits.Find());
        var answered = new AnsweredSymptoms(view, seen);
        incidents.AddRange(new AbortSymptoms(view).Find(incidents));
        incidents.AddRange(answered.Of(incidents));
        incidents.RemoveAll(probe => probe.FromProbe && incidents.Exists(incident => incident is { Unlogged: true, State: not IncidentState.Recovered } && incident.Instance == probe.Instance && incident.Location?.At == probe.Location?.At));
        notes.AddRange([.. limits.Notes, .. answered.Notes]);
    }

    /// <summary>A name that stopped the configuration is an incident already: the refusal tells where it stands, and whether it lasts.</summary>
    private void Join(Incident refused)
    {
        var same = incidents.FindIndex(incident => incident.Kind == SymptomKind.NotLoaded && incident.Instance == refused.Instance && incident.MessageId == refused.MessageId);
        if (same < 0)
        {
            incidents.Add(refused);
            return;
        }

        incidents[same] = incidents[same] with { ConfigAt = refused.ConfigAt, State = refused.State, Candidates = refused.Candidates };
    }

    /// <summary>An nginx that does not run because it refuses its configuration fails no request in any other way.</summary>
    private void EndBesideRefusal()
    {
        foreach (var refused in incidents.Where(incident => incident is { Kind: SymptomKind.NotLoaded, State: IncidentState.Current, Instance.IsStopped: true }).ToList())
        {
            for (var index = 0; index < incidents.Count; index++)
            {
                if (incidents[index].Instance == refused.Instance && incidents[index].Kind != SymptomKind.NotLoaded)
                {
                    incidents[index] = incidents[index] with { State = IncidentState.Recovered };
                }
            }
        }
    }

    /// <summary>Where nginx's own logs leave it at a bare status: what the app or the kernel reports tells more than a row of the access log.</summary>
    private void AddReported()
    {
        if (!incidents.All(incident => incident.State == IncidentState.Recovered || IsBare(incident)))
        {
            return;
        }

        var reported = views.SelectMany(view => new ReportedSymptoms(view, seen).Of()).ToList();
        incidents.RemoveAll(incident => IsBare(incident) && reported.Count > 0);
        incidents.AddRange(reported);
    }

    /// <summary>A status and nothing that says how it came about: a 400 is the app's word on the request, and its log says what was wrong with it.</summary>
    private static bool IsBare(Incident incident)
        => incident.Unlogged || incident is { Kind: SymptomKind.Answered, Status: 503, Origin: Origin.Nginx } or { Kind: SymptomKind.Answered, Status: 400, Location: null };
}
