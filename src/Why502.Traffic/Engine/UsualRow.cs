namespace Why502.Traffic.Engine;

/// <summary>What a row of the usual form says. Times are milliseconds, -1 where a dash stands or nothing is logged.</summary>
internal unsafe struct UsualRow
{
    /// <summary>Minutes since 1970.</summary>
    public long Minute;
    public int Second;

    /// <summary>Below 499; the only attempt's status too.</summary>
    public int Status;

    /// <summary>The known node that was asked, or below zero: none.</summary>
    public int Upstream;
    public int RequestTime;
    public int ResponseTime;
    public int HeaderTime;
    public int ConnectTime;

    /// <summary>Where host (which may have no length), client and request begin in the block, and their lengths.</summary>
    public int Host;
    public int HostLength;
    public int Client;
    public int ClientLength;
    public int Request;
    public int RequestLength;

    /// <summary>What the tables of frequent values make of it. The length is -1 when there is no path.</summary>
    public ulong ClientHash;
    public ulong PathHash;
    public byte* Path;
    public int PathLength;

    /// <summary>The route's entry while its time is not counted yet, or -1.</summary>
    public int Route;
}
