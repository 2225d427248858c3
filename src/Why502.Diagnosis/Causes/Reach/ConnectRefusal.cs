namespace Why502.Diagnosis.Causes.Reach;

/// <summary>The scope that the causes of a refused TCP connection share.</summary>
internal static class ConnectRefusal
{
    /// <summary>ECONNREFUSED on a TCP peer; where the number was cut off it is the one that a failed connect() over TCP mostly has.</summary>
    public static bool IsTcp(Incident incident)
        => incident is { Kind: SymptomKind.ConnectFailed, Peer.IsUnix: false, Errno: 111 or null };
}
