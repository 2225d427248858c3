using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// What somebody tells beside nginx's own lines, where both are of one phase: the sentence puts its cause in scope and weighs for it. That nginx keeps an old address weighs most, because a name
/// is looked up again at each start (ngx_http_upstream_init_round_robin()), also where the configuration with that name was not given.
/// </summary>
internal static class ToldBeside
{
    private const string Stale = "dns-stale-address";

    public static bool Admits(string cause, Incident incident, Observations seen) => Told(cause, incident, seen) is not null;

    public static void Weigh(string cause, Incident incident, Observations seen, Scales scales)
    {
        if (Told(cause, incident, seen) is { } told)
        {
            scales.Weigh("told", Sources.AppLog, (cause == Stale ? Weight.Strong : told.Weight).For(told.Event.Text).At(told.Event.Line.File, told.Event.Line.Line));
        }
    }

    private static (AppLogEvent Event, Weight.Step Weight)? Told(string cause, Incident incident, Observations seen)
    {
        if (incident is not { Instance.FromFiles: true, Event: null, Unlogged: false })
        {
            return null;
        }

        foreach (var (logged, form) in seen.Once(incident, () => Find(incident, seen)).Sentences)
        {
            if (form.Candidates.FirstOrDefault(candidate => candidate.Id == cause) is { } candidate && (cause != Stale || CanMove(incident)))
            {
                return (logged, candidate.Weight);
            }
        }

        return null;
    }

    private static Stories Find(Incident incident, Observations seen)
    {
        var sentences = new List<(AppLogEvent Event, ReportedForm Form)>();
        foreach (var logged in AppLogReading.Of(incident, seen).DistinctBy(logged => logged.Kind))
        {
            if (ToldForms.Of(logged.Kind) is { } form && IsOneStory(form, incident))
            {
                sentences.Add((logged, form));
            }
        }

        return new(sentences);
    }

    /// <summary>The first sentence of each kind that is of the incident's phase.</summary>
    private sealed record Stories(IReadOnlyList<(AppLogEvent Event, ReportedForm Form)> Sentences);

    /// <summary>What ends a conversation may end it in each of its phases.</summary>
    private static bool IsOneStory(ReportedForm form, Incident incident)
        => form.Phase == incident.Phase || (form.How == How.Closed && incident.Phase is Phase.Send or Phase.Header or Phase.Body && incident.How is How.Closed or How.Reset);

    /// <summary>A connection that was not made, to an address that can change, or to none of a group's.</summary>
    private static bool CanMove(Incident incident)
        => incident is { Kind: SymptomKind.ConnectFailed or SymptomKind.TimedOut, Peer: { IsUnix: false, IsLoopback: false } } or { Kind: SymptomKind.NoLiveUpstreams };
}
