using Why502.Nginx.Routing;

namespace Why502.Nginx;

/// <summary>Where nginx takes a request.</summary>
/// <param name="Location">Null when the server answers without any location (a return or redirect of its own, or no location matches).</param>
/// <param name="Proxied">The pass that takes the request on; null when nginx answers itself.</param>
public sealed record Route(Server Server, Location? Location, ProxiedLocation? Proxied)
{
    /// <summary>The way there, in nginx's order.</summary>
    public IReadOnlyList<RouteStep> Steps { get; init; } = [];
}
