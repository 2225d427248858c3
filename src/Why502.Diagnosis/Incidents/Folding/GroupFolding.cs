namespace Why502.Diagnosis;

/// <summary>"no live upstreams" is a consequence: where a server of the group is seen to fail now, that is the incident, and the lines belong to it.</summary>
public static class GroupFolding
{
    public static List<Incident> PutBeneath(IReadOnlyList<Incident> incidents)
    {
        var folded = incidents.ToList();
        foreach (var above in incidents.Where(incident => incident is { Kind: SymptomKind.NoLiveUpstreams, Group: not null }))
        {
            var index = folded.FindIndex(incident => incident.FromProbe && incident.Group?.Name == above.Group!.Name);
            if (index < 0)
            {
                continue;
            }

            folded[index] = folded[index] with
            {
                FromProbe = false,
                NoLiveUpstreams = above.Requests,
                Requests = above.Requests,
                First = above.First,
                Last = above.Last,
                Samples = above.Samples,
                Routes = above.Routes,
                HasMoreRoutes = above.HasMoreRoutes,
                Host = above.Host,
            };
            folded.Remove(above);
        }

        return folded;
    }
}
