using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>Pointing nginx at the address where the app listens, as an edit of the one line that names the wrong one.</summary>
internal static class RetargetFix
{
    public static Fix Of(Incident incident, string address, string summary)
    {
        var edit = Edit(incident, address);
        return new Fix
        {
            Summary = summary,
            Edits = edit is null ? [] : [edit],
            Steps = [Reload(incident, edit is null ? $"Change the upstream's address to {address}, test the configuration and reload." : "Test the changed configuration and reload nginx.")],
        };
    }

    public static FixStep Reload(Incident incident, string text)
    {
        var instance = incident.Instance;
        return instance.FromFiles
            ? new(text, "nginx -t && nginx -s reload")
            : new(text, $"{Program(instance)} -t && {(instance.Unit is { } unit ? $"systemctl reload {Words.Shell(unit)}" : $"{Program(instance)} -s reload")}") { Action = instance.Running ? new RepairAction.ReloadNginx() : null };
    }

    /// <summary>An nginx that does not run loads the configuration when its service is started.</summary>
    public static FixStep Load(Incident incident, Observations seen, string text)
        => incident.Instance is { IsStopped: true } instance && ServiceOfNginx.Of(instance, seen) is { ActiveState: not "active" } unit
            ? new(text, $"{Program(instance)} -t && systemctl start {Words.Shell(unit.Name)}") { Action = new RepairAction.AskUnit(unit.Name, UnitVerb.Start) }
            : incident.Instance is { IsStopped: true } stopped ? new(text, $"{Program(stopped)} -t && {Program(stopped)}")
            : Reload(incident, text);

    private static string Program(NginxInstance instance)
        => Words.Shell(instance.Binary ?? "nginx") + (instance.ConfigPath == "/etc/nginx/nginx.conf" ? "" : $" -p {Words.Shell(instance.Prefix)} -c {Words.Shell(instance.ConfigPath)}");

    private static FileEdit? Edit(Incident incident, string address)
    {
        if (incident.Configuration is not { } configuration || incident.Location is not { } location)
        {
            return null;
        }

        if (location.Group is { } group)
        {
            var target = group.Peers.FirstOrDefault(peer => Means(peer, incident.Peer));
            return target?.Directive is not { Name: "server" } server ? null : ConfigurationEdit.SetArguments(configuration, server, [address, .. server.Arguments.Skip(1)]);
        }

        return location.HasVariables ? null : ConfigurationEdit.SetArguments(configuration, location.Pass, Target(location, address));
    }

    private static bool Means(PeerTarget target, Endpoint? peer)
        => target.Endpoint is { } endpoint && peer is not null
            && (endpoint.ToString() == peer.ToString() || (endpoint.IsName && endpoint.Port == peer.Port));

    /// <summary>http keeps its scheme and URI part; a unix socket with a URI needs the colon behind its path.</summary>
    private static string Target(ProxiedLocation location, string address)
        => location.Kind is PassKind.Proxy or PassKind.Grpc
            ? $"{location.Scheme}://{address}{(location.UriPart is { Length: > 0 } uri ? (address.StartsWith("unix:", StringComparison.Ordinal) ? ":" : "") + uri : "")}"
            : address;
}
