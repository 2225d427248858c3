namespace Why502.Logs;

/// <summary>What others say of nginx's own start, test and reload; its words for the reason are in its error log.</summary>
internal static class NginxRules
{
    public static AppRule[] All { get; } =
    [
        // docker-gen, generator.go, runNotifyCmd(); nginx.c: a command of nginx's returns 1 when the configuration does not load.
        new("Error running notify command: ", AppEventKind.ConfigurationRefused, static (t, at, e) =>
            t.IndexOf("nginx", at, StringComparison.Ordinal) > 0 && TextScan.NumberAfter(t, "exit status ", at) == 1 ? e with { Source = "nginx.service" } : null),

        // src/core/service.c and src/shared/bus-wait-for-jobs.c of systemd: the program that starts or reloads the unit returned a status.
        new(": Control process exited, code=exited", AppEventKind.ConfigurationRefused, static (t, at, e) => IsNginx(t, at) && TextScan.NumberAfter(t, "status=", at) == 1 ? e with { Source = "nginx.service" } : null),
        new("Job for ", AppEventKind.StartFailed, static (t, at, e) =>
            t.IndexOf(" failed because ", at, StringComparison.Ordinal) is > 0 and var failed && t[(at + 8)..failed].Split(' ')[0] is var unit && unit.EndsWith(".service", StringComparison.Ordinal) ? OfJob(t, failed, unit, e) : null),
    ];

    private static AppLogEvent? OfJob(string text, int failed, string unit, AppLogEvent e)
    {
        if (!NginxFamily.HasUnit(unit))
        {
            return e with { Source = unit };
        }

        return text.AsSpan(failed).StartsWith(" failed because the control process") ? e with { Kind = AppEventKind.ConfigurationRefused, Source = unit } : null;
    }

    private static bool IsNginx(string text, int at) => NginxFamily.HasUnit(text[(text.LastIndexOf(' ', at) + 1)..at]);
}
