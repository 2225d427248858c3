namespace Why502.Diagnosis;

/// <summary>Where the system of this nginx looks names up: its resolv.conf(5).</summary>
/// <param name="MasterPid">nginx's master, whose file system is meant; 0 is this process's own.</param>
public sealed record SystemNameServers(int MasterPid) : Question<NameServersFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "the name servers of /etc/resolv.conf";

    public override string WouldTell => "which name server nginx could use";
}

/// <param name="Servers">Addresses in the file's order.</param>
/// <param name="Search">Domains that the system appends to short names, and nginx's resolver does not.</param>
public sealed record NameServersFact(IReadOnlyList<string> Servers, IReadOnlyList<string> Search) : Fact;
