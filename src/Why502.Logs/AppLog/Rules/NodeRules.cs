namespace Why502.Logs;

/// <summary>Node's own last words (node_errors.cc), PM2's (lib/God.js, lib/God/Methods.js, lib/Worker.js) and body parsers'.</summary>
internal static class NodeRules
{
    public static AppRule[] All { get; } =
    [
        new("Cannot find module ", AppEventKind.StartFailed),
        new("heap out of memory", AppEventKind.MemoryExhausted),

        // TriggerUncaughtException() prints the exception and, since Node 17, its version: then the process ends with status 1 or 7.
        new("triggerUncaughtException(", AppEventKind.ProcessAborted),
        new("Node.js v", AppEventKind.ProcessAborted, static (t, at, e) => at == 0 && TextScan.NumberAt(t, 9) is not null && !t.AsSpan(9).ContainsAny(' ', '/') ? e with { ExitStatus = 1, Process = "node" } : null),
        new("UnhandledPromiseRejection", AppEventKind.UnhandledError),
        new("FATAL ERROR: ", AppEventKind.ProcessAborted, static (t, at, e) => !t.AsSpan(at).StartsWith("FATAL ERROR", StringComparison.Ordinal) ? null : t.Contains("out of memory", StringComparison.OrdinalIgnoreCase) ? e with { Kind = AppEventKind.MemoryExhausted } : e),
        new("PayloadTooLargeError", AppEventKind.RequestTooLarge),
        new("HPE_HEADER_OVERFLOW", AppEventKind.RequestTooLarge),
        new("] exited with code [", AppEventKind.ChildExited, Exited),
        new("because it exceeds --max-memory-restart value", AppEventKind.MemoryExhausted, static (t, at, e) => e with { Value = TextScan.NumberAfter(t, "max_memory_limit=", at) }),
        new("Stopping app:", AppEventKind.ServerReloading, static (t, at, e) => e with { Source = TextScan.WordAfter(t, "Stopping app:", at) }),
        new("too many unstable restarts", AppEventKind.StartLimitHit),
    ];

    /// <summary><c>App [api:0] exited with code [1] via signal [SIGINT]</c>: SIGINT is what PM2 prints when there was no signal at all.</summary>
    private static AppLogEvent? Exited(string text, int at, AppLogEvent e)
    {
        string? named = TextScan.Between(text, "via signal [", "]", at);
        int? signal = named == "SIGINT" ? null : PythonRules.Signal(named);
        AppLogEvent app = e with { ExitStatus = (int?)TextScan.NumberAfter(text, "code [", at), Source = TextScan.Between(text, "App [", "]") };
        return signal is null ? app : app with { Kind = AppEventKind.ChildExitedOnSignal, Signal = signal };
    }
}
