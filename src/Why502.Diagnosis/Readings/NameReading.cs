using System.Net;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>Whether the address that nginx uses is still one of its name's addresses.</summary>
public static class NameReading
{
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

        var name = location.Peers.Select(target => target.Endpoint).FirstOrDefault(endpoint => endpoint is { IsName: true } && endpoint.Port == peer.Port);
        var resolver = location.HasVariables || location.Peers.Any(target => target.Resolve) ? location.Effective("resolver").Value : null;
        return name?.Host is { } host ? new(host, resolver is null ? "" : resolver.Contains(':', StringComparison.Ordinal) ? resolver : $"{resolver}:53") : null;
    }

    /// <summary>Weighs against a cause of the address itself when the name has moved on and nginx still uses the old address.</summary>
    public static void WeighMoved(Incident incident, Observations seen, Scales scales)
    {
        if (Question(incident) is { } question)
        {
            scales.Weigh(seen.Ask(question), answer => answer is { Code: "ok", Addresses.Count: > 0 } && !answer.Addresses.Any(address => Same(address, incident.Peer!))
                ? Weight.Strong.Against($"{question.Name} has the address {string.Join(", ", answer.Addresses.Take(3))} now, and nginx still uses {incident.Peer}")
                : Weight.None);
        }
    }

    private static bool Same(string address, Endpoint peer)
        => IPAddress.TryParse(address, out var fresh) && IPAddress.TryParse(peer.Host?.Trim('[', ']'), out var used) && fresh.Equals(used);
}
