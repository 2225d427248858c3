using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>
/// The requests that a server still held when it died end in a reset or a premature close, and the next ones are refused:
/// one fault, and the refusals are what lasts. Such a handful of lines belongs to the incident of the refusals.
/// Requests that end a server again and again are a fault of their own: it came back between, and refused only whoever came meanwhile.
/// </summary>
public static class LastRequests
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(2);

    /// <summary>A server that crashed is seen to be gone within so long.</summary>
    private static readonly TimeSpan SoonAfter = TimeSpan.FromSeconds(60);

    /// <summary>What one death cuts is logged in one second, or in the next.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);

    public static List<Incident> Fold(IReadOnlyList<Incident> all)
    {
        var incidents = all.Select(incident => incident with { RefusedAfter = RefusedAfter(incident, all) }).ToList();
        var folded = incidents.ToList();
        foreach (var cut in incidents.Where(incident => incident is { Kind: SymptomKind.Reset or SymptomKind.ClosedEarly, Peer: not null, Last: not null }))
        {
            var index = folded.FindIndex(refused => EndsIn(cut, refused));
            if (index < 0)
            {
                continue;
            }

            folded[index] = folded[index] with
            {
                Requests = folded[index].Requests + cut.Requests,
                First = cut.First < folded[index].First ? cut.First : folded[index].First,
                Samples = [.. cut.Samples.TakeLast(1), .. folded[index].Samples],
            };
            folded.Remove(cut);
        }

        return folded;
    }

    private static DateTimeOffset? RefusedAfter(Incident cut, IReadOnlyList<Incident> all)
        => cut is { Kind: SymptomKind.Reset or SymptomKind.ClosedEarly, Peer: { } peer, Last: { } last }
            ? all.Where(refused => refused is { Kind: SymptomKind.ConnectFailed, How: How.Refused } && refused.Peer?.ToString() == peer.ToString() && refused.First >= (cut.First ?? last) && refused.First <= last + SoonAfter).Min(refused => refused.First)
            : null;

    private static bool EndsIn(Incident cut, Incident refused)
        => refused is { Kind: SymptomKind.ConnectFailed, How: How.Refused, First: { } first }
            && refused.Peer?.ToString() == cut.Peer!.ToString()
            && cut.Last >= first - Before && cut.Last <= first + After
            && cut.Requests <= Math.Max(3, refused.Requests)
            && !EndsItEachTime(cut, refused);

    /// <summary>Of routes that nobody else asked for, at several moments, the refusals among them: a server dies once of what is not the matter.</summary>
    private static bool EndsItEachTime(Incident cut, Incident refused)
        => cut is { Requests: >= 3, Routes.Count: > 0 } && cut.Last - cut.First >= Moment && refused.First < cut.Last
            && !cut.Routes.Any(refused.Routes.Contains)
            && !cut.Traffic.Groups.Any(group => TrafficReading.IsSuccess(group) && (cut.Routes.Contains(group.Route ?? "") || cut.Routes.Contains(group.Path ?? "")));
}
