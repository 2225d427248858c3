using Why502.Logs;

namespace Why502.Diagnosis.Readings;

/// <summary>
/// The ends of processes that belong to an incident: from the app's own log, its unit's journal and the kernel's log. A line that
/// only repeats another one's reason (the signal with which a time limit is carried out) is not a death of its own.
/// </summary>
public sealed class DeathReading
{
    /// <summary>Logs have the resolution of a second, and a master reaps its children a little later.</summary>
    private static readonly TimeSpan Earlier = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(6);

    /// <summary>The line that carries out a decision follows the decision.</summary>
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(10);

    /// <summary>A server that starts starts its workers.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    private DeathReading(IReadOnlyList<Death> deaths, bool? kernelSilent, double coverage)
    {
        Deaths = deaths;
        KernelSilent = kernelSilent;
        Coverage = coverage;
    }

    /// <summary>In time with the incident, oldest first.</summary>
    public IReadOnlyList<Death> Deaths { get; }

    /// <summary>The kernel's log was read and tells of no kill for memory and no crash of the app; null when it was not read.</summary>
    public bool? KernelSilent { get; }

    /// <summary>Share of the minutes with failures in which somebody died: 1 explains them all.</summary>
    public double Coverage { get; }

    public Death? Last(params ReadOnlySpan<DeathKind> kinds)
    {
        for (var i = Deaths.Count - 1; i >= 0; i--)
        {
            if (kinds.Contains(Deaths[i].Kind))
            {
                return Deaths[i];
            }
        }

        return null;
    }

    /// <summary>A death in every minute of failures proves it; a few among many failures only point there.</summary>
    public Weight Weigh(Death death, string? text = null)
        => (Coverage >= 0.4 ? Weight.Decisive : Weight.Moderate).For(text ?? death.Text).At(death.File, death.Line).From(death.Source);

    public static DeathReading Of(Incident incident, Observations seen) => seen.Once(incident, () => Find(incident, seen));

    private static DeathReading Find(Incident incident, Observations seen)
    {
        var told = AppLogReading.Of(incident, seen).Concat(Journal(incident, seen)).Concat(incident.Event is { } symptom ? [symptom] : []).Where(logged => incident.Instance.FromFiles || logged.Kind != AppEventKind.CrashTold).DistinctBy(logged => (logged.Line.File, logged.Line.Line, logged.Text)).ToList();
        var app = told.Where(logged => logged.Log != AppLogKind.Kernel && logged.Kind is not (AppEventKind.OomKill or AppEventKind.Segfault)).ToList();
        var kernelAnswer = seen.Ask(AppLogReading.Kernel(seen));
        var kernel = OomVictims.Named([.. kernelAnswer.FactOrNull?.Events ?? [], .. told.Except(app)]).Where(logged => IsOurs(logged, incident, seen)).ToList();
        var near = app.Concat(kernel).Where(logged => IsNear(logged, incident, seen)).OrderBy(logged => AppLogReading.Time(logged, seen)).ToList();
        var deaths = near.Select(logged => Of(logged, near, seen)).OfType<Death>().ToList();

        // A journal or syslog that holds lines of the kernel is the kernel's log as well.
        bool? silent = kernelAnswer.Outcome == Outcome.Seen || told.Any(logged => logged.Process == "kernel") ? !deaths.Any(death => death.Kind is DeathKind.Memory or DeathKind.Signal && death.Source == Sources.KernelLog) : null;
        return new(deaths, silent, CoverageOf(incident, deaths));
    }

    /// <summary>The unit's own journal holds its output and what systemd says of its end.</summary>
    private static IEnumerable<AppLogEvent> Journal(Incident incident, Observations seen)
    {
        if (incident.Instance.FromFiles || incident.Peer is not { } peer)
        {
            return [];
        }

        var unit = SocketReading.ServingProcesses(incident, peer, seen).Select(process => process.Unit).FirstOrDefault(name => name is not null) ?? ServiceReading.For(peer, seen)?.Name;
        return unit is null ? [] : seen.Ask(new JournalWindow(unit, seen.Now - DiagnosisOptions.DefaultWindow)).FactOrNull?.Events ?? [];
    }

    private static bool IsNear(AppLogEvent logged, Incident incident, Observations seen)
    {
        if (incident is not { First: { } first, Last: { } last })
        {
            return true;
        }

        if (AppLogReading.Time(logged, seen) is not { } at)
        {
            // A line without a time may be of any day: on a machine it counts when a process was started at the time of the failures.
            var serving = SocketReading.ServingProcesses(incident, incident.Peer, seen);
            return incident.Instance.FromFiles || serving.Count == 0 || serving.Any(process => process.StartedAt >= first.AddSeconds(-2) && process.StartedAt <= last.AddSeconds(30));
        }

        var (from, to) = (first - Earlier, last + Later);
        if (at >= from && at <= to)
        {
            return true;
        }

        // Files of a container and of its host disagree by whole zones, which are multiples of half an hour.
        const int HalfHoursMax = 28;
        var offset = Math.Round((from + (to - from) / 2 - at).TotalMinutes / 30);
        var shifted = at.AddMinutes(offset * 30);
        return incident.Instance.FromFiles && offset != 0 && Math.Abs(offset) <= HalfHoursMax && to - from < TimeSpan.FromMinutes(15) && shifted >= from && shifted <= to;
    }

    private static bool IsOurs(AppLogEvent logged, Incident incident, Observations seen)
    {
        if (logged.Process is not { } name || logged.Source?.EndsWith(".service", StringComparison.Ordinal) == true)
        {
            return true;
        }

        var serving = SocketReading.ServingProcesses(incident, incident.Peer, seen);
        return serving.Count > 0
            ? serving.Any(process => process.Name == name || process.Pid == logged.Pid) || AppNames.MayServe(name, incident.Scheme) && serving.Any(process => process.Pid == logged.Pid)
            : AppNames.MayServe(name, incident.Scheme);
    }

    private static Death? Of(AppLogEvent logged, IReadOnlyList<AppLogEvent> near, Observations seen)
    {
        if (KindOf(logged, near, seen) is not { } kind)
        {
            return null;
        }

        var kernel = logged.Log == AppLogKind.Kernel || logged.Kind is AppEventKind.Segfault || logged is { Kind: AppEventKind.OomKill, Process: not null };
        return new(kind, logged.Text.Length > 0 ? logged.Text : logged.Line.Text, kernel ? Sources.KernelLog : Sources.AppLog, logged.Line.File, logged.Line.Line)
        {
            Pid = logged.Pid,
            Signal = logged.Signal,
            At = AppLogReading.Time(logged, seen),
        };
    }

    private static DeathKind? KindOf(AppLogEvent logged, IReadOnlyList<AppLogEvent> near, Observations seen) => logged.Kind switch
    {
        AppEventKind.WorkerTimeout or AppEventKind.RequestTimedOut => DeathKind.TimeLimit,
        AppEventKind.OomKill => DeathKind.Memory,
        AppEventKind.MemoryExhausted when logged.Log != AppLogKind.Kernel => DeathKind.Memory,
        AppEventKind.Segfault or AppEventKind.CrashTold => DeathKind.Signal,
        AppEventKind.ChildExitedOnSignal or AppEventKind.WorkerSentSignal or AppEventKind.MainProcessExited when logged.Signal is { } signal => OfSignal(signal, logged, near, seen),
        AppEventKind.ChildExitedOnSignal => Decided(logged, near, seen) ? null : DeathKind.Signal,
        AppEventKind.ProcessAborted or AppEventKind.RequestPanicked => Decided(logged, near, seen) ? null : DeathKind.Fatal,
        AppEventKind.ChildExited or AppEventKind.MainProcessExited or AppEventKind.WorkerExited when logged.ExitStatus is { } status => status == 0 || Decided(logged, near, seen) ? null : DeathKind.Exit,
        AppEventKind.WorkerBooting => Decided(logged, near, seen) || Announced(logged, near, seen) ? null : DeathKind.Silent,
        AppEventKind.ServerStopped or AppEventKind.ServerReloading or AppEventKind.UnitStopped => DeathKind.Asked,
        _ => null,
    };

    /// <summary>signal(7): 1, 2, 3, 15 and the user's are sent by somebody; 9 is sent by anybody; the others are the process's own fault.</summary>
    private static DeathKind? OfSignal(int signal, AppLogEvent logged, IReadOnlyList<AppLogEvent> near, Observations seen) => signal switch
    {
        _ when Decided(logged, near, seen) => null,
        1 or 2 or 3 or 10 or 12 or 15 => DeathKind.Asked,
        9 => DeathKind.Killed,
        _ => DeathKind.Signal,
    };

    /// <summary>SIGSEGV and SIGBUS (signal(7)): a runtime that is out of memory aborts or throws, and does not touch a wrong address for it.</summary>
    private static bool IsOfAddress(int? signal) => signal is 11 or 7;

    /// <summary>Another line already tells the reason: a time limit that is carried out, a kill for memory, a stop.</summary>
    private static bool Decided(AppLogEvent logged, IReadOnlyList<AppLogEvent> near, Observations seen)
        => near.Any(other => other.Kind is AppEventKind.WorkerTimeout or AppEventKind.RequestTimedOut or AppEventKind.OomKill or AppEventKind.MemoryExhausted or AppEventKind.ServerStopped or AppEventKind.ServerReloading or AppEventKind.UnitStopped
            && other != logged
            && !(other.Kind == AppEventKind.MemoryExhausted && IsOfAddress(logged.Signal))
            && (other.Pid == logged.Pid || other.Pid is null || logged.Pid is null || logged.Kind is AppEventKind.MainProcessExited or AppEventKind.WorkerBooting)
            && Follows(logged, other, seen, Echo));

    /// <summary>The end of the old worker, or the start of the whole server, is in the log: then a new worker is no news.</summary>
    private static bool Announced(AppLogEvent booted, IReadOnlyList<AppLogEvent> near, Observations seen)
        => IsPumas(booted) ? !IsReplacement(booted, near, seen)
            : booted.Log != AppLogKind.Gunicorn
            || near.Any(other => other.Kind is AppEventKind.WorkerSentSignal or AppEventKind.WorkerExited or AppEventKind.ChildExitedOnSignal or AppEventKind.StartFailed && Follows(booted, other, seen, Echo))
            || near.Any(other => other.Kind is AppEventKind.ServerStarted or AppEventKind.ListeningOn && Follows(booted, other, seen, AtOnce));

    private static bool IsPumas(AppLogEvent booted) => booted.Source?.StartsWith("puma worker ", StringComparison.Ordinal) == true;

    /// <summary>Puma's own lines have no time: a worker under a number that had been given away since the server's start took another one's place.</summary>
    private static bool IsReplacement(AppLogEvent booted, IReadOnlyList<AppLogEvent> near, Observations seen)
    {
        if (AppLogReading.Time(booted, seen) is not null)
        {
            return !near.Any(other => other.Kind is AppEventKind.ServerStarted or AppEventKind.ServerReloading && Follows(booted, other, seen, Echo));
        }

        return near.Any(earlier => earlier.Kind == AppEventKind.WorkerBooting && earlier.Source == booted.Source && earlier.Pid != booted.Pid && IsBefore(earlier, booted)
            && !near.Any(other => other.Kind == AppEventKind.ServerStarted && IsBefore(earlier, other) && IsBefore(other, booted)));
    }

    private static bool IsBefore(AppLogEvent earlier, AppLogEvent later) => earlier.Line.File == later.Line.File && earlier.Line.Line < later.Line.Line;

    private static bool Follows(AppLogEvent later, AppLogEvent earlier, Observations seen, TimeSpan within)
        => AppLogReading.Time(later, seen) is not { } at || AppLogReading.Time(earlier, seen) is not { } before || (at >= before - TimeSpan.FromSeconds(1) && at <= before + within);

    private static double CoverageOf(Incident incident, IReadOnlyList<Death> deaths)
    {
        if (incident.Course is not { } course || deaths.Any(death => death.At is null))
        {
            return 1;
        }

        var failing = course.Minutes.Select((count, index) => (count, At: course.LastMinute.AddMinutes(index - course.Minutes.Count + 1))).Where(minute => minute.count > 0).ToList();

        // Only the minutes count: given files may disagree about the hour.
        return failing.Count == 0 ? 1 : (double)failing.Count(minute => deaths.Any(death => Distance(death.At!.Value, minute.At) <= 1.2)) / failing.Count;
    }

    private static double Distance(DateTimeOffset at, DateTimeOffset minute)
    {
        var minutes = Math.Abs((at - minute.AddSeconds(30)).TotalMinutes);
        return Math.Min(minutes, minutes < 20 ? minutes : Math.Abs(minutes - Math.Round(minutes / 30) * 30));
    }
}
