using Why502.Nginx;

namespace Why502.Reports.Config;

/// <summary>Why nginx chose this server and this location: the steps of the way that chose them.</summary>
internal static class RouteReasons
{
    public static string OfServer(Route route) => Why(route, "server", route.Server.At) ?? "it takes the request";

    public static string OfLocation(Route route) => Why(route, "location", route.Location?.At) ?? "no location matches: the server itself answers";

    private static string? Why(Route route, string kind, SourceLine? at) => route.Steps.LastOrDefault(step => step.Kind == kind && step.At == at)?.Text;
}
