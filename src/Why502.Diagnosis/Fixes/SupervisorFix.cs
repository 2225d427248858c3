using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>Getting a program of supervisord to run again, by supervisord's own command.</summary>
internal static class SupervisorFix
{
    public static Fix Of(SupervisedProgram program, AppLogEvent? last, string address)
    {
        if (program.DaemonPid is null)
        {
            return new Fix
            {
                Summary = $"Start supervisord: its program {program.Name} serves {address}.",
                Steps = [new($"supervisord does not run; {program.File}:{program.Line} belongs to it. Start it by its unit (supervisor or supervisord); it then starts what is set to autostart.")],
            };
        }

        var steps = new List<FixStep>();
        if (last is { Kind: not AppEventKind.ServerStopped } ended)
        {
            steps.Add(new($"supervisord says: {ended.Text}. Read why in the program's own output, and mend that first.", program.Output is [var output, ..] ? $"tail -n 50 {Shell.Quote(output)}" : Command(program, "tail", "stderr")));
        }

        var start = Arguments(program, "start");
        steps.Add(new($"Start it again; it serves {address}. supervisord does not by itself after it gave up or was told to stop.", string.Join(' ', start.Select(Shell.Quote)))
        {
            Action = program.ControlProgram is null ? null : new RepairAction.RunProgram(start, Arguments(program, "stop")) { Starts = true },
        });
        return new Fix { Summary = $"Start {program.Control} through supervisorctl.", Steps = steps, Later = "autorestart=true and a startsecs that fits the app keep the next crash short." };
    }

    private static string[] Arguments(SupervisedProgram program, string verb) => [program.ControlProgram ?? "supervisorctl", "-c", program.Configuration, verb, program.Control];

    private static string Command(SupervisedProgram program, string verb, string which) => string.Join(' ', Arguments(program, verb).Append(which).Select(Shell.Quote));
}
