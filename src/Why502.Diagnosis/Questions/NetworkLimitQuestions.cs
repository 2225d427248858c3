namespace Why502.Diagnosis;

/// <summary>The connection-tracking table of a process's network namespace.</summary>
/// <param name="Pid">A process of the namespace; 0 is our own.</param>
public sealed record ConnectionTracking(int Pid) : Question<ConnectionTrackingFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "the connection-tracking table";

    public override string WouldTell => "whether the kernel drops new connections because its conntrack table is full";
}

/// <param name="Loaded">False: the kernel tracks no connections, so its table cannot be full.</param>
/// <param name="Max">nf_conntrack_max; null when it may not be read.</param>
/// <param name="InsertFailed">Since boot, of all processors (/proc/net/stat/nf_conntrack).</param>
/// <param name="Dropped">Packets dropped because an entry could not be made, since boot.</param>
public sealed record ConnectionTrackingFact(bool Loaded, long Count, long? Max, long InsertFailed, long Dropped, long EarlyDropped) : Fact
{
    public bool Full => Max is > 0 and { } max && Count >= max - (max / 100);
}

/// <summary>Local ports towards one destination: a connection is its two addresses and ports, so each destination has a range of its own.</summary>
/// <param name="Address">"10.0.0.8:8080".</param>
/// <param name="Pid">A process of the network namespace that connects; 0 is our own.</param>
public sealed record LocalPorts(string Address, int Pid) : Question<LocalPortsFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => $"local ports in use towards {Address}";

    public override string WouldTell => "whether a local port is left for another connection to this upstream";
}

/// <param name="First">First port of ip_local_port_range; null in a namespace whose settings cannot be read.</param>
/// <param name="Used">Different local ports of the range with a connection to the destination, from the local address that has most of them.</param>
/// <param name="ReuseTimeWait">tcp_tw_reuse: 0 never, 1 always, 2 on loopback only.</param>
public sealed record LocalPortsFact(int? First, int? Last, int Reserved, int Used, int TimeWait, int Established, int Others, int? ReuseTimeWait) : Fact
{
    /// <summary>Ports that connect() may choose from; null when the range is unknown.</summary>
    public int? Available => First is { } first && Last is { } last ? Math.Max(0, last - first + 1 - Reserved) : null;

    public int Total => TimeWait + Established + Others;
}
