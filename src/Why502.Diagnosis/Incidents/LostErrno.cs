using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// A failed connect() to a unix socket whose line was cut before its number. The level still tells of which kind it was: ngx_event_connect_peer() writes ECONNREFUSED and (on Linux) EAGAIN as
/// [error], and what else a path gives as [crit].
/// </summary>
internal static class LostErrno
{
    public static bool Admits(string cause, Incident incident)
        => incident is { Kind: SymptomKind.ConnectFailed, Peer.IsUnix: true, Errno: null, Unlogged: false, FromProbe: false } && Causes(incident.Level).Contains(cause);

    private static string[] Causes(LogLevel? level) => level switch
    {
        LogLevel.Error => ["socket-stale", "listen-queue-full", "socket-path-mismatch"],
        LogLevel.Crit => ["socket-missing", "socket-permission-denied", "socket-path-mismatch"],
        _ => ["socket-missing", "socket-stale", "socket-permission-denied", "socket-path-mismatch"],
    };
}
