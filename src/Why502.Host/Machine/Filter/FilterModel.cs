namespace Why502.Host.Machine;

/// <summary>What a packet has to be for a rule to apply. Empty lists and nulls mean any.</summary>
internal sealed record FilterMatch
{
    public static FilterMatch Any { get; } = new();

    public string? Protocol { get; init; }

    public IReadOnlyList<string> DestinationPorts { get; init; } = [];

    public IReadOnlyList<string> Destinations { get; init; } = [];

    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>An interface's name; "!lo" is every one but lo.</summary>
    public string? InInterface { get; init; }

    public string? OutInterface { get; init; }

    /// <summary>False when something is asked of the packet that is not modelled here.</summary>
    public bool Understood { get; init; } = true;

    /// <summary>No packet that opens a connection can match: an empty set, or only established connections.</summary>
    public bool Never { get; init; }

    public FilterMatch NotUnderstood => this with { Understood = false };

    public FilterMatch Impossible => this with { Never = true };

    public bool IsAny => Understood && !Never && Protocol is null && DestinationPorts.Count == 0 && Destinations.Count == 0 && Sources.Count == 0 && InInterface is null && OutInterface is null;

    /// <summary>Both have to hold. Nothing has two protocols; where else both ask the same thing differently, that is left not understood.</summary>
    public FilterMatch And(FilterMatch inner)
    {
        var conflict = Differ(InInterface, inner.InInterface) || Differ(OutInterface, inner.OutInterface)
            || Differ(DestinationPorts, inner.DestinationPorts) || Differ(Destinations, inner.Destinations) || Differ(Sources, inner.Sources);
        return new()
        {
            Protocol = inner.Protocol ?? Protocol,
            DestinationPorts = inner.DestinationPorts.Count > 0 ? inner.DestinationPorts : DestinationPorts,
            Destinations = inner.Destinations.Count > 0 ? inner.Destinations : Destinations,
            Sources = inner.Sources.Count > 0 ? inner.Sources : Sources,
            InInterface = inner.InInterface ?? InInterface,
            OutInterface = inner.OutInterface ?? OutInterface,
            Understood = Understood && inner.Understood && !conflict,
            Never = Never || inner.Never || Differ(Protocol, inner.Protocol),
        };
    }

    private static bool Differ(string? outer, string? inner) => outer is not null && inner is not null && outer != inner;

    private static bool Differ(IReadOnlyList<string> outer, IReadOnlyList<string> inner) => outer.Count > 0 && inner.Count > 0 && !outer.SequenceEqual(inner);
}

internal enum FilterVerdict
{
    /// <summary>The rule only counts, logs or marks.</summary>
    None,
    Accept,
    Drop,
    Reject,
    Return,

    /// <summary>Goes on in another chain and comes back.</summary>
    Jump,

    /// <summary>Goes on in another chain; at its end the calling chain's caller goes on.</summary>
    GoTo,
}

internal sealed record FilterStep(FilterMatch Match, FilterVerdict Verdict, string? Target, string? RejectWith, long? Packets, long? Handle, string Text);

/// <param name="Hook">Empty for a chain that is only jumped to.</param>
/// <param name="DropsByDefault">Its policy is drop.</param>
internal sealed record FilterChain(string Tool, string Family, string Table, string Name, string Hook, bool DropsByDefault, List<FilterStep> Steps)
{
    /// <summary>Packets that met the policy, where the tool tells.</summary>
    public long? PolicyPackets { get; init; }
}
