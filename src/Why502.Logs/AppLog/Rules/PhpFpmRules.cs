namespace Why502.Logs;

/// <summary>PHP-FPM's own words (sapi/fpm/fpm: fpm_children.c, fpm_process_ctl.c, fpm_request.c, fpm_sockets.c) and PHP's fatal errors.</summary>
internal static class PhpFpmRules
{
    private const int BusyMin = 5;

    public static AppRule[] All { get; } =
    [
        new("server reached pm.max_children setting (", AppEventKind.MaxChildrenReached, static (t, at, e) => Pool(t, e) with { Value = TextScan.NumberAfter(t, "setting (", at) }),
        new("server reached max_children setting (", AppEventKind.MaxChildrenReached, static (t, at, e) => Pool(t, e) with { Value = TextScan.NumberAfter(t, "setting (", at) }),
        new("seems busy (you may need to increase", AppEventKind.PoolSeemsBusy, static (t, at, e) => Pool(t, e) with { Value = TotalChildren(t) }),

        // What fpm_systemd.c gives its unit as status. A pool of one or two has often all of them at work.
        new("\"Processes active: ", AppEventKind.PoolSeemsBusy, static (t, at, e) => TextScan.NumberAfter(t, "active: ", at) is >= BusyMin and var busy && TextScan.NumberAfter(t, "idle: ", at) == 0 ? e with { Value = busy } : null),
        new(" exited on signal ", AppEventKind.ChildExitedOnSignal, Exited),
        new(" exited with code ", AppEventKind.ChildExited, static (t, at, e) => t.Contains("child ", StringComparison.Ordinal) || t.Contains("(pid:", StringComparison.Ordinal) ? Exited(t, at, e) : null),
        new(" execution timed out (", AppEventKind.RequestTimedOut, static (t, at, e) => Script(t, e) with { Seconds = TextScan.SecondsAfter(t, "timed out (") }),
        new(" executing too slow (", AppEventKind.SlowRequest, static (t, at, e) => Script(t, e) with { Seconds = TextScan.SecondsAfter(t, "too slow (") }),
        new("unable to bind listening socket for address '", AppEventKind.BindFailed, static (t, at, e) => Address(e, TextScan.Between(t, "address '", "'", at))),
        new("instance seems to already listen on ", AppEventKind.BindFailed, static (t, at, e) => Address(e, TextScan.WordAfter(t, "listen on ", at))),
        new("ready to handle connections", AppEventKind.ServerStarted),
        new("exiting, bye-bye!", AppEventKind.ServerStopped),

        // fpm_process_ctl.c: fpm_pctl_action_next() on SIGTERM, SIGQUIT and SIGUSR2.
        new("NOTICE: Terminating ...", AppEventKind.ServerStopped),
        new("NOTICE: Finishing ...", AppEventKind.ServerStopped),
        new("NOTICE: Reloading in progress ...", AppEventKind.ServerReloading),
        new("POST Content-Length of ", AppEventKind.RequestTooLarge, static (t, at, e) => e with { Value = TextScan.NumberAfter(t, "exceeds the limit of ", at) }),

        // fpm_children.c, fpm_children_make(): the pool goes on with the children it has.
        new("fork() failed: Cannot allocate memory (12)", AppEventKind.ForkFailed),
        new("FPM initialization failed", AppEventKind.StartFailed),
        new("cannot get uid for user", AppEventKind.StartFailed, static (t, at, e) => Pool(t, e)),
        new("No pool defined. at least one pool section must be specified", AppEventKind.StartFailed),
        new("Access to the script '", AppEventKind.AccessDenied, static (t, at, e) => e with { Script = TextScan.Between(t, "script '", "'", at) }),
        new("Connection disallowed: IP address '", AppEventKind.AccessDenied, static (t, at, e) => e with { Address = TextScan.Between(t, "address '", "'", at) }),
        new("Allowed memory size of ", AppEventKind.MemoryExhausted, static (t, at, e) => e with { Value = TextScan.NumberAfter(t, "size of ", at), Script = ScriptOf(t) }),
        new("Maximum execution time of ", AppEventKind.FatalError, static (t, at, e) => e with { Seconds = TextScan.NumberAfter(t, "time of ", at), Script = ScriptOf(t) }),
        new("PHP Fatal error:", AppEventKind.FatalError, static (t, at, e) => IsMoreTelling(t) ? null : e with { Script = ScriptOf(t) }),
        new("PHP Parse error:", AppEventKind.FatalError, static (t, at, e) => e with { Script = ScriptOf(t) }),
    ];

    private static bool IsMoreTelling(string text) =>
        text.Contains("Allowed memory size of ", StringComparison.Ordinal) || text.Contains("Maximum execution time of ", StringComparison.Ordinal);

    /// <summary><c>child 12 exited on signal 11 (SIGSEGV) after 1.2 seconds from start</c>; nginx's and PM2's words are alike, only with other names in front.</summary>
    private static AppLogEvent? Exited(string text, int at, AppLogEvent e)
    {
        AppLogEvent child = Pool(text, e) with
        {
            Pid = (int?)TextScan.NumberAfter(text, "child ") ?? (int?)TextScan.NumberAfter(text, "(pid:") ?? e.Pid,
            Seconds = TextScan.SecondsAfter(text, " after "),
        };
        return e.Kind == AppEventKind.ChildExitedOnSignal
            ? child with { Signal = (int?)TextScan.NumberAfter(text, " exited on signal ", at) }
            : child with { ExitStatus = (int?)TextScan.NumberAfter(text, " exited with code ", at) };
    }

    private static AppLogEvent Pool(string text, AppLogEvent e) => TextScan.Between(text, "[pool ", "]") is { } pool ? e with { Pool = pool, Source = pool } : e;

    private static AppLogEvent Script(string text, AppLogEvent e) => Pool(text, e) with
    {
        Pid = (int?)TextScan.NumberAfter(text, "child "),
        Script = TextScan.Between(text, "script '", "'"),
        Request = TextScan.Between(text, "(request: \"", "\""),
    };

    private static AppLogEvent Address(AppLogEvent e, string? address) => e with
    {
        Address = address is ['/', ..] ? "unix:" + address : address,
        Port = address?.LastIndexOf(':') is >= 0 and int colon ? (int?)TextScan.NumberAt(address, colon + 1) : null,
    };

    private static string? ScriptOf(string text) => TextScan.Between(text, " in /", " on line") is { } path ? "/" + path : null;

    private static long? TotalChildren(string text)
    {
        int at = text.IndexOf(" idle, and ", StringComparison.Ordinal);
        return at < 0 ? null : TextScan.NumberAt(text, at + 11);
    }
}
