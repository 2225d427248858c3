namespace Why502.Nginx.Routing;

/// <summary>No file exists: routing without a file system.</summary>
public sealed class NoRouteFiles : IRouteFiles
{
    public static NoRouteFiles Instance { get; } = new();

    public RouteFile Look(string path) => RouteFile.Missing;
}
