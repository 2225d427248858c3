namespace Why502.Logs;

/// <summary>supervisord (supervisor/process.py, supervisor/options.py).</summary>
internal static class SupervisorRules
{
    public static AppRule[] All { get; } =
    [
        new("exited: ", AppEventKind.ChildExited, static (t, at, e) => Ended(t, at, e, "exited: ")),
        new("stopped: ", AppEventKind.ServerStopped, static (t, at, e) => t.Contains('(') ? e with { Source = TextScan.WordAfter(t, "stopped: ", at) } : null),
        new("gave up: ", AppEventKind.StartLimitHit, static (t, at, e) => e with { Source = TextScan.WordAfter(t, "gave up: ", at) }),
        new(" entered RUNNING state", AppEventKind.ServerStarted, static (t, at, e) => e with { Source = TextScan.WordAfter(t, "success: ") }),
        new("spawnerr: ", AppEventKind.StartFailed),
    ];

    /// <summary><c>exited: app (exit status 1; not expected)</c>, <c>exited: app (terminated by SIGKILL; not expected)</c></summary>
    private static AppLogEvent? Ended(string text, int at, AppLogEvent e, string marker)
    {
        AppLogEvent child = e with { Source = TextScan.WordAfter(text, marker, at) };
        if (PythonRules.Signal(TextScan.WordAfter(text, "terminated by ", at)?.TrimEnd(';')) is { } signal)
        {
            return child with { Kind = AppEventKind.ChildExitedOnSignal, Signal = signal };
        }

        return TextScan.NumberAfter(text, "exit status ", at) is { } status ? child with { ExitStatus = (int)status } : null;
    }
}
