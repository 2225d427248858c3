using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>A request that goes round fails in many ways at once, as connections run out: all of them at one place are one incident.</summary>
public static class LoopFolding
{
    public static List<Incident> PutTogether(IReadOnlyList<Incident> incidents)
    {
        var looping = incidents.Where(incident => LoopReading.Of(incident) is not null).ToList();
        if (looping.Count < 2)
        {
            return [.. incidents];
        }

        var dropped = new HashSet<Incident>();
        var kept = new Dictionary<Incident, Incident>();
        foreach (var place in looping.GroupBy(incident => (incident.Instance, LoopReading.Of(incident)!.At)))
        {
            // What ran out says most of what went on.
            var main = place.OrderByDescending(incident => incident.Kind == SymptomKind.OutOfResource).ThenByDescending(incident => incident.Requests).First();
            kept[main] = main with { Requests = place.Sum(incident => incident.Requests), First = place.Min(incident => incident.First), Last = place.Max(incident => incident.Last) };
            dropped.UnionWith(place.Where(incident => incident != main));
        }

        return [.. incidents.Where(incident => !dropped.Contains(incident)).Select(incident => kept.GetValueOrDefault(incident, incident))];
    }
}
