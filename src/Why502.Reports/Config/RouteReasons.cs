using Why502.Nginx;

namespace Why502.Reports.Config;

/// <summary>Why nginx chose this server and this location, in words.</summary>
internal static class RouteReasons
{
    public static string OfServer(Server server, EffectiveRequest request)
    {
        var host = request.Host.Split(':')[0].TrimEnd('.').ToLowerInvariant();
        var named = server.Names.FirstOrDefault(name => name.Equals(host, StringComparison.OrdinalIgnoreCase));
        if (named is not null)
        {
            return "its server_name is the host";
        }

        var wildcard = server.Names.FirstOrDefault(name => FitsWildcard(name, host));
        if (wildcard is not null)
        {
            return $"its server_name {wildcard} fits the host";
        }

        var expression = server.Names.FirstOrDefault(name => name.StartsWith('~'));
        var listen = server.Listens.FirstOrDefault(l => l.IsDefault);
        return listen is not null ? $"no server_name fits the host, and it is the default_server of {listen.Address}"
            : expression is not null ? $"its server_name {expression} is an expression that may match"
            : "no server_name fits the host, and it is the first server here";
    }

    public static string OfLocation(Location? location) => location switch
    {
        null => "no location matches: the server itself answers",
        { IsExact: true } => "it is the path itself",
        { Modifier: "^~" } => "the longest prefix, and ^~ keeps expressions out",
        { IsRegex: true } => "the first expression that matches",
        { IsNamed: true } => "a named location: another one leads here",
        _ => "the longest prefix, and no expression matches",
    };

    private static bool FitsWildcard(string name, string host) => name switch
    {
        ['*', '.', ..] => host.EndsWith(name[1..], StringComparison.OrdinalIgnoreCase),
        ['.', ..] => host.Equals(name[1..], StringComparison.OrdinalIgnoreCase) || host.EndsWith(name, StringComparison.OrdinalIgnoreCase),
        [.., '.', '*'] => host.StartsWith(name[..^1], StringComparison.OrdinalIgnoreCase),
        _ => false,
    };
}
