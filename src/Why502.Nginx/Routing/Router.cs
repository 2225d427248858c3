namespace Why502.Nginx.Routing;

/// <summary>Requests to servers, locations and upstreams, for one configuration.</summary>
internal sealed class Router(NginxConfiguration configuration)
{
    private readonly RoutingTable table = new(configuration);

    public RouteAnswer Route(RouteRequest request, IRouteFiles files) => new RouteRun(table, request, files).Run();

    /// <summary>As <see cref="Route"/>, with the server known already.</summary>
    public RouteAnswer Within(Server server, RouteRequest request) => new RouteRun(table, request, NoRouteFiles.Instance).Within(server);

    public static Server? ByName(IReadOnlyList<Server> candidates, string host) =>
        new ServerNames(candidates, null).Find(HostName.Of(ByteText.Of(host)) ?? string.Empty)?.Server;
}
