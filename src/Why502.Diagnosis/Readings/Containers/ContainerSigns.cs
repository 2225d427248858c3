using System.Net;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>What tells that nginx runs in a container: the machine where it is seen, else traces in its own log and configuration.</summary>
public static class ContainerSigns
{
    /// <summary>Docker's own name server, the same in every user-defined network (libnetwork, resolver.go).</summary>
    private const string DockerResolver = "127.0.0.11";

    /// <summary>A host hands out numbers this low before any service starts; in a container nginx is process 1 and its workers follow.</summary>
    private const int LowPid = 100;

    /// <summary>The sign in words, or null without one.</summary>
    public static string? Of(Incident incident, Observations seen)
    {
        var instance = incident.Instance;
        if (instance.Container is { } id)
        {
            return $"nginx runs in {(id.Length == 0 ? "a container" : ContainerReading.ById(id, seen) is { } known ? $"container {known.Name}" : $"container {(id.Length > 12 ? id[..12] : id)}")}";
        }

        if (!instance.FromFiles)
        {
            return null;
        }

        return incident.Configuration is { } configuration && configuration.Root.SelectMany(Nested).Any(directive => directive.Name == "resolver" && directive.Arguments.Any(argument => argument.StartsWith(DockerResolver, StringComparison.Ordinal)))
            ? $"the configuration's resolver is {DockerResolver}, Docker's own"
            : incident.Samples.Select(line => InLog(line.Text)).FirstOrDefault(sign => sign is not null);
    }

    private static IEnumerable<Directive> Nested(Directive directive) => [directive, .. (directive.Block ?? []).SelectMany(Nested)];

    private static string? InLog(string text)
    {
        if (ErrorLogLine.Parse(text) is not { } record)
        {
            return null;
        }

        return record.Pid is > 0 and <= LowPid ? $"nginx's worker is process {record.Pid}, as in a container"
            : IPAddress.TryParse(record.Client, out var client) && IsBridgeGateway(client) ? $"the client {client} is a container network's gateway"
            : null;
    }

    /// <summary>Docker's default address pools begin with 172.17.0.0/16 to 172.31.0.0/16, and the bridge takes the first address of each (libnetwork, ipamutils).</summary>
    public static bool IsBridgeGateway(IPAddress address) => address.GetAddressBytes() is [172, >= 17 and <= 31, _, 1];

    /// <summary>An address that container networks hand out by default: Docker's pools, Podman's 10.88.0.0/16.</summary>
    public static bool IsBridgeAddress(Endpoint peer)
        => IPAddress.TryParse(peer.Host, out var address) && address.GetAddressBytes() is [172, >= 17 and <= 31, _, _] or [10, 88, _, _];
}
