namespace Why502.Logs;

/// <summary>systemd's unit messages (src/core/unit.c, service.c, job.c).</summary>
internal static class SystemdRules
{
    private static readonly string[] UnitSuffixes = [".service", ".socket", ".slice", ".scope", ".timer", ".target", ".mount"];

    public static AppRule[] All { get; } =
    [
        new(": Main process exited, code=", AppEventKind.MainProcessExited, Exited),
        new("Main process exited, code=exited, status=", AppEventKind.MainProcessExited, static (t, at, e) => e with { ExitStatus = (int?)TextScan.NumberAfter(t, "status=", at) }),
        new(": Failed with result '", AppEventKind.UnitFailed, Unit),
        new(": A process of this unit has been killed by the OOM killer", AppEventKind.OomKill, Unit),
        new(": Scheduled restart job, restart counter is at ", AppEventKind.UnitRestartScheduled, static (t, at, e) =>
            Unit(t, at, e) is { } u ? u with { Value = TextScan.NumberAfter(t, "counter is at ", at) } : null),
        new(": Start request repeated too quickly", AppEventKind.StartLimitHit, Unit),
        new(": Deactivated successfully", AppEventKind.UnitStopped, Unit),
        new(": Succeeded.", AppEventKind.UnitStopped, Unit),
        new(": Watchdog timeout", AppEventKind.WorkerTimeout, Unit),

        // core/service.c: service_enter_signal() after TimeoutStopSec.
        new(": State 'stop-sigterm' timed out. Killing", AppEventKind.UnitStopped, Unit),
        new(" dumped core.", AppEventKind.ChildExitedOnSignal, static (t, at, e) => TextScan.NumberAfter(t, "Process ") is { } pid && at > 0
            ? e with { Pid = (int)pid, Process = TextScan.Between(t, "(", ")") } : null),
        new(": start operation timed out", AppEventKind.StartFailed, Unit),
        new(": Failed to locate executable ", AppEventKind.StartFailed, Unit),
        new(": Failed at step ", AppEventKind.StartFailed, Unit),
        new(": Failed to load environment files", AppEventKind.StartFailed, Unit),

        // src/core/service.c, service_verify(); bus-common-errors and dbus-manager.c: a unit that cannot be loaded is not started.
        new(" lacks both ExecStart= and ExecStop=", AppEventKind.StartFailed, Unit),
        new(" has no ExecStart= setting", AppEventKind.StartFailed, Colon),
        new(" failed to load: ", AppEventKind.StartFailed, Unit),
        new(" not found.", AppEventKind.StartFailed, static (t, at, e) => t.Contains("Failed to ", StringComparison.Ordinal) && t.Contains("start ", StringComparison.Ordinal) ? Unit(t, at, e) : null),
        new("Failed to start ", AppEventKind.UnitFailed, Job),
        new("Started ", AppEventKind.UnitStarted, Job),
        new("Stopped ", AppEventKind.UnitStopped, Job),
        new("Stopping ", AppEventKind.UnitStopped, Job),
        new("Reloading ", AppEventKind.ServerReloading, Job),
        new("Reloaded ", AppEventKind.ServerReloading, Job),
    ];

    /// <summary><c>app.service: …</c></summary>
    private static AppLogEvent? Unit(string text, int at, AppLogEvent e)
    {
        int start = text.LastIndexOf(' ', Math.Max(at - 1, 0)) + 1;
        string unit = text[start..at];
        return IsUnit(unit) ? e with { Source = unit } : null;
    }

    /// <summary><c>app.service: Service has no ExecStart= …</c></summary>
    private static AppLogEvent? Colon(string text, int at, AppLogEvent e) => text.IndexOf(": ", StringComparison.Ordinal) is > 0 and var colon && colon < at ? Unit(text, colon, e) : null;

    /// <summary><c>code=exited, status=1/FAILURE</c>, <c>code=killed, status=9/KILL</c>, <c>code=dumped, status=11/SEGV</c></summary>
    private static AppLogEvent? Exited(string text, int at, AppLogEvent e)
    {
        int? status = (int?)TextScan.NumberAfter(text, "status=", at);
        bool exited = text.IndexOf("code=exited", at, StringComparison.Ordinal) >= 0;
        return Unit(text, at, e) is { } unit ? unit with { ExitStatus = exited ? status : null, Signal = exited ? null : status } : null;
    }

    /// <summary><c>Started app.service - My app.</c>, or the description alone before systemd 249; only from systemd itself, since apps say "Started" too.</summary>
    private static AppLogEvent? Job(string text, int at, AppLogEvent e)
    {
        if (at > 0 || e.Process is not ("systemd" or "init"))
        {
            return null;
        }

        int blank = text.IndexOf(' ', StringComparison.Ordinal);
        blank = text.StartsWith("Failed to start ", StringComparison.OrdinalIgnoreCase) ? 15 : blank;
        string name = text[(blank + 1)..].TrimEnd('.');
        int dash = name.IndexOf(" - ", StringComparison.Ordinal);
        name = dash > 0 && IsUnit(name[..dash]) ? name[..dash] : name;
        return e with { Source = name };
    }

    private static bool IsUnit(string text)
    {
        foreach (string suffix in UnitSuffixes)
        {
            if (text.Length > suffix.Length && text.EndsWith(suffix, StringComparison.Ordinal) && !text.Contains(' '))
            {
                return true;
            }
        }

        return false;
    }
}
