using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>Pointing nginx at the address where the app listens, as an edit of the lines that name the wrong one.</summary>
internal static class RetargetFix
{
    /// <summary>In every place of this nginx: what does not answer there answers nobody, and a place that is left would go on failing.</summary>
    public static Fix Of(Incident incident, string address, string summary) => Of(incident, address, summary, Everywhere(incident, address) is { Count: > 0 } all ? all : Here(incident, address));

    /// <summary>In the failing place alone, where the address is right elsewhere.</summary>
    public static Fix OfHere(Incident incident, string address, string summary) => Of(incident, address, summary, Here(incident, address));

    private static Fix Of(Incident incident, string address, string summary, IReadOnlyList<FileEdit> edits)
    {
        return new Fix
        {
            Summary = summary,
            Edits = edits,
            Steps = [Reload(incident, edits.Count == 0 ? $"Change the upstream's address to {address}, test the configuration and reload." : "Test the changed configuration and reload nginx.")],
        };
    }

    public static FixStep Reload(Incident incident, string text)
    {
        var instance = incident.Instance;
        return instance.FromFiles
            ? new(text, "nginx -t && nginx -s reload")
            : new(text, $"{Program(instance)} -t && {(instance.Unit is { } unit ? $"systemctl reload {Shell.Quote(unit)}" : $"{Program(instance)} -s reload")}") { Action = instance.Running ? new RepairAction.ReloadNginx() : null };
    }

    /// <summary>An nginx that does not run loads the configuration when its service is started.</summary>
    public static FixStep Load(Incident incident, Observations seen, string text)
        => incident.Instance is { IsStopped: true } instance && ServiceOfNginx.Of(instance, seen) is { ActiveState: not "active" } unit
            ? new(text, $"{Program(instance)} -t && systemctl start {Shell.Quote(unit.Name)}") { Action = new RepairAction.AskUnit(unit.Name, UnitVerb.Start) }
            : incident.Instance is { IsStopped: true } stopped ? new(text, $"{Program(stopped)} -t && {Program(stopped)}")
            : Reload(incident, text);

    private static string Program(NginxInstance instance)
        => Shell.Quote(instance.Binary ?? "nginx") + (instance.ConfigPath == "/etc/nginx/nginx.conf" ? "" : $" -p {Shell.Quote(instance.Prefix)} -c {Shell.Quote(instance.ConfigPath)}");

    private static IReadOnlyList<FileEdit> Here(Incident incident, string address)
        => incident is { Configuration: { } configuration, Location: { } location } && Change(location, Named(incident, location), address) is { } change
            ? ConfigurationEdit.Apply(configuration, change).Files
            : [];

    private static IReadOnlyList<FileEdit> Everywhere(Incident incident, string address)
    {
        if (incident is not { Configuration: { } configuration, Location: { } failing } || Named(incident, failing) is not { Endpoint: { } wrong } || Change(failing, Named(incident, failing), address) is null)
        {
            return [];
        }

        List<Edit> changes = [.. configuration.ProxiedLocations
            .Where(location => location.Scheme == failing.Scheme)
            .Select(location => Change(location, location.Peers.FirstOrDefault(peer => peer.Endpoint is { } endpoint && (endpoint.ToString() == wrong.ToString() || endpoint.ToString() == incident.Peer?.ToString())), address))
            .OfType<Edit.SetArguments>()
            .DistinctBy(change => change.Directive, ReferenceEqualityComparer.Instance)];
        return ConfigurationEdit.Apply(configuration, changes).Files;
    }

    /// <summary>What the location names and the incident's peer came from.</summary>
    private static PeerTarget? Named(Incident incident, ProxiedLocation location)
        => location.Group is null ? location.Peers.FirstOrDefault() : location.Peers.FirstOrDefault(peer => Means(peer, incident.Peer));

    /// <summary>Null where the address is in no line of its own: a variable's value may mean others, too.</summary>
    private static Edit.SetArguments? Change(ProxiedLocation location, PeerTarget? peer, string address)
        => peer is null || location.HasVariables ? null
            : location.Group is null ? new(location.Pass, [Target(location, address)])
            : peer.Directive is { Name: "server" } server ? new(server, [address, .. server.Arguments.Skip(1)])
            : null;

    private static bool Means(PeerTarget target, Endpoint? peer)
        => target.Endpoint is { } endpoint && peer is not null
            && (endpoint.ToString() == peer.ToString() || (endpoint.IsName && endpoint.Port == peer.Port));

    /// <summary>http keeps its scheme and URI part.</summary>
    private static string Target(ProxiedLocation location, string address)
        => location.Kind is PassKind.Proxy or PassKind.Grpc
            ? new TargetText(location.Scheme, address, location.UriPart ?? "").ToString()
            : address;
}
