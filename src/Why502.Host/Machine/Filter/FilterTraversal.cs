using Why502.Diagnosis;

namespace Why502.Host.Machine;

/// <summary>
/// Follows every base chain as a packet does, into the chains that it jumps to, and lists what drops and rejects, with
/// all conditions on the way there.
/// </summary>
internal sealed class FilterTraversal(IReadOnlyList<FilterChain> chains)
{
    private const int DepthMax = 16;
    private const int RulesMax = 20_000;

    private readonly List<FilterRule> blocking = [];
    private readonly List<FilterRule> accepting = [];
    private int order;
    private int steps;

    public PacketFilterFact Fact()
    {
        foreach (var chain in chains)
        {
            if (chain.Hook.Length == 0)
            {
                continue;
            }

            var path = new PathSoFar();
            Walk(chain, chain, FilterMatch.Any, path, 0);
            if (chain.DropsByDefault && !path.Ended)
            {
                var policy = new FilterStep(FilterMatch.Any, FilterVerdict.Drop, null, null, chain.PolicyPackets, null, $"policy drop of {chain.Table} {chain.Name}");
                Add(blocking, chain, chain, policy, FilterMatch.Any, path, isPolicy: true);
            }
        }

        return new(blocking) { Accepts = accepting };
    }

    /// <summary>What earlier rules of the same base chain have already taken out of a packet's way.</summary>
    private sealed class PathSoFar
    {
        public bool LoopbackInAccepted { get; set; }

        public bool LoopbackOutAccepted { get; set; }

        /// <summary>Nothing comes past an unconditional verdict.</summary>
        public bool Ended { get; set; }
    }

    private void Walk(FilterChain root, FilterChain chain, FilterMatch way, PathSoFar path, int depth)
    {
        var mayHaveReturned = false;
        foreach (var step in chain.Steps)
        {
            if (path.Ended || depth > DepthMax || ++steps > RulesMax)
            {
                return;
            }

            var match = way.And(step.Match);
            match = mayHaveReturned ? match.NotUnderstood : match;
            if (match.Never)
            {
                continue;
            }

            switch (step.Verdict)
            {
                case FilterVerdict.Drop or FilterVerdict.Reject:
                    Add(blocking, root, chain, step, match, path, isPolicy: false);
                    path.Ended |= match.IsAny;
                    break;
                case FilterVerdict.Accept:
                    Add(accepting, root, chain, step, match, path, isPolicy: false);
                    Accept(match, path);
                    break;
                case FilterVerdict.Return when step.Match.IsAny:
                    return;
                case FilterVerdict.Return:
                    mayHaveReturned = true;
                    break;
                case FilterVerdict.Jump or FilterVerdict.GoTo:
                    if (chains.FirstOrDefault(found => found.Name == step.Target && found.Table == chain.Table && found.Family == chain.Family && found.Tool == chain.Tool) is { } target)
                    {
                        Walk(root, target, match, path, depth + 1);
                    }

                    // After goto this chain is left for good by what matched.
                    mayHaveReturned |= step.Verdict == FilterVerdict.GoTo;
                    break;
                default:
                    break;
            }
        }
    }

    private static void Accept(FilterMatch match, PathSoFar path)
    {
        path.LoopbackInAccepted |= match.InInterface == "lo" && (match with { InInterface = null }).IsAny;
        path.LoopbackOutAccepted |= match.OutInterface == "lo" && (match with { OutInterface = null }).IsAny;
        path.Ended |= match.IsAny;
    }

    private void Add(List<FilterRule> list, FilterChain root, FilterChain chain, FilterStep step, FilterMatch match, PathSoFar path, bool isPolicy)
    {
        // What loopback was accepted for before can only be about the other interfaces.
        var inInterface = match.InInterface ?? (path.LoopbackInAccepted ? "!lo" : null);
        var outInterface = match.OutInterface ?? (path.LoopbackOutAccepted ? "!lo" : null);
        if ((inInterface == "lo" && path.LoopbackInAccepted) || (outInterface == "lo" && path.LoopbackOutAccepted))
        {
            return;
        }

        list.Add(new(
            root.Tool,
            root.Family,
            root.Table,
            chain.Name,
            root.Hook,
            step.Verdict switch { FilterVerdict.Reject => "reject", FilterVerdict.Accept => "accept", _ => "drop" },
            step.RejectWith,
            match.Protocol,
            match.DestinationPorts,
            match.Destinations,
            match.Sources,
            inInterface,
            outInterface,
            isPolicy,
            match.Understood,
            step.Packets,
            step.Handle,
            step.Text)
        {
            BaseChain = root.Name,
            Order = order++,
        });
    }
}
