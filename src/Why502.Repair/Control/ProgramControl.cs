using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Repair;

/// <summary>Runs the programs of the machine that a repair may run, by absolute path and without a shell.</summary>
internal sealed class ProgramControl
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private const int OutputBytesMax = 4 * 1024 * 1024;

    private readonly Programs programs = new(null);

    public Task SystemctlAsync(string unit, UnitVerb verb, CancellationToken cancellation) => verb switch
    {
        UnitVerb.DaemonReload => RunAsync(["systemctl", "daemon-reload"], cancellation),
        UnitVerb.Enable => RunAsync(["systemctl", "enable", "--", unit], cancellation),
        UnitVerb.Reload => RunAsync(["systemctl", "reload", "--", unit], cancellation),
        UnitVerb.Restart => RunAsync(["systemctl", "restart", "--", unit], cancellation),
        _ => RunAsync(["systemctl", "start", "--", unit], cancellation),
    };

    public Task StopAsync(string unit, CancellationToken cancellation) => RunAsync(["systemctl", "stop", "--", unit], cancellation);

    public Task DisableAsync(string unit, CancellationToken cancellation) => RunAsync(["systemctl", "disable", "--", unit], cancellation);

    public Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellation) => OutputAsync(command, cancellation);

    /// <summary>Whether it is on this machine.</summary>
    public bool Has(string program) => program.StartsWith('/') ? FileCalls.Status(program) is not null : programs.Find(program) is not null;

    public async Task<string> OutputAsync(IReadOnlyList<string> command, CancellationToken cancellation)
    {
        var path = command[0].StartsWith('/') ? command[0] : programs.Find(command[0]) ?? throw new StepFailedException($"{command[0]} is not on this machine");
        var run = await Programs.RunAsync(path, command.Skip(1), Patience, OutputBytesMax, cancellation).ConfigureAwait(false);
        if (run.Failure is { } failure)
        {
            throw new StepFailedException(failure);
        }

        if (run.ExitCode != 0)
        {
            var said = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "without a word";
            throw new StepFailedException($"{string.Join(' ', command)} failed (exit {run.ExitCode}): {Why502.Logs.Sanitizer.Line(said)}");
        }

        return run.Output;
    }
}
