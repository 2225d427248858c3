using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>The app server's own limits, asked the same way by every cause so that they are one question.</summary>
public static class SettingsReading
{
    public static AppSettings Question(Incident incident) => new(incident.Peer?.ToString() ?? "") { Scheme = incident.Scheme ?? "" };

    /// <summary>Null without a local process behind the address, and without given files that tell.</summary>
    public static Observed<AppSettingsFact>? Of(Incident incident, Observations seen)
        => incident.Instance.FromFiles || (incident.Peer is { } peer && Addresses.IsLocal(peer, seen.Ask(new MachineState()).FactOrNull) != false)
            ? seen.Ask(Question(incident))
            : null;

    /// <summary>nginx keeps an idle connection to an upstream so long: 60 s unless the group says otherwise (ngx_http_upstream_keepalive_module.c).</summary>
    public static TimeSpan NginxIdle(ProxiedLocation location) => location.Group?.KeepaliveTimeout ?? TimeSpan.FromSeconds(60);
}
