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
        // docker compose exec and CI runners, of the one command that they ran.
        new("Exited with code ", AppEventKind.MainProcessExited, static (t, at, e) => at == 0 ? Died(e, (int?)TextScan.NumberAfter(t, "with code ")) : null),
        new("OOMKilled", AppEventKind.OomKill, static (t, at, e) => IsDenied(t.AsSpan(at + "OOMKilled".Length)) ? null : e),
        new("container oom ", AppEventKind.OomKill),

        // Amazon ECS, "Stopped task error codes".
        new("Container killed due to memory usage", AppEventKind.OomKill),

        // kubelet, pkg/kubelet/images/types.go and kuberuntime: the container was never started.
        new("ImagePullBackOff", AppEventKind.StartFailed),
        new("ErrImagePull", AppEventKind.StartFailed),
        new("InvalidImageName", AppEventKind.StartFailed),
        new("CreateContainerConfigError", AppEventKind.StartFailed),
        new("CreateContainerError", AppEventKind.StartFailed),
        new("RunContainerError", AppEventKind.StartFailed),

        // kubectl get pods: NAME READY STATUS RESTARTS AGE (pkg/printers/internalversion, printPod). Who is not ready gets no requests from its service.
        new(" Error ", AppEventKind.MainProcessExited, static (t, at, e) => Pod(t) is ("Error", _, var name) ? e with { ExitStatus = 1, Source = name } : null),
        new(" Pending ", AppEventKind.StartFailed, static (t, at, e) => Pod(t) is ("Pending", _, var name) ? e with { Source = name } : null),
        new(" 0/", AppEventKind.UnitFailed, static (t, at, e) => Pod(t) is ("Running", ['0', '/', ..], var name) ? e with { Source = name } : null),

        // kubelet, pkg/kubelet/prober/prober.go; net/http's words for what a probe met.
        new("probe failed: ", AppEventKind.UnitFailed, static (t, at, e) =>
            t.IndexOf("connection refused", at, StringComparison.Ordinal) > 0 ? e
            : t.IndexOf("deadline exceeded", at, StringComparison.Ordinal) > 0 || t.IndexOf("Client.Timeout", at, StringComparison.Ordinal) > 0 ? e with { Kind = AppEventKind.SlowRequest } : null),

        // kubelet, pkg/kubelet/kuberuntime/kuberuntime_manager.go: the reason of a kill; signal 9 follows when the container does not end by itself.
        new("failed liveness probe, will be restarted", AppEventKind.WorkerTimeout),

        // ingress-nginx, controller.go: no pod of the service is ready, so there is nobody to ask.
        new("does not have any active Endpoint", AppEventKind.EndpointsEmpty),

        // kubectl get endpoints, kubectl describe ingress (pkg/describe): a service without a pod.
        new("<none>", AppEventKind.EndpointsEmpty, static (t, at, e) => t.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var service, "<none>", [_, .., 's' or 'm' or 'h' or 'd' or 'y'] age] && char.IsAsciiDigit(age[0]) ? e with { Source = service } : null),
        new("subsets: []", AppEventKind.EndpointsEmpty),
        new("<error: endpoints \"", AppEventKind.EndpointsEmpty),
        new("Endpoints:", AppEventKind.EndpointsEmpty, static (t, at, e) => t.AsSpan(at + "Endpoints:".Length).Trim() is "<none>" ? e : null),
        new("(<none>)", AppEventKind.EndpointsEmpty, static (t, at, e) => t[..at].Trim().Split(' ')[^1] is var backend && backend.IndexOf(':') > 0 ? e with { Source = backend.Split(':')[0] } : null),

        // The kubelet's reason of a container that ends each time it is started.
        new("CrashLoopBackOff", AppEventKind.UnitFailed),
        new("Back-off restarting failed container", AppEventKind.UnitFailed),
    ];

    /// <summary><c>ledger-7d9f5c6b8-x2k4p   0/1   Error   5 (43s ago)   4m</c>, with the namespace in front or not.</summary>
    private static (string Status, string Ready, string Name)? Pod(string text)
    {
        var words = text.Split([' ', '\t'], 12, StringSplitOptions.RemoveEmptyEntries);
        var ready = Array.FindIndex(words, word => word.Length < 8 && word.IndexOf('/') is > 0 and var slash && word.AsSpan(0, slash).IndexOfAnyExceptInRange('0', '9') < 0 && word.AsSpan(slash + 1).IndexOfAnyExceptInRange('0', '9') < 0);
        return ready is 1 or 2 && words.Length > ready + 3 && char.IsAsciiDigit(words[ready + 2][0]) ? (words[ready + 1], words[ready], words[ready - 1]) : null;
    }

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
