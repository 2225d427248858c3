using Why502.Nginx;
using Why502.Nginx.Routing;

namespace Why502.Diagnosis.Readings;

/// <summary>The way that an incident's requests take through the configuration, by the routing engine.</summary>
public static class RequestRoute
{
    public static RouteAnswer? Of(Incident incident)
        => incident.Configuration is { } configuration ? Of(configuration, incident.Host ?? incident.Server, PathOf(incident)) : null;

    public static RouteAnswer Of(NginxConfiguration configuration, string? host, string path)
        => configuration.Route(new RouteRequest { Host = host, Uri = path }, NoRouteFiles.Instance);

    /// <summary>The block whose directives are in force for a request, and its server.</summary>
    public static (Directive? Block, Server? Server) BlockOf(NginxConfiguration configuration, string? server, string? host, string path)
    {
        var answer = Of(configuration, host ?? server, path);
        return (answer.Location?.Block ?? answer.Server?.Block, answer.Server);
    }

    /// <summary>A path that was asked for; folded identifiers are no path.</summary>
    public static string PathOf(Incident incident)
        => incident.Routes.FirstOrDefault(route => route.StartsWith('/') && !route.Contains('{') && !route.Contains('*')) ?? "/";
}
