using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis.Causes.Response;

/// <summary>The process (or the thread) that served the request died of its own fault.</summary>
public sealed class WorkerCrashed : Cause
{
    public override CauseInfo Info { get; } = new()
    {
        Id = "worker-crashed",
        Family = CauseFamily.Response,
        Title = "The app's worker dies while it serves the request",
        Explanation = """
            the process that had the request ended in the middle of it: a memory fault in an extension (signal 11), an abort, an exception
            that nobody caught, a call to exit. The kernel closes its sockets, so nginx sees a premature close or a reset, and the master
            starts a new worker. An app that dies at its start is upstream-down; a worker that its own server kills for time is
            worker-killed-by-timeout; one that the kernel kills for memory is worker-out-of-memory. A PHP fatal error ends the request with
            a 500 and kills nobody.
            """,
        LookAlikes = ["worker-killed-by-timeout", "worker-out-of-memory", "keepalive-race", "upstream-closed-early", "upstream-reset", "reload-cut", "upstream-down"],
        Remedy = "Get the trace: a core dump's stack for a signal, the app's log for an exception; then update or disable what crashes.",
        DoNot = "Do not let nginx retry requests that change something: the next worker dies of the same request.",
        ProxyError = "connection_terminated",
        Statuses = ["502"],
        Example = new(
            "PHP-FPM's log tells of a child that died of signal 11 in the same second.",
            "recv() failed (104: Connection reset by peer) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /pdf HTTP/1.1\", upstream: \"fastcgi://127.0.0.1:9000\", host: \"shop.example\"",
            "fastcgi_pass 127.0.0.1:9000;",
            scene => scene.Listens("127.0.0.1:9000", "php-fpm8.2", 700).Says("[15-Jan-2026 11:59:00] WARNING: [pool www] child 31 exited on signal 11 (SIGSEGV - core dumped) after 82.7 seconds from start")),
        NearMiss = new(
            "The same line after PHP-FPM's own time limit.",
            "recv() failed (104: Connection reset by peer) while reading response header from upstream, client: 192.0.2.7, server: shop.example, request: \"GET /pdf HTTP/1.1\", upstream: \"fastcgi://127.0.0.1:9000\", host: \"shop.example\"",
            "fastcgi_pass 127.0.0.1:9000;",
            scene => scene.Listens("127.0.0.1:9000", "php-fpm8.2", 700).Says(
                "[15-Jan-2026 11:59:00] WARNING: [pool www] child 31, script '/srv/pdf.php' (request: \"GET /pdf\") execution timed out (30.1 sec), terminating",
                "[15-Jan-2026 11:59:00] WARNING: [pool www] child 31 exited on signal 15 (SIGTERM) after 82.7 seconds from start"),
            Expect: "worker-killed-by-timeout"),
    };

    public override bool Applies(Incident incident) => DeathScales.Applies(incident, Id);

    public override void Weigh(Incident incident, Observations seen, Scales scales)
    {
        var deaths = DeathReading.Of(incident, seen);

        // wait(2), PHP-FPM's fpm_children.c, gunicorn's arbiter.py, uWSGI's master_utils.c: each prints a child's end as the kernel told it.
        if (deaths.Last(DeathKind.Signal, DeathKind.Fatal) is { } died)
        {
            scales.Weigh("death", died.Source, deaths.Weigh(died));
        }
        else if (deaths.Last(DeathKind.Exit) is { } ended)
        {
            // A worker that ends with a status did so itself; that it took this request along is nearly always so.
            scales.Weigh("death", ended.Source, Weight.Strong.For(ended.Text).At(ended.File, ended.Line));
        }
        else if (deaths.Last(DeathKind.Silent) is { } silent)
        {
            // arbiter.py, reap_workers(): gunicorn tells of every signal and of its own limits; a worker that is only replaced has called exit().
            scales.Weigh("death", silent.Source, Weight.Strong.For($"a worker was replaced at that moment and no reason is told: {silent.Text}").At(silent.File, silent.Line));
        }
        else if (deaths.Last(DeathKind.Killed) is { } killed)
        {
            // The OOM killer always writes a record (mm/oom_kill.c): without one in a log that was read, somebody else sent signal 9.
            scales.Weigh("death", killed.Source, deaths.KernelSilent == true
                ? Weight.Strong.For($"{killed.Text}; the kernel's log has no record of a kill for memory").At(killed.File, killed.Line)
                : Weight.Weak.For(killed.Text).At(killed.File, killed.Line));
        }
        else
        {
            WeighUnit(incident, seen, scales);
        }

        DeathScales.WeighRival(deaths, scales, DeathKind.Signal, DeathKind.Fatal, DeathKind.Exit, DeathKind.Silent, DeathKind.Killed);
        DeathScales.MissLog(incident, seen, scales);
        DeathScales.WeighPhase(incident, deaths, scales);
        DeathScales.WeighStarts(incident, seen, deaths, scales);
        if (ComesBackForOneRoute(incident, seen) is { } server)
        {
            // A stop or a deployment cuts whatever is under way, and does so once.
            scales.Weigh("comes back", Sources.Machine, Weight.Moderate.For($"{incident.Requests} times it was {incident.Routes[0]} alone that failed, and {Words.Process(server)}, the server itself, was started anew between"));
        }

        if (incident.LastWords is { } words)
        {
            // FCGX_Finish() and its like end the stream before the process may go; a stream that ends without a header was left by the process that wrote this.
            scales.Weigh("last words", Sources.ErrorLog, Weight.Strong.For($"the app wrote to its standard error and ended without an answer: {words.Text}").At(words.File, words.Line));
        }

        if (incident.RefusedAfter is { } refused)
        {
            // A process that comes back and goes again with the same request is ended by it; a stop happens once.
            scales.Weigh("refused", Sources.ErrorLog, incident.Last > refused
                ? Weight.Strong.For($"the address refused connections in between, at {Words.Clock(refused)} first: its process was gone, and came back")
                : Weight.Moderate.For($"the address refused connections from {Words.Clock(refused)} on: its process was gone"));
        }
    }

    /// <summary>The server that was started after the first failure, where every failure is of one route and they go on after a second.</summary>
    private static ProcessRef? ComesBackForOneRoute(Incident incident, Observations seen)
        => incident is { Requests: >= 3, Routes.Count: 1, First: { } first, Last: { } last } && last > first + DeathScales.LogSecond
            && SocketReading.ServingProcesses(incident, incident.Peer, seen) is { Count: > 0 } processes && processes.All(process => process.StartedAt > first + DeathScales.LogSecond) ? processes[0] : null;

    private static void WeighUnit(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Peer is not { } peer || ServiceReading.For(peer, seen) is not { RestartCount: > 0, StateChangedAt: { } changed } unit
            || incident is not { First: { } first, Last: { } last } || changed < first.AddSeconds(-5) || changed > last.AddMinutes(2))
        {
            return;
        }

        // systemd counts only restarts that it made by itself (core/service.c, n_restarts).
        scales.Weigh("unit", Sources.Machine, Weight.Moderate.For($"systemd restarted {unit.Name} at {Words.Clock(changed)} by itself, {unit.RestartCount} times so far"));
    }

    public override string Describe(Incident incident, Observations seen) => $"a worker behind {incident.UpstreamText} dies while it serves the request";

    public override Fix? Propose(Incident incident, Observations seen)
    {
        var signalled = DeathReading.Of(incident, seen).Last(DeathKind.Signal) is not null;
        return DeathScales.Repair(
            incident,
            seen,
            "The repair is in the app: find out what its worker dies of.",
            new FixStep(signalled
                ? "A memory fault is in native code: an extension, a driver, the runtime. coredumpctl info (or gdb on the core file) names it; update it or leave it out."
                : "The app's log holds the exception: catch it where the request is handled, so that it costs one answer and not the worker."),
            new FixStep($"Send {(incident.Routes.Count > 0 ? incident.Routes[0] : "the same request")} once to a test instance: a crash of one route is a bug of that route."));
    }
}
