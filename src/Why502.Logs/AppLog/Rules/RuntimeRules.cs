namespace Why502.Logs;

/// <summary>Errors that look alike in every runtime, and those of languages with few words of their own.</summary>
internal static class RuntimeRules
{
    public static AppRule[] All { get; } =
    [
        new("EADDRINUSE", AppEventKind.BindFailed, Address),
        new("listen EACCES", AppEventKind.BindFailed, Address),
        new("address already in use", AppEventKind.BindFailed, Address),
        new("was already in use.", AppEventKind.BindFailed, static (t, at, e) => TextScan.NumberAfter(t, "Port ") is { } port ? e with { Port = (int)port, Address = ":" + port } : null),
        new("app crashed - waiting", AppEventKind.StartFailed),
        new("Segmentation fault (core dumped)", AppEventKind.Segfault),
        new("BrokenPipeError: ", AppEventKind.ReaderGone),
        new("EPIPE broken pipe", AppEventKind.ReaderGone),
        new("IOError: write error", AppEventKind.ReaderGone),
        new("OSError: write error", AppEventKind.ReaderGone),
        new("ClientAbortException", AppEventKind.ReaderGone),
        new("java.io.IOException: Broken pipe", AppEventKind.ReaderGone),
        new("Errno::EPIPE", AppEventKind.ReaderGone),
        new("write: broken pipe", AppEventKind.ReaderGone),
        new("Too many open files", AppEventKind.FilesExhausted),
        new("EMFILE", AppEventKind.FilesExhausted, static (t, at, e) => t.AsSpan(at).StartsWith("EMFILE", StringComparison.Ordinal) && (at == 0 || !char.IsLetter(t[at - 1])) ? e : null),
        new("No space left on device", AppEventKind.DiskFull),

        // ENOMEM in the words of Ruby (Errno::ENOMEM), Python ([Errno 12]), Node (spawn ENOMEM) and the JVM (error=12): fork(2) and mmap(2) give it, no limit of the program's own.
        new("Cannot allocate memory", AppEventKind.ForkFailed, static (t, at, e) =>
            t.AsSpan(0, at).TrimEnd().EndsWith("ENOMEM:", StringComparison.Ordinal) || t.AsSpan(0, at).TrimEnd().EndsWith("[Errno 12]", StringComparison.Ordinal) || t.AsSpan(0, at).TrimEnd().EndsWith("error=12,", StringComparison.Ordinal) ? e : null),
        new("spawn ENOMEM", AppEventKind.ForkFailed),
        new("Uncaught exception", AppEventKind.UnhandledError),
        new("Unhandled exception", AppEventKind.UnhandledError),

        // net/http's server.go recovers a handler's panic, logs it and closes the connection; any other panic ends the process.
        new("http: panic serving ", AppEventKind.RequestPanicked),
        new("panic: ", AppEventKind.ProcessAborted),

        // std::panicking: tokio and actix end the task, and with it the connection.
        new("thread '", AppEventKind.RequestPanicked, static (t, at, e) => t.IndexOf("' panicked at ", at, StringComparison.Ordinal) > 0 ? e : null),
        new("request entity too large", AppEventKind.RequestTooLarge),
        new("multipart: message too large", AppEventKind.RequestTooLarge),
        new("listening on", AppEventKind.ListeningOn, Listening),
        new("listening at", AppEventKind.ListeningOn, Listening),
        new("running on ", AppEventKind.ListeningOn, Listening),
        new("running at ", AppEventKind.ListeningOn, Listening),
        new("started on port", AppEventKind.ListeningOn, Listening),
        new("initialized with port", AppEventKind.ListeningOn, Listening),

        // Vite and Next.js: "Network:" is there only where more than loopback is listened on.
        new("Local: ", AppEventKind.ListeningOn, static (t, at, e) => t.IndexOf("http", at, StringComparison.Ordinal) > 0 ? Listening(t, at, e) : null),
        new("Network: ", AppEventKind.ListeningOn, static (t, at, e) => t.IndexOf("http", at, StringComparison.Ordinal) > 0 ? Listening(t, at, e) : null),
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
