namespace Why502.Diagnosis;

/// <summary>Rules of the packet filter in the network namespace of <paramref name="Pid"/> (0: our own).</summary>
public sealed record PacketFilter(int Pid) : Question<PacketFilterFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "packet-filter rules";

    public override string WouldTell => "whether a rule rejects or drops connections to the upstream";
}

/// <param name="Rules">Every rule that drops or rejects, in order.</param>
public sealed record PacketFilterFact(IReadOnlyList<FilterRule> Rules) : Fact
{
    /// <summary>
    /// Every rule that accepts. One with the same tool, family, table and base chain and a lower order takes a packet
    /// before the rule that would block it.
    /// </summary>
    public IReadOnlyList<FilterRule> Accepts { get; init; } = [];
}

/// <param name="Family">ip, ip6, inet …</param>
/// <param name="Hook">input, output, forward; empty for a chain that is only jumped to.</param>
/// <param name="InInterface">A name, "!lo" for every one but lo (also when an earlier rule accepts all of lo), null for any. The same goes for <paramref name="OutInterface"/>.</param>
/// <param name="Verdict">drop or reject; accept in <see cref="PacketFilterFact.Accepts"/>.</param>
/// <param name="RejectWith">icmp type or "tcp reset".</param>
/// <param name="Protocol">tcp, udp or null for all.</param>
/// <param name="DestinationPorts">Ranges "3000", "3000-3010"; empty for all.</param>
/// <param name="Destinations">Addresses or prefixes; empty for all.</param>
/// <param name="IsPolicy">It is the chain's policy, and earlier rules may accept.</param>
/// <param name="Understood">False when the rule has matches that were not understood (marks, sets, users …): it may or may not apply.</param>
/// <param name="Packets">Counter, when the rule has one.</param>
/// <param name="Text">The rule as the tool printed it.</param>
public sealed record FilterRule(
    string Tool, string Family, string Table, string Chain, string Hook, string Verdict, string? RejectWith, string? Protocol,
    IReadOnlyList<string> DestinationPorts, IReadOnlyList<string> Destinations, IReadOnlyList<string> Sources, string? InInterface, string? OutInterface,
    bool IsPolicy, bool Understood, long? Packets, long? Handle, string Text)
{
    /// <summary>The chain at the hook from which this rule is reached; the rule's own chain, when it is not jumped to.</summary>
    public string BaseChain { get; init; } = "";

    /// <summary>Place among all rules of the fact, as a packet meets them.</summary>
    public int Order { get; init; }
}
