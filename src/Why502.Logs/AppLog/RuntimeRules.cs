namespace Why502.Logs;

/// <summary>What app runtimes and process managers say: Node, PM2, the JVM, Kestrel, Go, Ruby servers, supervisord; and errors that look alike everywhere.</summary>
internal static class RuntimeRules
{
    public static AppRule[] All { get; } =
    [
        new("EADDRINUSE", AppEventKind.BindFailed, Address),
        new("listen EACCES", AppEventKind.BindFailed, Address),
        new("address already in use", AppEventKind.BindFailed, Address),
        new("was already in use.", AppEventKind.BindFailed, static (t, at, e) => TextScan.NumberAfter(t, "Port ") is { } port ? e with { Port = (int)port, Address = ":" + port } : null),
        new("Cannot find module ", AppEventKind.StartFailed),
        new("APPLICATION FAILED TO START", AppEventKind.StartFailed),
        new("app crashed - waiting", AppEventKind.StartFailed),
        new("heap out of memory", AppEventKind.MemoryExhausted),
        new("java.lang.OutOfMemoryError", AppEventKind.MemoryExhausted),
        new("System.OutOfMemoryException", AppEventKind.MemoryExhausted),
        new("Too many open files", AppEventKind.FilesExhausted),
        new("EMFILE", AppEventKind.FilesExhausted),
        new("No space left on device", AppEventKind.DiskFull),
        new("UnhandledPromiseRejection", AppEventKind.UnhandledError),
        new("Uncaught exception", AppEventKind.UnhandledError),
        new("Unhandled exception", AppEventKind.UnhandledError),
        new("panic: ", AppEventKind.UnhandledError),
        new("] exited with code [", AppEventKind.ChildExited, static (t, at, e) => e with { ExitStatus = (int?)TextScan.NumberAfter(t, "code [", at), Source = TextScan.Between(t, "App [", "]") }),
        new("too many unstable restarts", AppEventKind.StartLimitHit),
        new("exited: ", AppEventKind.ChildExited, static (t, at, e) =>
            TextScan.NumberAfter(t, "exit status ", at) is { } status ? e with { ExitStatus = (int)status, Source = TextScan.WordAfter(t, "exited: ", at) } : null),
        new("gave up: ", AppEventKind.StartLimitHit, static (t, at, e) => e with { Source = TextScan.WordAfter(t, "gave up: ", at) }),
        new(" entered RUNNING state", AppEventKind.ServerStarted, static (t, at, e) => e with { Source = TextScan.WordAfter(t, "success: ") }),
        new("spawnerr: ", AppEventKind.StartFailed),
        new("), killing", AppEventKind.WorkerTimeout, static (t, at, e) =>
            TextScan.NumberAfter(t, "PID:") is { } pid ? e with { Pid = (int)pid, Seconds = TextScan.SecondsAfter(t, "timeout (") } : null),
        new("reaped #<Process::Status: pid ", AppEventKind.ChildExitedOnSignal, static (t, at, e) =>
            TextScan.NumberAfter(t, "(signal ", at) is { } signal ? e with { Pid = (int?)TextScan.NumberAfter(t, "pid ", at), Signal = (int)signal } : null),
        new("Application is shutting down...", AppEventKind.ServerStopped),
        new("listening on", AppEventKind.ListeningOn, Listening),
        new("listening at", AppEventKind.ListeningOn, Listening),
        new("running on ", AppEventKind.ListeningOn, Listening),
        new("running at ", AppEventKind.ListeningOn, Listening),
        new("started on port", AppEventKind.ListeningOn, Listening),
        new("initialized with port", AppEventKind.ListeningOn, Listening),
        new("Starting ProtocolHandler [\"http", AppEventKind.ListeningOn, static (t, at, e) =>
            TextScan.Between(t, "[\"", "\"]", at) is { } name && name.LastIndexOf('-') is > 0 and int dash && TextScan.NumberAt(name, dash + 1) is { } port
                ? e with { Port = (int)port, Address = ":" + port } : null),
    ];

    private static AppLogEvent? Address(string text, int at, AppLogEvent e)
    {
        (string? address, int? port) = TextScan.AddressIn(text, at);
        if (address is null)
        {
            (address, port) = TextScan.AddressIn(text, 0);
        }

        return e with { Address = address, Port = port };
    }

    private static AppLogEvent? Listening(string text, int at, AppLogEvent e)
    {
        (string? address, int? port) = TextScan.AddressIn(text, at);
        return address is null ? null : e with { Address = address, Port = port };
    }
}
