using System.Text;
using Why502.Logs;

namespace Why502.Reports;

/// <summary>A pasted line of an app server, the init system or the kernel.</summary>
internal static class AppLine
{
    public static bool TryWrite(Page page, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        AppLogEvent? found = null;
        var reader = new AppLogReader("");
        reader.Push(bytes, seen => found ??= seen);
        reader.Complete(seen => found ??= seen);
        if (found is null || found.Kind == AppEventKind.Other || Meaning(found.Kind) is not { } meaning)
        {
            return false;
        }

        page.Wrapped("", $"{Writer(found.Log)}: {meaning}.", Ink.Strong);
        page.Wrapped("  ", found.Text.Length > 0 ? found.Text : found.Line.Text);
        page.Blank();
        var causes = Causes(found.Kind);
        if (causes.Count > 0)
        {
            page.Line($"Behind a 502 or 504 it speaks for: {string.Join(", ", causes)}");
        }

        page.Wrapped("Look next:  ", "why502 diagnose --since 1h     or  why502 diagnose FILE…, with this log and nginx's error log");
        return true;
    }

    private static string Writer(AppLogKind log) => log switch
    {
        AppLogKind.PhpFpm => "PHP-FPM",
        AppLogKind.Gunicorn => "gunicorn",
        AppLogKind.Uwsgi => "uWSGI",
        AppLogKind.Journal => "systemd",
        AppLogKind.Kernel => "The kernel",
        AppLogKind.Node => "Node.js",
        _ => "The app",
    };

    private static string? Meaning(AppEventKind kind) => kind switch
    {
        AppEventKind.MaxChildrenReached => "every worker that the pool may have is busy; new requests wait",
        AppEventKind.PoolSeemsBusy => "the pool is busy and starts more workers",
        AppEventKind.ListenQueueFull => "the listen queue is full; new connections are refused or wait",
        AppEventKind.ChildExitedOnSignal => "a worker was ended by a signal",
        AppEventKind.ChildExited => "a worker ended",
        AppEventKind.RequestTimedOut => "a request ran into the server's own time limit and its worker was ended",
        AppEventKind.SlowRequest => "a request is slower than the limit for the slow log",
        AppEventKind.FatalError => "the program ended a request with a fatal error",
        AppEventKind.MemoryExhausted => "a request ran into the runtime's memory limit",
        AppEventKind.WorkerTimeout => "a worker did not report in time and was killed",
        AppEventKind.WorkerBooting => "a worker starts",
        AppEventKind.WorkerExited => "a worker ended",
        AppEventKind.WorkerSentSignal => "a worker was ended by a signal",
        AppEventKind.ServerStarted => "the server starts",
        AppEventKind.ServerStopped => "the server stops",
        AppEventKind.BindFailed => "the server could not take its address",
        AppEventKind.ListeningOn => "the server listens",
        AppEventKind.StartFailed => "the server could not start",
        AppEventKind.UnitFailed => "the service failed",
        AppEventKind.UnitStarted => "the service was started",
        AppEventKind.UnitStopped => "the service was stopped",
        AppEventKind.UnitRestartScheduled => "the service will be started again",
        AppEventKind.StartLimitHit => "the service failed too often and is not started again",
        AppEventKind.MainProcessExited => "the service's main process ended",
        AppEventKind.OomKill => "a process was killed because memory ran out",
        AppEventKind.Segfault => "a process crashed with a memory fault",
        AppEventKind.ConntrackFull => "the connection table is full and packets are dropped",
        AppEventKind.SynFlood => "more connections arrive than the listen queue takes",
        AppEventKind.PacketLogged => "a packet-filter rule logged a packet",
        AppEventKind.FilesExhausted => "no file descriptor was left",
        AppEventKind.ForkFailed => "the server could not start a process: there is no memory for it",
        AppEventKind.ServesWithoutApp => "the server runs without the app, and answers requests with an error of its own",
        AppEventKind.DiskFull => "no space was left on a disk",
        AppEventKind.AccessDenied => "a security policy denied an access",
        AppEventKind.ProcessAborted => "the program ended itself on an error that nobody handles",
        AppEventKind.RequestPanicked => "the thread of a request ended, and its connection was closed",
        AppEventKind.ServerReloading => "the server replaces its workers because somebody asked for it",
        AppEventKind.ConnectionsExhausted => "no connection to a database was left",
        AppEventKind.RequestTooLarge => "a request was larger than the server takes",
        AppEventKind.UnknownModifier => "a packet came that uWSGI has no plugin for",
        AppEventKind.UnhandledError => "the program met an error that nobody handles",
        _ => null,
    };

    private static IReadOnlyList<string> Causes(AppEventKind kind) => kind switch
    {
        AppEventKind.MaxChildrenReached or AppEventKind.PoolSeemsBusy => ["worker-pool-exhausted"],
        AppEventKind.ListenQueueFull or AppEventKind.SynFlood => ["listen-queue-full", "worker-pool-exhausted"],
        AppEventKind.ChildExitedOnSignal or AppEventKind.WorkerSentSignal or AppEventKind.Segfault => ["worker-crashed", "worker-out-of-memory"],
        AppEventKind.RequestTimedOut or AppEventKind.WorkerTimeout => ["worker-killed-by-timeout"],
        AppEventKind.SlowRequest => ["upstream-slow"],
        AppEventKind.MemoryExhausted or AppEventKind.OomKill => ["worker-out-of-memory"],
        AppEventKind.BindFailed or AppEventKind.StartFailed or AppEventKind.UnitFailed or AppEventKind.StartLimitHit or AppEventKind.MainProcessExited
            or AppEventKind.UnitStopped or AppEventKind.ServerStopped => ["upstream-down", "socket-missing", "socket-stale"],
        AppEventKind.ListeningOn or AppEventKind.ServerStarted => ["upstream-wrong-address", "loopback-mismatch", "socket-path-mismatch"],
        AppEventKind.ForkFailed => ["host-memory-exhausted"],
        AppEventKind.ConntrackFull => ["connection-tracking-full"],
        AppEventKind.PacketLogged => ["firewall-blocked"],
        AppEventKind.FilesExhausted => ["file-descriptors-exhausted"],
        AppEventKind.DiskFull => ["disk-full"],
        AppEventKind.AccessDenied => ["access-control-denied", "socket-permission-denied"],
        AppEventKind.ProcessAborted or AppEventKind.RequestPanicked => ["worker-crashed"],
        AppEventKind.ServerReloading => ["reload-cut"],
        AppEventKind.ConnectionsExhausted => ["upstream-slow", "worker-pool-exhausted"],
        AppEventKind.RequestTooLarge => ["request-too-large-for-upstream"],
        AppEventKind.UnknownModifier => ["protocol-mismatch"],
        _ => [],
    };
}
