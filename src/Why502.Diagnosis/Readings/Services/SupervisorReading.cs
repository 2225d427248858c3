using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>The program of supervisord that should serve an address, and what supervisord's log says of it last.</summary>
public static class SupervisorReading
{
    /// <summary>The program whose command names the address; files that were handed over know none.</summary>
    public static SupervisedProgram? For(Incident incident, Observations seen)
        => incident is { Peer: { } peer, Instance.FromFiles: false } ? For(peer, seen) : null;

    /// <summary>What supervisord logged of it last; null where nothing.</summary>
    public static AppLogEvent? Last(SupervisedProgram program, Observations seen)
        => program.Log is { } log && seen.Ask(new AppLogWindow(log, seen.Now - DiagnosisOptions.DefaultWindow - TimeSpan.FromMinutes(5))).FactOrNull is { } fact
            ? fact.Events.LastOrDefault(logged => Names(logged.Source, program.Name))
            : null;

    /// <summary>
    /// supervisord logs each change of a program's state, so the last one is the state (supervisor/process.py): after "gave up" it never
    /// starts it again by itself, "stopped" was a person, "exited" without a start behind it is a program that is not to be restarted.
    /// </summary>
    public static void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (For(incident, seen) is not { } program)
        {
            return;
        }

        if (Last(program, seen) is not { } last)
        {
            if (program.DaemonPid is null)
            {
                scales.Weigh("supervisor", Sources.Machine, Weight.Moderate.For($"supervisord, whose program {program.Name} serves this address, does not run").At(program.File, program.Line));
            }

            return;
        }

        var weight = last.Kind switch
        {
            AppEventKind.StartLimitHit => Weight.Strong.For($"supervisord {last.Text}"),
            AppEventKind.ServerStopped or AppEventKind.ChildExited or AppEventKind.ChildExitedOnSignal or AppEventKind.StartFailed => Weight.Strong.For($"supervisord's last word on {program.Name}: {last.Text}"),
            _ => Weight.None,
        };
        scales.Weigh("supervisor", Sources.AppLog, weight.At(last.Line.File, last.Line.Line));
    }

    private static SupervisedProgram? For(Endpoint peer, Observations seen)
        => seen.Ask(new SupervisedPrograms()).FactOrNull?.Programs.FirstOrDefault(program => program.Addresses.Any(address => ServiceReading.Means(address, peer)));

    /// <summary>With several processes each is called after its number: "shop_00".</summary>
    private static bool Names(string? source, string program)
        => source is not null && (source == program || (source.StartsWith(program + "_", StringComparison.Ordinal) && source.AsSpan(program.Length + 1).ContainsAnyExceptInRange('0', '9') == false));
}
