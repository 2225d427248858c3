namespace Why502.Diagnosis;

/// <summary>
/// "auth request unexpected status" follows the failure of the service that is asked: where that failure has a line of its own, it is
/// the incident and these lines belong to it.
/// </summary>
public static class AuthFolding
{
    public const string MessageId = "auth-request-unexpected-status";

    public static List<Incident> PutBeneath(IReadOnlyList<Incident> incidents)
    {
        var folded = incidents.ToList();
        foreach (var above in incidents.Where(incident => incident.MessageId == MessageId))
        {
            var index = folded.FindIndex(incident => incident.Subrequest is not null && incident.MessageId != MessageId && incident.Server == above.Server && incident.Instance == above.Instance);
            if (index < 0)
            {
                index = BehindAnotherPass(folded, above);
            }

            if (index < 0)
            {
                continue;
            }

            folded[index] = folded[index] with
            {
                AuthFailures = above.Requests,
                Requests = Math.Max(folded[index].Requests, above.Requests),
                Candidates = [.. folded[index].Candidates, "auth-subrequest-failed"],
                Status = 500,
            };
            folded.Remove(above);
        }

        return folded;
    }

    /// <summary>The service that is asked may be behind nginx again, as an ordinary location: then the gateway status it answered is the one failure beside.</summary>
    private static int BehindAnotherPass(List<Incident> incidents, Incident above)
    {
        if (!above.Samples.Any(line => line.Text.Contains("unexpected status: 502", StringComparison.Ordinal) || line.Text.Contains("unexpected status: 504", StringComparison.Ordinal)))
        {
            return -1;
        }

        var others = incidents.Select((incident, index) => (incident, index)).Where(item => item.incident is { Peer: not null, State: not IncidentState.Recovered } && item.incident.Instance == above.Instance && item.incident.Server == above.Server).ToList();
        return others.Count == 1 ? others[0].index : -1;
    }
}
