using System.Net;
using Why502.Diagnosis.Readings;
using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>Having nginx look a name up while it runs, instead of once when it starts.</summary>
internal static class ResolveFix
{
    private const string Variable = "upstream_host";

    /// <summary><c>server … resolve</c> in groups came to the free nginx with 1.27.3.</summary>
    private static readonly Version GroupsSince = new(1, 27, 3);

    /// <summary>The edits, or none where the target cannot be changed without changing what it means.</summary>
    public static IReadOnlyList<FileEdit> Edits(Incident incident, Observations seen)
    {
        if (incident is not { Location: { } location, Configuration: { } configuration } || NameReading.IsAskedAtRunTime(location)
            || Resolver(incident, seen) is not { } resolver)
        {
            return [];
        }

        var edits = location.Group is { } group ? OfGroup(group, incident) : OfPass(location);
        return edits.Count == 0 ? [] : ConfigurationEdit.Apply(configuration, [.. resolver, .. edits]).Files;
    }

    /// <summary>A <c>resolver</c> for this location; no edit where one is in force, null where no server is known.</summary>
    public static IReadOnlyList<Edit>? Resolver(Incident incident, Observations seen)
    {
        if (incident.Location is not { } location || location.Effective("resolver").IsSet)
        {
            return incident.Location is null ? null : [];
        }

        return !IsInHosts(incident, seen) && Servers(incident, seen) is { Count: > 0 } servers
            ? [new Edit.Set(location.Location?.Block ?? location.Server.Block, "resolver", [.. servers, "valid=30s"])]
            : null;
    }

    /// <summary>nginx's resolver asks DNS alone (ngx_resolver.c), and the name is one of /etc/hosts.</summary>
    public static bool IsInHosts(Incident incident, Observations seen)
        => (NameReading.AskedAndConfigured(incident) ?? NameReading.Question(incident)?.Name) is { } name && seen.Ask(new Resolve(name, "")).FactOrNull is { FromHosts: true };

    /// <summary>The system's name servers as nginx writes addresses.</summary>
    public static IReadOnlyList<string> Servers(Incident incident, Observations seen)
        => [.. (NameReading.NameServers(incident, seen)?.Servers ?? [])
            .Where(server => IPAddress.TryParse(server, out _))
            .Select(server => server.Contains(':', StringComparison.Ordinal) ? $"[{server}]" : server)];

    /// <summary>Without a URI part the request's own URI is passed on, with a variable as without (ngx_http_proxy_create_request).</summary>
    private static List<Edit> OfPass(ProxiedLocation location)
    {
        if (location is not { Kind: PassKind.Proxy, UriPart: null, Scheme: { } scheme } || location.Peers is not [{ Endpoint: { IsName: true, Host: { } host } }]
            || location.Location?.Block.Block?.Any(directive => directive is { Name: "set", Arguments: ["$" + Variable, ..] }) == true)
        {
            return [];
        }

        var rest = location.Target[(location.Target.IndexOf("://", StringComparison.Ordinal) + 3 + host.Length)..];
        return
        [
            new Edit.Add(NewDirective.Simple("set", $"${Variable}", host), Place.Before(location.Pass)),
            new Edit.SetArguments(location.Pass, [$"{scheme}://${Variable}{rest}"]),
        ];
    }

    private static List<Edit> OfGroup(UpstreamGroup group, Incident incident)
    {
        if (incident.Instance.Release?.Core is not { } version || version < GroupsSince)
        {
            return [];
        }

        var edits = new List<Edit>();
        if (group.Zone is null)
        {
            edits.Add(new Edit.Set(group.Block, "zone", [group.Name, "64k"]));
        }

        edits.AddRange(group.Peers
            .Where(peer => peer is { Endpoint.IsName: true, Resolve: false, Directive: not null })
            .Select(peer => new Edit.SetArguments(peer.Directive!, [.. peer.Directive!.Arguments, "resolve"])));
        return edits;
    }
}
