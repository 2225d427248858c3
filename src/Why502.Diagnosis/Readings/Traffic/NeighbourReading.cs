using Why502.Logs;

namespace Why502.Diagnosis.Readings;

/// <summary>How other upstreams did while one failed: what the machine lacks hits them all, what the app lacks only itself.</summary>
public static class NeighbourReading
{
    private const int NeighboursMax = 16;

    public static List<Incident> Add(IReadOnlyList<Incident> incidents, IReadOnlyList<AccessLogSummary> access)
    {
        if (!incidents.Any(incident => incident.Kind == SymptomKind.TimedOut))
        {
            return [.. incidents];
        }

        var rows = access.SelectMany(summary => summary.Groups).Where(group => group.UpstreamAddr is { Length: > 1 }).ToLookup(group => group.UpstreamAddr!.TrimEnd(':'));
        return [.. incidents.Select(incident => incident.Kind == SymptomKind.TimedOut ? incident with { Neighbours = Of(incident, incidents, rows) } : incident)];
    }

    private static IReadOnlyList<Neighbour> Of(Incident incident, IReadOnlyList<Incident> incidents, ILookup<string, AccessGroup> rows)
    {
        var own = (incident.Group?.Peers ?? []).Select(peer => peer.Endpoint?.ToString()).Append(incident.Peer?.ToString()).ToHashSet();
        var timedOut = incidents
            .Where(other => other.Kind == SymptomKind.TimedOut && other.Peer is { } peer && !own.Contains(peer.ToString()))
            .GroupBy(other => other.Peer!.ToString())
            .ToDictionary(group => group.Key, group => group.Sum(other => other.Requests));
        return
        [
            .. rows.Select(group => group.Key).Concat(timedOut.Keys).Distinct().Where(address => !own.Contains(address))
                .Select(address => Of(address, [.. rows[address].Where(group => During(group, incident))], timedOut.GetValueOrDefault(address)))
                .OrderByDescending(neighbour => neighbour.Answered + neighbour.TimedOut)
                .Take(NeighboursMax),
        ];
    }

    private static Neighbour Of(string address, IReadOnlyList<AccessGroup> groups, long timedOut)
    {
        var answered = groups.Where(TrafficReading.IsSuccess).ToList();
        return new(address, answered.Sum(group => group.Count), answered.Select(group => (group.UpstreamHeaderTime ?? group.UpstreamResponseTime)?.P95).Max(), timedOut);
    }

    private static bool During(AccessGroup group, Incident incident) => incident.First is not { } first || group.Last is not { } last || last >= first.AddSeconds(-1);
}
