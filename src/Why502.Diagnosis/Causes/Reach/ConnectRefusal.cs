namespace Why502.Diagnosis.Causes.Reach;

/// <summary>The scope that the causes of a refused TCP connection share.</summary>
internal static class ConnectRefusal
{
    /// <summary>111 on a TCP peer (61 and 146 are its numbers on BSD and Solaris).</summary>
    public static bool IsTcp(Incident incident)
        => incident is { Kind: SymptomKind.ConnectFailed, Peer.IsUnix: false, Errno: 111 or 61 };
}
