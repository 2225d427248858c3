using System.Net;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>Names and the addresses that nginx has for them.</summary>
public static class NameReading
{
    private const int ResolversMax = 3;
    private const int FreshMax = 2;

    /// <summary>
    /// The look-up that nginx would make for the incident's peer: by its own <c>resolver</c> where the target is known at
    /// run time only, else as it did at start, by the system. Null when the configuration names an address.
    /// </summary>
    public static Resolve? Question(Incident incident)
    {
        if (incident is not { Peer: { IsUnix: false } peer, Location: { } location })
        {
            return null;
        }

        var name = location.Peers.Select(target => target.Endpoint).FirstOrDefault(endpoint => endpoint is { IsName: true, IsLoopback: false } && endpoint.Port == peer.Port);
        var resolver = IsAskedAtRunTime(location) ? Resolvers(incident).FirstOrDefault() : null;
        return name?.Host is { } host ? new(host, resolver ?? "") : null;
    }

    /// <summary>A name in a variable, or with the parameter resolve, is looked up while nginx runs; any other once, when the configuration is loaded.</summary>
    public static bool IsAskedAtRunTime(ProxiedLocation location) => location.HasVariables || location.Peers.Any(target => target.Resolve);

    /// <summary>The servers of the <c>resolver</c> in force, in the form of the log: address and port.</summary>
    public static IReadOnlyList<string> Resolvers(Incident incident) => ResolverDirective(incident) is { } directive ? Servers(directive.Arguments) : [];

    /// <summary>The <c>resolver</c> in force where the incident is; where that is not known, the only one there is.</summary>
    public static Directive? ResolverDirective(Incident incident)
        => incident.Location is { } location
            ? location.Group?.Block.LastChild("resolver") ?? location.Effective("resolver").Directive
            : incident.Configuration is { } configuration && configuration.Everything.Where(directive => directive.Name == "resolver").Take(2).ToList() is [var only] ? only : null;

    private static List<string> Servers(IReadOnlyList<string> arguments)
        => [.. arguments
            .Where(argument => !argument.Contains('=', StringComparison.Ordinal))
            .Select(server => Endpoint.TryParse(server, 53, out var endpoint) ? endpoint.ToString() : server)
            .Take(ResolversMax)];

    /// <summary>The name that a look-up failed for, as the message has it, without a port.</summary>
    public static string? Asked(Incident incident) => AskedIn(incident.Message);

    public static string? AskedIn(string message)
    {
        var name = Between(message, "host not found in upstream \"", "\"") ?? Between(message, "host not found in upstream '", "'")
            ?? Between(message, "no resolver defined to resolve ", " ") ?? Between(message, "name:\"", "\"")
            ?? (message.IndexOf(" could not be resolved", StringComparison.Ordinal) is > 0 and var at ? message[(message.LastIndexOf(' ', at - 1) + 1)..at] : null);
        return name?.Trim() is { Length: > 0 and < 256 } text ? text.Split(':')[0].TrimEnd(',') : null;
    }

    /// <summary>The name where the configuration has it too: only then it may stand in a command or be looked up.</summary>
    public static string? AskedAndConfigured(Incident incident)
    {
        if (Asked(incident) is not { } name || incident.Configuration is not { } configuration)
        {
            return null;
        }

        var peers = configuration.ProxiedLocations.SelectMany(location => location.Peers)
            .Concat(configuration.Upstreams.SelectMany(group => group.Peers))
            .Concat(configuration.StreamServers.SelectMany(server => server.Peers));
        return peers.Select(target => target.Endpoint?.Host).FirstOrDefault(host => name.Equals(host, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The system's name servers as nginx's host has them.</summary>
    public static NameServersFact? NameServers(Incident incident, Observations seen) => seen.Ask(new SystemNameServers(incident.Instance.MasterPid ?? 0)).FactOrNull;

    /// <summary>Weighs against a cause of the address itself when the name has moved on and nginx still uses the old address.</summary>
    public static void WeighMoved(Incident incident, Observations seen, Scales scales)
    {
        if (Question(incident) is { } question)
        {
            scales.Weigh(seen.Ask(question), answer =>
            {
                if (!HasMoved(answer, incident.Peer!))
                {
                    return Weight.None;
                }

                // The border to dns-stale-address: a fresh address works.
                var step = Works(answer, incident, seen) is not null ? Weight.Decisive : Weight.Strong;
                return step.Against($"{question.Name} has the address {string.Join(", ", answer.Addresses.Take(3))} now, and nginx still uses {incident.Peer}");
            });
        }
    }

    /// <summary>The first fresh address that accepts connections.</summary>
    public static string? Works(ResolveFact answer, Incident incident, Observations seen)
        => Fresh(answer, incident).FirstOrDefault(connect => seen.Ask(connect).FactOrNull?.Outcome == ProbeOutcome.Ok)?.Address;

    public static IReadOnlyList<Connect> Fresh(ResolveFact answer, Incident incident)
        => [.. answer.Addresses.Take(FreshMax).Select(text => IPAddress.TryParse(text, out var address) ? Probing.Connect(incident.Instance, Endpoint.Of(address, incident.Peer!.Port)) : null).OfType<Connect>()];

    public static bool HasMoved(ResolveFact answer, Endpoint peer)
        => answer is { Code: "ok", Addresses.Count: > 0 } && !answer.Addresses.Any(address => Same(address, peer));

    public static bool Same(string address, Endpoint peer)
        => IPAddress.TryParse(address, out var fresh) && IPAddress.TryParse(peer.Host?.Trim('[', ']'), out var used) && fresh.Equals(used);

    private static string? Between(string text, string before, string after)
    {
        var start = text.IndexOf(before, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        start += before.Length;
        var end = text.IndexOf(after, start, StringComparison.Ordinal);
        return end < 0 ? text[start..] : text[start..end];
    }
}
