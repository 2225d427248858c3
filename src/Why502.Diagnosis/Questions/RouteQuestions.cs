namespace Why502.Diagnosis;

/// <summary>Which way the kernel would send packets to an address.</summary>
/// <param name="Address">IP literal without brackets and port.</param>
/// <param name="ThroughPid">A process in whose network namespace it is asked (nginx in a container); 0 is our own.</param>
public sealed record RouteTo(string Address, int ThroughPid) : Question<RouteFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => $"the route to {Address}";

    public override string WouldTell => "whether the kernel has a way to the upstream, and whether the next host on it answers";
}

/// <param name="Kind">unicast, local, broadcast, unreachable, prohibit, blackhole, or "none" where no route matches.</param>
/// <param name="Errno">What connect() would get for want of a route: 101, 113, 13 or 22.</param>
/// <param name="Interface">Where packets leave.</param>
/// <param name="Gateway">Next host; null when the address is on the link itself.</param>
/// <param name="Neighbour">Whether the next host answers on the link: reachable, failed, none (no entry), or null where the link has no neighbours.</param>
public sealed record RouteFact(string Kind, int? Errno, string? Interface, string? Gateway, string? Neighbour) : Fact
{
    /// <summary>The address that packets to it are sent from; null where it was not told.</summary>
    public string? Source { get; init; }
}
