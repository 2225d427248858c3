namespace Why502.Logs;

/// <summary>Apache httpd as an upstream (server/mpm_unix.c, server/mpm/event/event.c, server/core.c).</summary>
internal static class ApacheRules
{
    public static AppRule[] All { get; } =
    [
        new(" exit signal ", AppEventKind.ChildExitedOnSignal, static (t, at, e) =>
            TextScan.NumberAfter(t, "child pid ") is { } pid && TextScan.NumberAfter(t, "(", at) is { } signal ? e with { Pid = (int)pid, Signal = (int)signal, Process = "apache2" } : null),
        // support/apachectl.in, server/main.c: a pid file of the last run names a process that lives; in a container that is often the starting httpd itself.
        new(") already running", AppEventKind.StartFailed, static (t, at, e) => t[..at].LastIndexOf("(pid ", StringComparison.Ordinal) is > 0 and var pid && TextScan.NumberAt(t, pid + 5) is not null ? e : null),
        new("server reached MaxRequestWorkers setting", AppEventKind.MaxChildrenReached),
        new("is larger than the configured limit of ", AppEventKind.RequestTooLarge, static (t, at, e) => e with { Value = TextScan.NumberAfter(t, "limit of ", at) }),
        new("caught SIGTERM, shutting down", AppEventKind.ServerStopped),
        new("caught SIGWINCH, shutting down gracefully", AppEventKind.ServerStopped),
        new("received.  Attempting to restart", AppEventKind.ServerReloading),
        new("received.  Doing graceful restart", AppEventKind.ServerReloading),
        new(" configured -- resuming normal operations", AppEventKind.ServerStarted),
    ];
}
