using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>What one look comes to: the judged incidents in their order, the verdict, and what else there is to say.</summary>
internal sealed class ConclusionBuilder(IReadOnlyList<NginxView> views, ProbeSymptoms probed, Reproduction? reproduction, Observations seen)
{
    /// <summary>So many lines of the error logs that no message is known for are shown.</summary>
    private const int UnknownMax = 5;

    private readonly MachineStateFact? machine = seen.Ask(new MachineState()).FactOrNull;

    /// <param name="notes">Of the search for incidents.</param>
    public Conclusion Build(IReadOnlyList<Judgement> judged, IReadOnlyList<string> notes)
    {
        var ordered = judged
            .OrderBy(judgement => judgement.Incident.State)
            .ThenBy(judgement => judgement.Incident.FromProbe)
            .ThenBy(judgement => judgement.Incident.IsMirror)
            .ThenByDescending(judgement => judgement.Incident.Requests)
            .ThenBy(judgement => IsOfLoading(judgement.Incident))
            .ThenByDescending(judgement => judgement.Incident.Requests <= 1 && judgement.Findings is [{ Confidence: >= Conclusion.NamedFrom }, ..])
            .Select((judgement, index) => judgement.Numbered(index + 1))
            .ToList();
        var errors = judged.Any(judgement => judgement.Incident is { State: not IncidentState.Recovered, Status: 500 }) ? [] : views.SelectMany(UnexplainedErrors.Of).ToList();
        var unexplained = Unexplained(ordered, errors);
        return new Conclusion
        {
            Verdict = VerdictOf(ordered, unexplained, errors.Count > 0),
            Findings = [.. Ranked(ordered)],
            Unexplained = unexplained,
            Unobserved = UnobservedReading.Of(seen, ordered),
            Notes =
            [
                .. reproduction is null ? [] : new[] { reproduction.Line },
                .. views.SelectMany(view => view.Notes(seen)),
                .. probed.Notes,
                .. notes,
                .. judged.SelectMany(judgement => judgement.Failures).Distinct(),
                .. MirrorNotes(ordered),
                .. MachineNotes(),
                .. InstanceNotes(ordered),
            ],
            Wanted = seen.Wanted,
            Overview = OverviewOf(judged),
        };
    }

    /// <summary>What nginx met while it loaded a configuration fails no request as long as the one before runs on.</summary>
    private static bool IsOfLoading(Incident incident) => incident is { Level: LogLevel.Emerg, Resource: Resource.TempPath, Routes.Count: 0 };

    private Verdict VerdictOf(IReadOnlyList<Judgement> judged, IReadOnlyList<Unexplained> unexplained, bool hasUnexplainedErrors)
    {
        var open = judged.Where(judgement => judgement.Incident.State != IncidentState.Recovered).ToList();
        return open.Any(judgement => judgement.Findings.Any(finding => finding.Confidence >= Conclusion.NamedFrom)) ? Verdict.Faulty
            : open.Count > 0 || hasUnexplainedErrors || unexplained.Any(line => line.Text.Contains("upstream", StringComparison.Ordinal)) || reproduction?.Response?.Status is 502 or 504 ? Verdict.Unknown
            : views.All(view => (view.LogsReadable || probed.AllAnswer(view)) && !view.Instance.IsStopped) ? Verdict.Healthy
            : Verdict.Unknown;
    }

    private Overview OverviewOf(IReadOnlyList<Judgement> judged) => new()
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
    };

    /// <summary>Accusations of all incidents first, in the order of the incidents; what stays below one half is listed after them, and so is a status of which nobody knows how it came about.</summary>
    private static IEnumerable<Finding> Ranked(IReadOnlyList<Judgement> ordered)
        => ordered
            .SelectMany((judgement, index) => judgement.Findings.Select((finding, place) => (finding, index, place)))
            .OrderBy(item => item.finding.Incident.State)
            .ThenBy(item => item.finding.Confidence < Conclusion.NamedFrom && (item.place > 0 || item.finding.Incident.Kind == SymptomKind.Answered))
            .ThenBy(item => item.index)
            .ThenBy(item => item.place)
            .Select(item => item.finding);

    private IReadOnlyList<Unexplained> Unexplained(IReadOnlyList<Judgement> judged, IReadOnlyList<LogLine> errors)
    {
        var lines = judged
            .Where(judgement => judgement.Findings.Count == 0 && judgement.Incident.State != IncidentState.Recovered)
            .SelectMany(judgement => judgement.Incident.Samples.TakeLast(1))
            .Concat(errors)
            .Concat(views.SelectMany(view => view.ErrorLogs).SelectMany(log => log.Unknown).TakeLast(UnknownMax));
        return [.. lines.Select(line => new Unexplained(line.File, line.Line, line.Text)).DistinctBy(line => line.Text)];
    }

    /// <summary>With several nginxes on the machine: which of them each incident is of.</summary>
    private IEnumerable<string> InstanceNotes(IReadOnlyList<Judgement> judged)
        => views.Count(view => view.Instance.Running) < 2 ? []
            : judged.Select(judgement => judgement.Incident)
                .GroupBy(incident => incident.Instance)
                .Select(incidents => $"Incident {string.Join(", ", incidents.Select(incident => incident.Id))} is of {incidents.Key.Release?.Product ?? "nginx"} {incidents.Key.Release?.Version} with {incidents.Key.ConfigPath} (process {incidents.Key.MasterPid}{(incidents.Key.Container is { Length: >= 12 } id ? $", container {id[..12]}" : "")}).");

    private static IEnumerable<string> MirrorNotes(IReadOnlyList<Judgement> judged)
        => from judgement in judged
           let incident = judgement.Incident
           where incident.IsMirror && incident.State != IncidentState.Recovered
           select $"Incident {incident.Id} is of copies that mirror {incident.Subrequest} makes: no client waits for them or sees them fail.";

    private IEnumerable<string> MachineNotes()
    {
        if (machine is { RunsAsRoot: false })
        {
            yield return $"Run as {machine.UserName}, not as root: other users' processes and the packet filter may stay unseen.";
        }
    }
}
