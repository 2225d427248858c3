using Why502.Diagnosis.Readings;

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

        var views = fact.Instances.Select(instance => NginxView.Of(instance, seen, options)).ToList();
        var search = new IncidentSearch(views, reproduction, seen);
        var judged = search.Find().Select(incident => Judge.Weigh(incident, seen)).ToList();
        judged.RemoveAll(judgement => judgement.Incident.Supposed && !SupposedSymptoms.IsTold(judgement));
        var own = judged.Where(AnsweredSymptoms.IsAppsOwn).ToList();
        judged.RemoveAll(own.Contains);
        List<string> notes = [.. search.Notes, .. own.Select(judgement => $"{judgement.Incident.Message}: nothing shows a fault of nginx or the gateway.")];
        return new ConclusionBuilder(views, search.Probed, reproduction, seen).Build(judged, notes);
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
