namespace Why502.Logs;

/// <summary>dockerd, containerd, podman and Kubernetes: a container's first process ended. 128 + N is what a shell and runc make of signal N.</summary>
internal static class ContainerRules
{
    public static AppRule[] All { get; } =
    [
        new("exitCode=", AppEventKind.MainProcessExited, Exited),
        new("exit_code=", AppEventKind.MainProcessExited, Exited),
        new("ExitCode", AppEventKind.MainProcessExited, static (t, at, e) => Died(e, NumberBehind(t, at + "ExitCode".Length))),
        new("Exit Code:", AppEventKind.MainProcessExited, static (t, at, e) => Died(e, NumberBehind(t, at + "Exit Code".Length))),
        new(" exited with code ", AppEventKind.MainProcessExited, static (t, at, e) => t.Contains('#') || t.Contains('[')
            ? null : Died(e, (int?)TextScan.NumberAfter(t, "with code ", at)) is { } died ? died with { Source = t[..at].Trim().Split(' ')[0] } : null),
        new("OOMKilled", AppEventKind.OomKill, static (t, at, e) => IsDenied(t.AsSpan(at + "OOMKilled".Length)) ? null : e),
        new("container oom ", AppEventKind.OomKill),

        // ingress-nginx, controller.go: no pod of the service is ready, so there is nobody to ask.
        new("does not have any active Endpoint", AppEventKind.UnitFailed),

        // kubectl get endpoints, kubectl describe ingress (pkg/describe): a service without a pod.
        new("<none>", AppEventKind.UnitFailed, static (t, at, e) => t.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var service, "<none>", [_, .., 's' or 'm' or 'h' or 'd' or 'y'] age] && char.IsAsciiDigit(age[0]) ? e with { Source = service } : null),
        new("<error: endpoints \"", AppEventKind.UnitFailed),
        new("Endpoints:", AppEventKind.UnitFailed, static (t, at, e) => t.AsSpan(at + "Endpoints:".Length).Trim() is "<none>" ? e : null),
        new("(<none>)", AppEventKind.UnitFailed, static (t, at, e) => t[..at].Trim().Split(' ')[^1] is var backend && backend.IndexOf(':') > 0 ? e with { Source = backend.Split(':')[0] } : null),

        // The kubelet's reason of a container that ends each time it is started.
        new("CrashLoopBackOff", AppEventKind.UnitFailed),
        new("Back-off restarting failed container", AppEventKind.UnitFailed),
    ];

    /// <summary>docker inspect, kubectl describe: <c>"ExitCode": 137</c>, <c>ExitCode:137</c>, <c>Exit Code:    137</c>.</summary>
    private static int? NumberBehind(string text, int at)
    {
        var digit = at;
        while (digit < text.Length && text[digit] is '"' or ':' or '=' or ' ' or '\t')
        {
            digit++;
        }

        return digit > at ? (int?)TextScan.NumberAt(text, digit) : null;
    }

    /// <summary><c>": false</c>, <c>=false</c>, <c>:false,</c>: as JSON, logs and people write it.</summary>
    private static bool IsDenied(ReadOnlySpan<char> rest) => rest.TrimStart("\":= \t").StartsWith("false", StringComparison.OrdinalIgnoreCase);

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
