using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>Failures that what lies on disk would end go on because nginx refuses it: they belong to the refusal, which is what has to be mended.</summary>
public static class RefusedFolding
{
    public static List<Incident> PutBeneath(IReadOnlyList<Incident> incidents, Observations seen)
    {
        var folded = incidents.ToList();
        foreach (var refused in incidents.Where(incident => incident is { Kind: SymptomKind.NotLoaded, State: IncidentState.Current, Instance: { Running: true, FromFiles: false } }))
        {
            if (incidents.Where(incident => WouldEnd(incident, refused, seen)).MaxBy(incident => incident.Requests) is not { } beneath)
            {
                continue;
            }

            folded.Remove(beneath);
            folded[folded.IndexOf(refused)] = refused with
            {
                WouldEnd = beneath,
                Requests = beneath.Requests,
                First = beneath.First,
                Last = beneath.Last,
                Server = beneath.Server,
                Host = beneath.Host,
                Routes = beneath.Routes,
                HasMoreRoutes = beneath.HasMoreRoutes,
                Samples = [.. beneath.Samples.TakeLast(1), .. refused.Samples],
            };
        }

        return folded;
    }

    private static bool WouldEnd(Incident incident, Incident refused, Observations seen)
        => incident.Instance == refused.Instance && incident is { Kind: SymptomKind.ConnectFailed, State: not IncidentState.Recovered, FromProbe: false, Configuration: not null }
            && DiskState.IsNewer(incident.Instance, seen)
            && DiskDifference.Of(incident) is { Target: { } target } && seen.Ask(Probing.Connect(incident.Instance, target)).FactOrNull is { Outcome: ProbeOutcome.Ok };
}
