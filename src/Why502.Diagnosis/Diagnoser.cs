using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// Observations in, findings and wanted questions out. Synchronous and without I/O: a driver answers what is wanted and
/// runs it again, until nothing cheap enough is wanted.
/// </summary>
public static class Diagnoser
{
    public static Conclusion Diagnose(Observations seen, DiagnosisOptions options)
    {
        var instances = seen.Ask(new NginxInstances(options.ConfigPath));
        if (!instances.Saw(out var fact) || fact.Instances.Count == 0)
        {
            return Nothing(seen, instances.Outcome == Outcome.Seen
                ? "No nginx was found: no master process runs, and no nginx binary is installed. Name its configuration with --config FILE, or pass log files."
                : null);
        }

        var reproduction = Reproduction.Of(options, seen, out var waiting);
        if (waiting)
        {
            return Nothing(seen, null);
        }

        var machine = seen.Ask(new MachineState()).FactOrNull;
        var views = fact.Instances.Select(instance => NginxView.Of(instance, seen, options)).ToList();
        var incidents = new List<Incident>();
        foreach (var view in views)
        {
            incidents.AddRange(new IncidentBuilder(view.Instance, view.Configuration, seen, view.AccessLogs, view.Traffic).Build(view.ErrorLogs.SelectMany(log => log.Groups)));
        }

        foreach (var view in views)
        {
            reproduction?.Join(view, incidents, seen);
        }

        var probed = new ProbeSymptoms(seen);
        foreach (var view in views)
        {
            incidents.AddRange(probed.Of(view, incidents));
        }

        incidents = LoopFolding.PutTogether(FamilyFolding.PutTogether(AuthFolding.PutBeneath(OwnListenFolding.PutBeneath(LastRequests.Fold(GroupFolding.PutBeneath(incidents))))));
        var notes = new List<string>();
        foreach (var view in views)
        {
            if (new NotLoadedSymptoms(view, seen).Find() is { } refused)
            {
                Join(incidents, refused);
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

        incidents = RefusedFolding.PutBeneath(incidents, seen);
        // Somebody told that requests fail there: the connection by hand is evidence of that, not a fault of its own.
        incidents.RemoveAll(probe => probe.FromProbe && incidents.Any(told => told is { Unlogged: true, Instance.FromFiles: true } && told.Instance == probe.Instance && told.Peer?.ToString() == probe.Peer?.ToString()));
        End(incidents);
        if (incidents.All(incident => incident.State == IncidentState.Recovered || IsBare(incident)))
        {
            // What the app or the kernel reports tells more than a row of the access log.
            var reported = views.SelectMany(view => new ReportedSymptoms(view, seen).Of()).ToList();
            incidents.RemoveAll(incident => IsBare(incident) && reported.Count > 0);
            incidents.AddRange(reported);
        }

        if (incidents.Count == 0)
        {
            incidents.AddRange(views.SelectMany(view => new SupposedSymptoms(view, seen).Of()));
        }

        incidents =
        [
            .. from incident in incidents
               let view = views.First(view => view.Instance == incident.Instance)
               select incident with { Timeline = TimelineReading.Of(incident, view, seen), Patterns = TrafficPatternReading.Of(incident, view.Patterns) },
        ];

        var judged = incidents.Select(incident => Judge.Weigh(incident, seen)).ToList();
        judged.RemoveAll(judgement => judgement.Incident.Supposed && !SupposedSymptoms.IsTold(judgement));
        var own = judged.Where(AnsweredSymptoms.IsAppsOwn).ToList();
        judged.RemoveAll(own.Contains);
        notes.AddRange(own.Select(judgement => $"{judgement.Incident.Message}: nothing shows a fault of nginx or the gateway."));
        return Conclude(seen, views, judged, probed, notes, machine, reproduction);
    }

    /// <summary>An nginx that does not run because it refuses its configuration fails no request in any other way.</summary>
    private static void End(List<Incident> incidents)
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

    /// <summary>A status and nothing that says how it came about: a 400 is the app's word on the request, and its log says what was wrong with it.</summary>
    private static bool IsBare(Incident incident)
        => incident.Unlogged || incident is { Kind: SymptomKind.Answered, Status: 503, Origin: Origin.Nginx } or { Kind: SymptomKind.Answered, Status: 400, Location: null };

    /// <summary>A name that stopped the configuration is an incident already: the refusal tells where it stands, and whether it lasts.</summary>
    private static void Join(List<Incident> incidents, Incident refused)
    {
        var same = incidents.FindIndex(incident => incident.Kind == SymptomKind.NotLoaded && incident.Instance == refused.Instance && incident.MessageId == refused.MessageId);
        if (same < 0)
        {
            incidents.Add(refused);
            return;
        }

        incidents[same] = incidents[same] with { ConfigAt = refused.ConfigAt, State = refused.State, Candidates = refused.Candidates };
    }

    private static Conclusion Conclude(Observations seen, IReadOnlyList<NginxView> views, IReadOnlyList<Judgement> judged, ProbeSymptoms probed, IReadOnlyList<string> answeredNotes, MachineStateFact? machine, Reproduction? reproduction)
    {
        var ordered = judged
            .OrderBy(judgement => judgement.Incident.State)
            .ThenBy(judgement => judgement.Incident.FromProbe)
            .ThenBy(judgement => judgement.Incident.IsMirror)
            .ThenByDescending(judgement => judgement.Incident.Requests)
            .ThenByDescending(judgement => judgement.Incident.Requests <= 1 && judgement.Findings is [{ Confidence: >= Conclusion.NamedFrom }, ..])
            .Select((judgement, index) => judgement.Numbered(index + 1))
            .ToList();
        var summaries = views.SelectMany(view => view.ErrorLogs).ToList();
        var own = judged.Any(judgement => judgement.Incident is { State: not IncidentState.Recovered, Status: 500 }) ? [] : views.SelectMany(UnexplainedErrors.Of).ToList();
        var unexplained = Unexplained(ordered, summaries, own);
        var open = ordered.Where(judgement => judgement.Incident.State != IncidentState.Recovered).ToList();
        var verdict = open.Any(judgement => judgement.Findings.Any(finding => finding.Confidence >= Conclusion.NamedFrom)) ? Verdict.Faulty
            : open.Count > 0 || own.Count > 0 || unexplained.Any(line => line.Text.Contains("upstream", StringComparison.Ordinal)) || reproduction?.Response?.Status is 502 or 504 ? Verdict.Unknown
            : views.All(view => (view.LogsReadable || probed.AllAnswer(view)) && !view.Instance.IsStopped) ? Verdict.Healthy
            : Verdict.Unknown;
        return new Conclusion
        {
            Verdict = verdict,
            Findings = [.. Ranked(ordered)],
            Unexplained = unexplained,
            Unobserved = UnobservedReading.Of(seen, ordered),
            Notes = [.. reproduction is null ? [] : new[] { reproduction.Line }, .. views.SelectMany(view => view.Notes(seen)), .. probed.Notes, .. answeredNotes, .. judged.SelectMany(judgement => judgement.Failures).Distinct(), .. MirrorNotes(ordered), .. MachineNotes(machine), .. InstanceNotes(views, ordered)],
            Wanted = seen.Wanted,
            Overview = new Overview
            {
                NginxCount = views.Count(view => !view.Instance.IsStopped),
                StoppedCount = views.Count(view => view.Instance.IsStopped),
                SiteCount = views.Sum(view => view.Configuration?.Servers.Count ?? 0),
                UpstreamCount = views.Sum(view => view.Peers.Count),
                UpstreamsAnswering = views.Sum(probed.Answering),
                Requests = views.SelectMany(view => view.AccessLogs).Sum(log => log.Rows),
                GatewayErrors = judged.Sum(judgement => judgement.Incident.Requests),
                Window = views.Select(view => view.Window).FirstOrDefault(),
                LogsReadable = views.All(view => view.LogsReadable),
                Probes = probed.Count,
                Now = seen.Now,
            },
        };
    }

    /// <summary>Accusations of all incidents first, in the order of the incidents; what stays below one half is listed after them, and so is a status of which nobody knows how it came about.</summary>
    private static IEnumerable<Finding> Ranked(IReadOnlyList<Judgement> ordered)
        => ordered
            .SelectMany((judgement, index) => judgement.Findings.Select((finding, place) => (finding, index, place)))
            .OrderBy(item => item.finding.Incident.State)
            .ThenBy(item => item.finding.Confidence < Conclusion.NamedFrom && (item.place > 0 || item.finding.Incident.Kind == SymptomKind.Answered))
            .ThenBy(item => item.index)
            .ThenBy(item => item.place)
            .Select(item => item.finding);

    private static IReadOnlyList<Unexplained> Unexplained(IReadOnlyList<Judgement> judged, IReadOnlyList<ErrorLogSummary> logs, IReadOnlyList<LogLine> own)
    {
        var lines = judged
            .Where(judgement => judgement.Findings.Count == 0 && judgement.Incident.State != IncidentState.Recovered)
            .SelectMany(judgement => judgement.Incident.Samples.TakeLast(1))
            .Concat(own)
            .Concat(logs.SelectMany(log => log.Unknown).TakeLast(5));
        return [.. lines.Select(line => new Unexplained(line.File, line.Line, line.Text)).DistinctBy(line => line.Text)];
    }

    /// <summary>With several nginxes on the machine: which of them each incident is of.</summary>
    private static IEnumerable<string> InstanceNotes(IReadOnlyList<NginxView> views, IReadOnlyList<Judgement> judged)
        => views.Count(view => view.Instance.Running) < 2 ? []
            : judged.Select(judgement => judgement.Incident)
                .GroupBy(incident => incident.Instance)
                .Select(incidents => $"Incident {string.Join(", ", incidents.Select(incident => incident.Id))} is of {incidents.Key.Release?.Product ?? "nginx"} {incidents.Key.Release?.Version} with {incidents.Key.ConfigPath} (process {incidents.Key.MasterPid}{(incidents.Key.Container is { Length: >= 12 } id ? $", container {id[..12]}" : "")}).");

    private static IEnumerable<string> MirrorNotes(IReadOnlyList<Judgement> judged)
        => from judgement in judged
           let incident = judgement.Incident
           where incident.IsMirror && incident.State != IncidentState.Recovered
           select $"Incident {incident.Id} is of copies that mirror {incident.Subrequest} makes: no client waits for them or sees them fail.";

    private static IEnumerable<string> MachineNotes(MachineStateFact? machine)
    {
        if (machine is { RunsAsRoot: false })
        {
            yield return $"Run as {machine.UserName}, not as root: other users' processes and the packet filter may stay unseen.";
        }
    }

    private static Conclusion Nothing(Observations seen, string? note) => new()
    {
        Verdict = Verdict.Unknown,
        Findings = [],
        Unexplained = [],
        Unobserved = UnobservedReading.Of(seen, []),
        Notes = note is null ? [] : [note],
        Wanted = seen.Wanted,
        Overview = new Overview { Now = seen.Now },
    };
}
