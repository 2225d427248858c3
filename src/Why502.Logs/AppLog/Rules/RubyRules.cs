namespace Why502.Logs;

/// <summary>Unicorn (http_server.rb) and Puma (cluster.rb, cluster/worker_handle.rb, launcher.rb).</summary>
internal static class RubyRules
{
    public static AppRule[] All { get; } =
    [
        new("cannot load such file -- ", AppEventKind.StartFailed),
        new("(Bundler::", AppEventKind.StartFailed),

        // unicorn, http_server.rb, pid=(): the pid file of the last run names a process that lives, which may be anybody's.
        new("Already running on PID:", AppEventKind.StartFailed),
        new("A server is already running. Check ", AppEventKind.StartFailed),

        // unicorn, http_server.rb, listen(): another process has the address.
        new("adding listener failed addr=", AppEventKind.BindFailed),
        new("), killing", AppEventKind.WorkerTimeout, static (t, at, e) =>
            TextScan.NumberAfter(t, "PID:") is { } pid ? e with { Pid = (int)pid, Seconds = TextScan.SecondsAfter(t, "timeout (") } : null),
        new("Terminating timed out worker", AppEventKind.WorkerTimeout, static (t, at, e) => e with
        {
            Pid = t.LastIndexOf(": ", StringComparison.Ordinal) is > 0 and int colon ? (int?)TextScan.NumberAt(t, colon + 2) : null,
            Seconds = TextScan.NumberAfter(t, "check in within ", at),
        }),

        // cluster.rb tells nothing of a worker that died; the next one under its number boots in the same phase, unless somebody restarted all.
        new(") booted", AppEventKind.WorkerBooting, static (t, at, e) =>
            TextScan.NumberAfter(t, "- Worker ") is { } index && TextScan.NumberAfter(t, "(PID: ") is { } pid ? e with { Pid = (int)pid, Source = $"puma worker {index} of phase {TextScan.NumberAfter(t, "phase: ", at) ?? 0}" } : null),
        new("Puma starting in ", AppEventKind.ServerStarted),

        // runner.rb and launcher.rb, set_process_title(): "puma 6.4.2 (tcp://0.0.0.0:3000,unix:///run/x.sock) [app]", alone where ps's columns were left out.
        new("puma ", AppEventKind.ListeningOn, static (t, at, e) => at == 0 && t.Length > 5 && char.IsAsciiDigit(t[5]) && TextScan.Between(t, " (", ")") is { } told && told.Contains(":/", StringComparison.Ordinal) ? Listening(t, told, e) : null),
        new("reaped #<Process::Status: pid ", AppEventKind.ChildExited, Reaped),
        new("[BUG] Segmentation fault", AppEventKind.ProcessAborted, static (t, at, e) => e with { Signal = 11, Process = "ruby" }),
        new("Gracefully stopping, waiting for requests to finish", AppEventKind.ServerStopped),
        new("master complete", AppEventKind.ServerStopped),
        new("- Restarting...", AppEventKind.ServerReloading),
        new("reloading config_file=", AppEventKind.ServerReloading),
    ];

    private static AppLogEvent? Listening(string text, string told, AppLogEvent e)
    {
        (string? address, int? port) = TextScan.AddressIn(told.Split(',')[0], 0);
        return address is null ? null : e with { Address = address, Port = port };
    }

    /// <summary><c>reaped #&lt;Process::Status: pid 812 SIGKILL (signal 9)&gt; worker=0</c>, <c>pid 812 exit 1</c></summary>
    private static AppLogEvent? Reaped(string text, int at, AppLogEvent e)
    {
        AppLogEvent child = e with { Pid = (int?)TextScan.NumberAfter(text, "pid ", at), ExitStatus = (int?)TextScan.NumberAfter(text, " exit ", at) };
        return TextScan.NumberAfter(text, "(signal ", at) is { } signal ? child with { Kind = AppEventKind.ChildExitedOnSignal, Signal = (int)signal } : child;
    }
}
