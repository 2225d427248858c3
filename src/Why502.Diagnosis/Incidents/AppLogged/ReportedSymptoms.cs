using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// Incidents of files that hold no failure of nginx's: then what an app server, the init system or the kernel reports is the
/// symptom. On a machine an app's log alone is never a fault, because nginx's side can be seen there.
/// </summary>
public sealed class ReportedSymptoms(NginxView view, Observations seen)
{
    private const int SamplesMax = 3;

    /// <summary>Reports that belong together: those of which one cause could have written all.</summary>
    public IReadOnlyList<Incident> Of()
    {
        if (!view.Instance.FromFiles)
        {
            return [];
        }

        var reports = Events()
            .Select(logged => (Event: logged, Form: ReportedForms.Of(logged)))
            .Where(report => report.Form is not null)
            .Select(report => new Report(report.Event, report.Form!))
            .ToList();
        var stories = new List<List<Report>>();
        foreach (var report in reports)
        {
            var related = stories.Where(story => story.Any(other => Shares(other, report))).ToList();
            List<Report> merged = [.. related.SelectMany(story => story), report];
            stories.RemoveAll(related.Contains);
            stories.Add(merged);
        }

        return [.. stories.OrderBy(story => story.Min(report => report.Form.Rank)).Select(Incident)];
    }

    /// <summary>How much the reports themselves say for a cause: the strongest of them.</summary>
    public static void Weigh(string cause, Incident incident, Observations seen, Scales scales)
    {
        if (incident.Event is null || scales.Evidence.Any(evidence => evidence is { Supports: true, Source: Sources.AppLog or Sources.KernelLog }))
        {
            return;
        }

        var events = AllEvents(incident.Instance, seen);
        var best = events
            .Select(logged => (logged, Weight: ReportedForms.Of(logged)?.Candidates.FirstOrDefault(candidate => candidate.Id == cause)?.Weight))
            .Where(item => item.Weight is not null)
            .OrderByDescending(item => item.Weight!.Value.Size)
            .FirstOrDefault();
        if (best.logged is { } logged && best.Weight is { } step)
        {
            scales.Weigh("app log", Source(logged), (ServiceReading.IsOneOfSeveral(logged, events) ? Weight.Weak : step).For(logged.Text.Length > 0 ? logged.Text : logged.Line.Text).At(logged.Line.File, logged.Line.Line));
        }
    }

    private sealed record Report(AppLogEvent Event, ReportedForm Form);

    private static bool Shares(Report one, Report other) => one.Form.Candidates.Any(candidate => other.Form.Candidates.Any(rival => rival.Id == candidate.Id));

    private IEnumerable<AppLogEvent> Events()
    {
        var events = AllEvents(view.Instance, seen);

        // What did not start at first and then did is over: only the last word of its kind counts.
        var started = events.FindLastIndex(logged => logged.Kind is AppEventKind.ServerStarted or AppEventKind.ListeningOn);
        return events.Where((logged, index) => index > started || ReportedForms.Of(logged) is not { How: How.Refused } || IsLooping(events, logged.Source)).Where(logged => !ServiceReading.Serves(logged, events));
    }

    /// <summary>A program that came up and ended, and did both again: its last start is no end of it.</summary>
    private static bool IsLooping(List<AppLogEvent> events, string? source)
    {
        var (up, ended) = (false, 0);
        foreach (var logged in events.Where(logged => source is not null && logged.Source == source))
        {
            ended += up && logged.Kind is (AppEventKind.ChildExited or AppEventKind.ChildExitedOnSignal) ? 1 : 0;
            up = logged.Kind is AppEventKind.ServerStarted || (up && logged.Kind is not (AppEventKind.ChildExited or AppEventKind.ChildExitedOnSignal));
        }

        return ended > 1;
    }

    /// <summary>A state that was handed over alone reports like a log line: a failed unit, a container that ended.</summary>
    private static IEnumerable<AppLogEvent> StateEvents(Observations seen)
    {
        var units = seen.Ask(new ServiceUnits());
        if (units.Saw(out var services) && services.Chosen)
        {
            // A reload that returned a status leaves the unit active with that result (systemd, src/core/service.c).
            foreach (var unit in services.Units.Where(unit => NginxFamily.HasUnit(unit.Name) && unit is { Result: "exit-code" } and ({ ActiveState: "failed" } or { ActiveState: "active" })))
            {
                yield return Event(AppEventKind.ConfigurationRefused, unit.ActiveState == "failed" ? ServiceReading.Ended(unit) : $"{unit.Name} runs, and its last reload ended with a status", units.Provenance);
            }

            foreach (var unit in services.Units.Where(unit => HasEnded(unit) && !NginxFamily.HasUnit(unit.Name)))
            {
                yield return Event(unit.Result == "oom-kill" ? AppEventKind.OomKill : AppEventKind.UnitFailed, ServiceReading.Ended(unit), units.Provenance);
            }
        }

        var listed = seen.Ask(new Containers());
        if (listed.Saw(out var containers))
        {
            foreach (var container in containers.All.Where(container => container is { Running: false } and ({ OomKilled: true } or { ExitCode: > 0 })))
            {
                yield return Event(container.OomKilled ? AppEventKind.OomKill : AppEventKind.MainProcessExited, ContainerReading.Ended(container), listed.Provenance) with { ExitStatus = container.ExitCode };
            }
        }
    }

    /// <summary>Failed, waiting for its next start after a failed one (systemd, src/core/service.c: SERVICE_AUTO_RESTART), or with a unit file that systemd does not take (src/core/unit.c: UNIT_ERROR, UNIT_BAD_SETTING).</summary>
    private static bool HasEnded(UnitFact unit) => unit.ActiveState == "failed" || unit is { ActiveState: "inactive", LoadState: "error" or "bad-setting" } || unit is { ActiveState: "activating", SubState: "auto-restart", Result: not ("" or "success") };

    private static AppLogEvent Event(AppEventKind kind, string text, Provenance? from)
        => new() { Kind = kind, Text = text, Line = new LogLine(from?.File ?? "", from?.Line, null, text), Log = AppLogKind.Journal };

    private static List<AppLogEvent> AllEvents(NginxInstance instance, Observations seen)
        =>
        [
            .. OomVictims.Named([.. instance.GivenLogs
                .Where(log => log.Kind is GivenLogKind.AppLog or GivenLogKind.KernelLog)
                .Select(log => seen.Ask(new AppLogWindow(log.Path, null)).FactOrNull)
                .OfType<AppLogFact>()
                .SelectMany(log => log.Events)]),
            .. StateEvents(seen),
        ];

    private Incident Incident(List<Report> story)
    {
        var main = story.MinBy(report => report.Form.Rank)!;
        var times = story.Select(report => AppLogReading.Time(report.Event, seen)).ToList();
        var locations = view.Configuration?.ProxiedLocations ?? [];
        return new Incident
        {
            Id = "",
            Kind = SymptomKind.AppLogged,
            Phase = main.Form.Phase,
            Side = main.Form.Side,
            How = main.Form.How,
            Message = main.Event.Text,
            Event = main.Event,
            Candidates = [.. story.OrderBy(report => report.Form.Rank).SelectMany(report => report.Form.Candidates).Select(candidate => candidate.Id).Distinct()],
            Instance = view.Instance,
            Configuration = view.Configuration,

            // With one proxied location there is no doubt which one is meant.
            Location = locations is [var only] ? only : null,
            State = IncidentState.Current,
            Requests = 0,
            First = times.Min(),
            Last = times.Max(),
            Samples = [.. story.Where(report => report.Form.Rank == main.Form.Rank).Select(report => report.Event.Line).TakeLast(SamplesMax)],
            Traffic = PeerTraffic.Nothing,
        };
    }

    private static string Source(AppLogEvent logged) => logged.Log == AppLogKind.Kernel ? Sources.KernelLog : Sources.AppLog;
}
