namespace Why502.Logs;

/// <summary>gunicorn (arbiter.py, sock.py, workers/base.py), uvicorn, and Python's own last words.</summary>
internal static class PythonRules
{
    public static AppRule[] All { get; } =
    [
        // gunicorn, arbiter.py, run(): the arbiter itself ends after it.
        new("Unhandled exception in main loop", AppEventKind.StartFailed),
        new("WORKER TIMEOUT (pid:", AppEventKind.WorkerTimeout, Pid),
        new("was sent SIG", AppEventKind.WorkerSentSignal, static (t, at, e) => Pid(t, at, e) is { } p ? p with { Signal = Signal(TextScan.WordAfter(t, "was sent ", at)) } : null),
        new("was terminated due to signal ", AppEventKind.WorkerSentSignal, static (t, at, e) => Pid(t, at, e) is { } p ? p with { Signal = (int?)TextScan.NumberAfter(t, "signal ", at) } : null),
        new("Booting worker with pid: ", AppEventKind.WorkerBooting, Pid),
        new("Worker exiting (pid: ", AppEventKind.WorkerExited, Pid),
        new("Worker failed to boot", AppEventKind.StartFailed),
        new("App failed to load", AppEventKind.StartFailed),
        new("Exception in worker process", AppEventKind.StartFailed, Pid),
        new("Application startup failed. Exiting", AppEventKind.StartFailed),

        // sock.py, create_sockets(): after five tries gunicorn exits.
        new("Connection in use: ", AppEventKind.BindFailed, Address),

        // sock.py, create_sockets(): the arbiter ends after it. An address of host and port is written as Python's tuple; the rest may be anybody's words.
        new("Can't connect to ", AppEventKind.BindFailed, static (t, at, e) => t.AsSpan(at + "Can't connect to ".Length).StartsWith("('") || IsBehindLevel(t, at) ? Address(t, at, e) : null),
        new("Invalid address: ", AppEventKind.StartFailed, static (t, at, e) => IsBehindLevel(t, at) ? e : null),
        new("error while attempting to bind on address ", AppEventKind.BindFailed, Address),

        // daphne, server.py, listen_failure(): the reactor is stopped after it.
        new("Listen failure: ", AppEventKind.BindFailed, Address),
        new("Starting gunicorn ", AppEventKind.ServerStarted),
        new("Shutting down: Master", AppEventKind.ServerStopped),

        // workers/sync.py and base_async.py, handle(): any error of the socket but EPIPE, ECONNRESET and (since 20.1) ENOTCONN, whose number is in the traceback.
        new("Socket error processing request.", AppEventKind.SocketFailed),
        new("[Errno 107] Transport endpoint is not connected", AppEventKind.ReaderGone),

        // arbiter.py, handle_*(): what somebody sent to the master.
        new("Handling signal: ", AppEventKind.ServerStopped, Signalled),
        new("Hang up: Master", AppEventKind.ServerReloading),

        // http/errors.py: LimitRequestLine, LimitRequestHeaders; the answer is 400 or the connection is closed.
        new("Request Line is too large (", AppEventKind.RequestTooLarge, static (t, at, e) => e with { Value = TextScan.NumberAfter(t, " > ", at) }),
        new("limit request headers fields size", AppEventKind.RequestTooLarge),
        new("RequestDataTooBig", AppEventKind.RequestTooLarge),
        new("Child process [", AppEventKind.ChildExited, static (t, at, e) => t.IndexOf("] died", at, StringComparison.Ordinal) > 0 ? e with { Pid = (int?)TextScan.NumberAfter(t, "process [", at) } : null),
        new("Error handling request ", AppEventKind.UnhandledError, static (t, at, e) => e with { Request = TextScan.WordAfter(t, "Error handling request ", at) }),
        new("ModuleNotFoundError: ", AppEventKind.StartFailed),
        new("ImportError: ", AppEventKind.StartFailed),
        new("Worker (pid:", AppEventKind.WorkerExited, static (t, at, e) =>
            Pid(t, at, e) is { } p && TextScan.NumberAfter(t, "exited with code ", at) is { } code ? p with { ExitStatus = (int)code } : null),
    ];

    /// <summary>How gunicorn's own log goes on behind its level.</summary>
    private static bool IsBehindLevel(string text, int at) => text.AsSpan(0, at).EndsWith("[ERROR] ");

    private static AppLogEvent? Pid(string text, int at, AppLogEvent e) =>
        e with { Pid = (int?)(TextScan.NumberAfter(text, "(pid:") ?? TextScan.NumberAfter(text, "pid: ")) ?? e.Pid };

    private static AppLogEvent? Signalled(string text, int at, AppLogEvent e) => TextScan.WordAfter(text, "signal: ", at) switch
    {
        "hup" or "usr2" => e with { Kind = AppEventKind.ServerReloading },
        "term" or "int" or "quit" => e,
        _ => null,
    };

    private static AppLogEvent? Address(string text, int at, AppLogEvent e)
    {
        (string? address, int? port) = TextScan.AddressIn(text, at);
        return e with { Address = address, Port = port };
    }

    internal static int? Signal(string? name) => name?.TrimEnd('!', '.') switch
    {
        "SIGHUP" => 1,
        "SIGINT" => 2,
        "SIGQUIT" => 3,
        "SIGILL" => 4,
        "SIGABRT" => 6,
        "SIGBUS" => 7,
        "SIGTRAP" => 5,
        "SIGFPE" => 8,
        "SIGKILL" => 9,
        "SIGSEGV" => 11,
        "SIGTERM" => 15,
        _ => null,
    };
}
