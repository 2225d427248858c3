using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>The limit that is in force where a request goes.</summary>
/// <param name="At">Of limit_req or limit_conn.</param>
/// <param name="Status">limit_req_status or limit_conn_status; 503 by default.</param>
/// <param name="LogLevel">limit_req_log_level or limit_conn_log_level; error by default.</param>
/// <param name="Key">What the zone counts by, such as <c>$binary_remote_addr</c>.</param>
public sealed record LimitScope(Directive Directive, SourceLine At, int Status, string LogLevel, string? Key)
{
    public static LimitScope? Of(Incident incident, bool connections = false)
        => Of(incident.Configuration, incident.Location, incident.Server, incident.Host, incident.Routes.Count > 0 ? incident.Routes[0] : "/", connections)
            ?? Of(incident.Configuration, incident.Location, incident.Server, incident.Host, incident.Routes.Count > 0 ? incident.Routes[0] : "/", !connections);

    public static LimitScope? Of(NginxConfiguration? configuration, ProxiedLocation? location, string? server, string? host, string path, bool connections)
    {
        if (configuration is null)
        {
            return null;
        }

        var (block, within) = location is not null ? (location.Block, location.Server) : RequestRoute.BlockOf(configuration, server, host, path);
        var prefix = connections ? "limit_conn" : "limit_req";
        if (within is null)
        {
            return null;
        }

        var limit = within.Effective(block, prefix);
        if (limit is not { Directive: { } directive, At: { } at })
        {
            return null;
        }

        return new(directive, at,
            within.Effective(block, $"{prefix}_status").AsNumber ?? 503,
            within.Effective(block, $"{prefix}_log_level").Value ?? "error",
            KeyOf(configuration, directive, connections));
    }

    private static string? KeyOf(NginxConfiguration configuration, Directive limit, bool connections)
    {
        var zone = connections ? limit.Arguments.FirstOrDefault() : limit.Arguments.FirstOrDefault(argument => argument.StartsWith("zone=", StringComparison.Ordinal))?[5..];
        return configuration.Root
            .Where(directive => directive.Name == "http")
            .SelectMany(http => http.Children(connections ? "limit_conn_zone" : "limit_req_zone"))
            .FirstOrDefault(definition => definition.Arguments.Any(argument => zone is not null && argument.StartsWith($"zone={zone}:", StringComparison.Ordinal)))
            ?.Arguments.FirstOrDefault();
    }
}
