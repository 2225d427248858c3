using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>Collects what is known to have changed on the way that an incident's requests take.</summary>
internal static class Changes
{
    /// <summary>Workers are started within the second in which the master is; later they are those of a reload.</summary>
    private static readonly TimeSpan SameStart = TimeSpan.FromSeconds(2);

    /// <summary>A file that was edited this long before a reload was edited for it.</summary>
    private static readonly TimeSpan EditedBefore = TimeSpan.FromMinutes(10);

    public static IEnumerable<Change> Of(Incident incident, NginxView view, Observations seen)
        => OfNginx(view, seen)
            .Concat(OfServer(incident, seen))
            .Concat(OfAppLogs(incident, seen))
            .Concat(OfKernel(seen));

    private static IEnumerable<Change> OfNginx(NginxView view, Observations seen)
    {
        var instance = view.Instance;
        if (instance.StartedAt is { } started)
        {
            yield return Loaded("nginx was started", started, instance, seen);
        }

        if (instance.WorkersStartedAt is { } workers && !(workers - instance.StartedAt < SameStart))
        {
            yield return Loaded("nginx was reloaded", workers, instance, seen);
        }

        foreach (var happened in view.ErrorLogs.SelectMany(log => log.Events))
        {
            if (happened.Time is { } time && Told(happened.Kind) is { } what)
            {
                yield return new(seen.Zoned(time)!.Value, what, Sources.ErrorLog) { File = happened.Line.File, Line = happened.Line.Line, IsLoad = happened.Kind is NginxEventKind.Started or NginxEventKind.Reconfiguring };
            }
        }
    }

    /// <summary>An edited file changes nothing before it is loaded; then it is told with the load that took it.</summary>
    private static Change Loaded(string what, DateTimeOffset at, NginxInstance instance, Observations seen)
    {
        var edited = (seen.Known(ConfigurationReading.Question(instance))?.Files ?? [])
            .Where(file => file.ModifiedAt > at - EditedBefore && file.ModifiedAt <= at + SameStart)
            .ToList();
        var with = edited.Count switch
        {
            0 => "",
            1 => $" with changes in {edited[0].Path}",
            var count => $" with changes in {count} files",
        };
        return new(at, what + with, Sources.Machine) { File = edited is [var only] ? only.Path : null, IsLoad = true };
    }

    private static string? Told(NginxEventKind kind) => kind switch
    {
        NginxEventKind.Started => "nginx was started",
        NginxEventKind.Reconfiguring => "nginx was reloaded",
        NginxEventKind.ReloadFailed => "nginx refused a new configuration",
        NginxEventKind.WorkerDiedOnSignal => "a worker process of nginx died",
        NginxEventKind.BinaryUpgraded => "nginx's program was replaced",
        NginxEventKind.Stopping => "nginx was told to stop",
        _ => null,
    };

    private static IEnumerable<Change> OfServer(Incident incident, Observations seen)
    {
        if (incident.Instance.FromFiles || incident.Peer is not { } peer)
        {
            yield break;
        }

        var unit = ServiceReading.For(peer, seen) ?? ServiceReading.EndedThen(incident, seen);
        if (unit is { StateChangedAt: { } changed })
        {
            yield return new(changed, unit.ActiveState switch
            {
                "active" or "activating" or "reloading" => $"{unit.Name} was started",
                "failed" => $"{unit.Name} failed",
                _ => $"{unit.Name} was stopped",
            }, Sources.Machine);
        }

        var serving = SocketReading.ServingProcesses(incident, peer, seen);
        foreach (var process in serving.Where(process => process.StartedAt is not null && !serving.Any(parent => parent.Pid == process.ParentPid)))
        {
            // A server's workers come and go; what changed is the server.
            if (!(unit?.StateChangedAt - process.StartedAt < SameStart && process.StartedAt - unit?.StateChangedAt < SameStart))
            {
                yield return new(process.StartedAt!.Value, $"{Words.Process(process)}, which listens on {peer}, was started", Sources.Machine);
            }
        }

        if (peer.IsUnix && seen.Known(SocketReading.Question(incident)) is { ModifiedAt: { } made })
        {
            yield return new(made, $"{peer.UnixPath} was made", Sources.Machine);
        }
    }

    private static IEnumerable<Change> OfAppLogs(Incident incident, Observations seen)
    {
        foreach (var logged in AppLogReading.Of(incident, seen))
        {
            if (AppLogReading.Time(logged, seen) is { } at && Told(logged) is { } what)
            {
                yield return new(at, what, Sources.AppLog) { File = logged.Line.File, Line = logged.Line.Line };
            }
        }
    }

    private static IEnumerable<Change> OfKernel(Observations seen)
    {
        foreach (var logged in seen.Known(AppLogReading.Kernel(seen))?.Events ?? [])
        {
            if (logged.Kind is AppEventKind.OomKill or AppEventKind.Segfault or AppEventKind.ConntrackFull && AppLogReading.Time(logged, seen) is { } at && Told(logged) is { } what)
            {
                yield return new(at, what, Sources.KernelLog) { File = logged.Line.File, Line = logged.Line.Line };
            }
        }
    }

    private static string? Told(AppLogEvent logged)
    {
        var who = logged.Source ?? logged.Process ?? Writer(logged.Log);
        return logged.Kind switch
        {
            AppEventKind.ServerStarted or AppEventKind.UnitStarted => $"{who} was started",
            AppEventKind.ServerStopped or AppEventKind.UnitStopped => $"{who} was stopped",
            AppEventKind.UnitFailed or AppEventKind.StartFailed or AppEventKind.BindFailed => $"{who} failed",
            AppEventKind.MainProcessExited => $"{who} ended",
            AppEventKind.OomKill => $"the kernel killed {logged.Process ?? "a process"} for memory",
            AppEventKind.Segfault => $"{logged.Process ?? "a process"} crashed",
            AppEventKind.ConntrackFull => "the kernel's table of connections was full",
            _ => null,
        };
    }

    private static string Writer(AppLogKind log) => log switch
    {
        AppLogKind.PhpFpm => "PHP-FPM",
        AppLogKind.Gunicorn => "gunicorn",
        AppLogKind.Uwsgi => "uWSGI",
        _ => "the app",
    };
}
