using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>Repairs of what nginx offers and trusts in a handshake, in the location alone.</summary>
internal static class TlsFix
{
    /// <param name="settings">Directive names without the module's prefix: <c>ssl_server_name</c>.</param>
    public static IReadOnlyList<FileEdit> Set(Incident incident, params (string Name, string[] Arguments)[] settings)
    {
        if (incident is not { Location: { } location, Configuration: { } configuration })
        {
            return [];
        }

        // Not in an `if`: the directives of TLS stand in http, server and location only.
        var block = location.Location?.Block ?? location.Server.Block;
        return ConfigurationEdit.Apply(configuration, [.. settings.Select(setting => new Edit.Set(block, $"{location.DirectivePrefix}_{setting.Name}", setting.Arguments))]).Files;
    }

    public static FixStep Reload(Incident incident) => RetargetFix.Reload(incident, "Test the changed configuration and reload nginx.");

    public static string Prefix(Incident incident) => incident.Location?.DirectivePrefix ?? "proxy";

    /// <summary>Shows what the upstream presents; the address and the name are the configuration's.</summary>
    public static FixStep Look(Incident incident, string text)
    {
        if (incident.Peer is not { IsUnix: false, Port: > 0 } peer)
        {
            return new(text);
        }

        var name = TlsReading.Settings(incident)?.Name is { } own && !TlsReading.IsAddress(own) ? own : TlsReading.Names(incident).FirstOrDefault();
        return new(text, $"openssl s_client -connect {Shell.Quote(peer.ToString())}{(name is null ? " -noservername" : $" -servername {Shell.Quote(name)}")} -showcerts </dev/null");
    }
}
