namespace Why502.Diagnosis;

public sealed partial class Scene
{
    private readonly Dictionary<string, RouteFact> routes = new(StringComparer.Ordinal);

    /// <summary>A connection from here gets "no route to host".</summary>
    public Scene Unreachable(string address) => Connects(address, ProbeOutcome.Unreachable);

    /// <summary>The way the kernel takes to an address.</summary>
    public Scene Route(string address, string kind, int? errno = null, string? gateway = null, string? neighbour = null)
    {
        routes[address] = new(kind, errno, "eth0", gateway, neighbour);
        return this;
    }

    private RouteFact RouteFor(RouteTo question) => routes.GetValueOrDefault(question.Address) ?? new("unicast", null, "eth0", null, "reachable");
}
