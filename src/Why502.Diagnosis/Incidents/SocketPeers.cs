using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>A time-out's line has no colon between a socket's path and the URI that was asked of it: the configuration tells where the path ends.</summary>
internal static class SocketPeers
{
    /// <summary>The group with the configured socket whose path its upstream begins with; as it is when there is none, or when the whole is one.</summary>
    public static ErrorGroup Named(ErrorGroup group, NginxConfiguration? configuration)
    {
        if (configuration is null || group.UpstreamPeer is not { } peer || !peer.StartsWith("unix:", StringComparison.Ordinal))
        {
            return group;
        }

        var socket = configuration.ProxiedLocations
            .SelectMany(location => location.Peers)
            .Select(known => known.Endpoint?.UnixPath)
            .OfType<string>()
            .Where(path => Begins(peer.AsSpan("unix:".Length), path))
            .MaxBy(path => path.Length);
        return socket is null ? group : group with { UpstreamPeer = $"unix:{socket}" };
    }

    private static bool Begins(ReadOnlySpan<char> written, string path)
        => written.StartsWith(path, StringComparison.Ordinal) && (written.Length == path.Length || written[path.Length] is '/' or '?');
}
