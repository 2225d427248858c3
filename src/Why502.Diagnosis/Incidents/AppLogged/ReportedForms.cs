using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// Which reports are symptoms by themselves, where nginx's side was not handed over. An app's own errors (500s, a failed
/// query, a PHP fatal error) are none: the app answered.
/// </summary>
public static class ReportedForms
{
    /// <summary>A container's or shell's exit status for a process that a signal ended is 128 + its number (bash(1), EXIT STATUS).</summary>
    private const int SignalStatus = 128;

    /// <summary>systemd's own statuses for what it could not prepare: a directory, a user, the program itself (systemd.exec(5), Process Exit Codes).</summary>
    private const int ManagersStatus = 200, ManagersStatusMax = 245;

    private static ReportedCause Sure(string id) => new(id, Weight.Strong);

    private static ReportedCause Likely(string id) => new(id, Weight.Moderate);

    private static ReportedCause Maybe(string id) => new(id, Weight.Weak);

    public static ReportedForm? Of(AppLogEvent logged) => logged.Kind switch
    {
        // fpm_process_ctl.c and Apache's mpm write it at the moment when a request finds no free worker.
        AppEventKind.MaxChildrenReached => new(2, Phase.Header, Side.Upstream, How.Limit, Sure("worker-pool-exhausted")),
        AppEventKind.PoolSeemsBusy => new(6, Phase.Header, Side.Upstream, How.Limit, Likely("worker-pool-exhausted")),
        AppEventKind.ConnectionsExhausted => new(6, Phase.Header, Side.Upstream, How.Timeout, Likely("worker-pool-exhausted"), Maybe("upstream-slow")),

        // uwsgi_master_check_listen_queue: the backlog is full; whether the workers are all busy as well it does not say.
        AppEventKind.ListenQueueFull => new(2, Phase.Connect, Side.Upstream, How.Limit, Likely("listen-queue-full"), Likely("worker-pool-exhausted")),
        AppEventKind.SynFlood => new(5, Phase.Connect, Side.Upstream, How.Limit, Likely("listen-queue-full"), Maybe("worker-pool-exhausted")),

        // The server's own limit ended the worker: harakiri, WORKER TIMEOUT, request_terminate_timeout.
        AppEventKind.WorkerTimeout or AppEventKind.RequestTimedOut => new(0, Phase.Header, Side.Upstream, How.Closed, Sure("worker-killed-by-timeout")),

        // The victim is nginx itself: its own memory, or whatever else took the machine's.
        AppEventKind.OomKill when logged.Process is { } process && NginxFamily.HasProgram(process)
            => new(0, Phase.Header, Side.Nginx, How.Closed, Likely("nginx-worker-crashed"), Likely("host-memory-exhausted")),
        // zend_mm_safe_error(): PHP ends the script at its own limit and answers; a worker that died is the heavier report.
        AppEventKind.MemoryExhausted when logged.Text.Contains("Allowed memory size of ", StringComparison.Ordinal) => new(2, Phase.Header, Side.Upstream, How.Closed, Sure("worker-out-of-memory")),
        AppEventKind.OomKill or AppEventKind.MemoryExhausted => new(0, Phase.Header, Side.Upstream, How.Closed, Sure("worker-out-of-memory")),
        AppEventKind.OomInvoked => new(4, Phase.Header, Side.Upstream, How.Closed, Likely("worker-out-of-memory"), Maybe("host-memory-exhausted")),
        AppEventKind.Segfault or AppEventKind.ProcessAborted => new(1, Phase.Header, Side.Upstream, How.Closed, Sure("worker-crashed")),
        AppEventKind.RequestPanicked => new(3, Phase.Header, Side.Upstream, How.Closed, Sure("worker-crashed")),

        // systemd-coredump names the process and not the signal: one that leaves a core is a crash (signal(7), Core).
        AppEventKind.ChildExitedOnSignal when logged is { Signal: null, ExitStatus: null, Process: not null }
            => new(1, Phase.Header, Side.Upstream, How.Closed, Sure(NginxFamily.HasProgram(logged.Process) ? "nginx-worker-crashed" : "worker-crashed")),
        AppEventKind.ChildExitedOnSignal or AppEventKind.WorkerSentSignal => OfSignal(logged),
        AppEventKind.MainProcessExited when !IsOfNginx(logged.Source) && logged.Signal is null && logged.ExitStatus is >= ManagersStatus and <= ManagersStatusMax => new(3, Phase.Connect, Side.Upstream, How.Refused, Sure("upstream-down")),
        AppEventKind.MainProcessExited when !IsOfNginx(logged.Source) => OfSignal(logged),
        AppEventKind.ChildExited or AppEventKind.WorkerExited => logged.ExitStatus is null or 0 ? null : OfStatus(logged.ExitStatus.Value),

        AppEventKind.ConfigurationRefused => new(4, Phase.Connect, Side.Nginx, How.Invalid, Sure("config-invalid")),

        // Where nginx itself does not start, no upstream is down. Its main() returns a status other than 0 before it serves, and hardly later.
        AppEventKind.UnitFailed when IsOfNginx(logged.Source) => logged.Text.Contains("exit-code", StringComparison.Ordinal) ? new(5, Phase.Connect, Side.Nginx, How.Invalid, Likely("config-invalid")) : null,
        AppEventKind.StartFailed or AppEventKind.StartLimitHit or AppEventKind.UnitRestartScheduled when IsOfNginx(logged.Source) => null,
        AppEventKind.BindFailed or AppEventKind.StartFailed or AppEventKind.StartLimitHit or AppEventKind.UnitFailed or AppEventKind.ConfigurationError
            => new(logged.Kind == AppEventKind.UnitFailed ? 5 : 3, Phase.Connect, Side.Upstream, How.Refused, Sure("upstream-down")),

        // systemd started it again because it had ended by itself; once may be a deploy, again and again is a start that fails (systemd.service(5), Restart=).
        AppEventKind.UnitRestartScheduled when logged.Value is >= 2 => new(5, Phase.Connect, Side.Upstream, How.Refused, Likely("upstream-down"), Maybe("worker-crashed")),

        AppEventKind.ConntrackFull => new(0, Phase.Connect, Side.Nginx, How.Limit, Sure("connection-tracking-full")),
        AppEventKind.FilesExhausted => new(1, Phase.Connect, Side.Nginx, How.Limit, Sure("file-descriptors-exhausted")),
        AppEventKind.ForkFailed => new(1, Phase.Header, Side.Upstream, How.Limit, Sure("host-memory-exhausted")),
        AppEventKind.DiskFull => new(1, Phase.Body, Side.Nginx, How.Limit, Sure("disk-full")),
        AppEventKind.AccessDenied when logged.Log != AppLogKind.PhpFpm => new(0, Phase.Connect, Side.Nginx, How.Denied, Sure("access-control-denied")),
        AppEventKind.PacketLogged => new(7, Phase.Connect, Side.Upstream, How.Refused, Likely("firewall-blocked")),
        AppEventKind.RequestTooLarge => new(1, Phase.Send, Side.Upstream, How.Closed, Sure("request-too-large-for-upstream")),
        AppEventKind.AnswerIncomplete => new(4, Phase.Header, Side.Upstream, How.Closed, Likely("upstream-closed-early"), Maybe("worker-crashed")),
        AppEventKind.HungTask => new(6, Phase.Header, Side.Upstream, How.Timeout, Likely("host-overloaded"), Maybe("upstream-slow")),

        // Whoever asked had gone before the app wrote: nginx after its time-out, or the client through nginx.
        AppEventKind.ReaderGone => new(4, Phase.Header, Side.Upstream, How.Timeout, Likely("upstream-slow"), Maybe("timeout-too-short"), Maybe("client-gave-up")),

        // Whoever asked had gone, or the worker that was asked was on its way out and had closed its sockets.
        AppEventKind.SocketFailed => new(5, Phase.Header, Side.Upstream, How.Closed, Maybe("upstream-closed-early"), Maybe("client-gave-up"), Maybe("reload-cut")),
        AppEventKind.SlowRequest => new(6, Phase.Header, Side.Upstream, How.Timeout, Likely("upstream-slow"), Maybe("worker-pool-exhausted")),

        // What answers so speaks TLS, and whoever asked did not; a scanner may have, too.
        AppEventKind.PlainRequestToTls => new(3, Phase.Header, Side.Upstream, How.Closed, Likely("protocol-mismatch")),
        AppEventKind.RecordsToHttp => new(2, Phase.Header, Side.Upstream, How.Closed, Sure("protocol-mismatch")),
        AppEventKind.UpgradeMissing => new(5, Phase.Header, Side.Nginx, How.Invalid, Sure("upgrade-failed")),

        // No pod is ready, or the Service's selector fits none (Kubernetes, Service: selector).
        AppEventKind.EndpointsEmpty => new(5, Phase.Connect, Side.Upstream, How.Refused, Likely("upstream-down"), Maybe("upstream-wrong-address")),
        AppEventKind.NoHttpAnswer => new(5, Phase.Header, Side.Upstream, How.Invalid, Likely("protocol-mismatch")),
        AppEventKind.AuthQuestionFailed => new(7, Phase.Header, Side.Nginx, How.Invalid, Likely("auth-subrequest-failed")),
        AppEventKind.WebSocketRefused => OfRefusal(logged.Value),
        _ => ToldForms.Of(logged.Kind),
    };

    /// <summary>nginx's unit by its name, or by its description: Debian's, Fedora's and nginx.org's.</summary>
    private static bool IsOfNginx(string? unit)
        => unit is not null
        && (unit.StartsWith("A high performance web", StringComparison.Ordinal) || unit.StartsWith("The nginx ", StringComparison.Ordinal) || unit.StartsWith("nginx - ", StringComparison.Ordinal)
            || NginxFamily.HasUnit(unit));

    /// <summary>RFC 9110 15.5.22, RFC 6455 4.2.2: without Upgrade in the request a server answers 426 or 400, or takes it for a plain GET; a 5xx is a fault of another kind.</summary>
    private static ReportedForm? OfRefusal(long? status) => status switch
    {
        426 => new(5, Phase.Header, Side.Nginx, How.Invalid, Sure("upgrade-failed")),
        200 or 400 or 404 or 405 => new(5, Phase.Header, Side.Nginx, How.Invalid, Likely("upgrade-failed")),
        null => new(8, Phase.Header, Side.Nginx, How.Invalid, Maybe("upgrade-failed")),
        _ => null,
    };

    /// <summary>SIGKILL comes from the OOM killer, a watchdog or a person; SIGTERM and its like are an ordered end; the rest is the process's own fault (signal(7)).</summary>
    private static ReportedForm? OfSignal(AppLogEvent logged) => (logged.Signal ?? (logged.ExitStatus > SignalStatus ? logged.ExitStatus - SignalStatus : null)) switch
    {
        9 => new(3, Phase.Header, Side.Upstream, How.Closed, Likely("worker-out-of-memory"), Maybe("worker-crashed"), Maybe("worker-killed-by-timeout")),
        1 or 2 or 3 or 10 or 12 or 15 or 28 => null,
        { } => new(1, Phase.Header, Side.Upstream, How.Closed, Sure("worker-crashed"), Maybe("upstream-down")),
        null => logged.ExitStatus is { } status and not 0 ? OfStatus(status) : null,
    };

    private static ReportedForm OfStatus(int status)
        => status > SignalStatus
            ? new(1, Phase.Header, Side.Upstream, How.Closed, Sure(status == SignalStatus + 9 ? "worker-out-of-memory" : "worker-crashed"), Maybe("upstream-down"))
            : new(4, Phase.Connect, Side.Upstream, How.Refused, Likely("upstream-down"), Likely("worker-crashed"));
}
