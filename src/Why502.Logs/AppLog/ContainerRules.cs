namespace Why502.Logs;

/// <summary>dockerd, containerd and podman: a container's first process ended. 128 + N is what a shell and runc make of signal N.</summary>
internal static class ContainerRules
{
    public static AppRule[] All { get; } =
    [
        new("exitCode=", AppEventKind.MainProcessExited, Exited),
        new("exit_code=", AppEventKind.MainProcessExited, Exited),
        new(" exited with code ", AppEventKind.MainProcessExited, static (t, at, e) => t.Contains('#') || t.Contains('[')
            ? null : Died(e, (int?)TextScan.NumberAfter(t, "with code ", at)) is { } died ? died with { Source = t[..at].Trim().Split(' ')[0] } : null),
        new("OOMKilled", AppEventKind.OomKill, static (t, at, e) => t.AsSpan(at).StartsWith("OOMKilled\": false", StringComparison.OrdinalIgnoreCase) || t.AsSpan(at).StartsWith("OOMKilled=false", StringComparison.OrdinalIgnoreCase)
            || t.AsSpan(at).StartsWith("OOMKilled\":false", StringComparison.OrdinalIgnoreCase) ? null : e),
        new("container oom ", AppEventKind.OomKill),
    ];

    private static AppLogEvent? Exited(string text, int at, AppLogEvent e)
    {
        int equals = text.IndexOf('=', at);
        return Died(e, (int?)TextScan.NumberAt(text, equals + 1)) is { } died
            ? died with { Source = TextScan.WordAfter(text, "name=") ?? TextScan.WordAfter(text, "container=") ?? e.Source }
            : null;
    }

    private static AppLogEvent? Died(AppLogEvent e, int? code) => code switch
    {
        null => null,
        > 128 and < 192 => e with { Signal = code - 128 },
        _ => e with { ExitStatus = code },
    };
}
