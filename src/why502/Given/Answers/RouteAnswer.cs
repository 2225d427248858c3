using Why502.Diagnosis;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>Whether packets get to a host, from <c>ping</c>, <c>ip route get</c> and <c>ip neigh</c>.</summary>
internal sealed class RouteAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
    {
        if (question is not RouteTo { Address: { Length: > 0 } address })
        {
            return null;
        }

        var about = records.Of<HostReach>().Where(reach => reach.Host == address).ToList();
        var route = about.LastOrDefault(reach => reach.RouteKind is not null);
        var gateway = route?.Gateway is { } next ? records.Of<HostReach>().LastOrDefault(reach => reach.Host == next && reach.Answers is not null) : null;

        // Who answers an echo is there, whatever stands in between.
        var answered = about.LastOrDefault(reach => reach.Answers is not null);
        if ((answered ?? route) is not { } best)
        {
            return null;
        }

        return answered is { Answers: true }
            ? new(new RouteFact("unicast", null, route?.Interface ?? answered.Interface ?? "the network", null, "reachable"), answered)
            : new(new RouteFact(route?.RouteKind ?? "unicast", route?.Errno, route?.Interface ?? best.Interface ?? "its link", route?.Gateway, answered is { Answers: false } || gateway is { Answers: false } ? "failed" : null), best);
    }
}
