using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>
/// nginx may be its own upstream. What a listen drops for want of a PROXY header is then the other end of a failure at a proxy_pass: requests fail there, and that is the incident,
/// unless more connections were dropped than failed there.
/// </summary>
public static class OwnListenFolding
{
    public static List<Incident> PutBeneath(IReadOnlyList<Incident> incidents)
        => [.. incidents.Where(incident => incident is not { Side: Side.Client, Candidates: ["proxy-protocol-mismatch"] } || !incidents.Any(other => IsOtherEnd(other, incident)))];

    private static bool IsOtherEnd(Incident failed, Incident dropped)
        => failed is { Kind: SymptomKind.ClosedEarly or SymptomKind.Reset } && failed.Instance == dropped.Instance && failed.Requests >= dropped.Requests && ProxyHeaders.DemandedBy(failed)?.Address == dropped.Server;
}
