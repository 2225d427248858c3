namespace Why502.Diagnosis;

/// <summary>
/// localhost has two addresses, and nginx tries the second when the first refuses (ngx_http_upstream_next). Where only logs are known, both refusing the same port is one failure,
/// and no mismatch of families: nobody listens on the port in either.
/// </summary>
public static class FamilyFolding
{
    /// <summary>A mismatch beside a short outage: the other family refused in fewer than one of so many.</summary>
    private const int Rare = 4;

    public static List<Incident> PutTogether(List<Incident> incidents)
    {
        foreach (var six in incidents.Where(incident => IsRefused(incident) && incident.Peer!.IsLiteralIPv6).ToList())
        {
            var at = incidents.FindIndex(other => IsRefused(other) && other.Peer!.IsLiteralIPv4 && other.Peer.Port == six.Peer!.Port && other.Instance == six.Instance && other.Requests * Rare >= six.Requests);
            if (at >= 0)
            {
                incidents[at] = incidents[at] with
                {
                    Requests = Math.Max(incidents[at].Requests, six.Requests),
                    First = incidents[at].First < six.First ? incidents[at].First : six.First,
                    Last = incidents[at].Last > six.Last ? incidents[at].Last : six.Last,
                };
                incidents.Remove(six);
            }
        }

        return incidents;
    }

    private static bool IsRefused(Incident incident)
        => incident is { Instance.FromFiles: true, Kind: SymptomKind.ConnectFailed, How: How.Refused, Errno: 111, State: not IncidentState.Recovered, Peer.IsLoopback: true, FromProbe: false };
}
