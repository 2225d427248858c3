using Why502.Lab.Machine;

namespace Why502.Lab.Verdicts;

/// <summary>What a user must never be shown.</summary>
public static class Crash
{
    private static readonly string[] Traces = ["Unhandled exception", "\n   at ", "System.", "Segmentation fault", "Aborted"];

    public static void Check(CommandResult result, Action<string> say)
    {
        // A diagnosis quotes the last words of apps, and those of .NET look like our own.
        var all = result.Errors + (result.Output.StartsWith("{\"schema\":", StringComparison.Ordinal) ? "" : "\n" + result.Output);
        foreach (var trace in Traces.Where(trace => all.Contains(trace, StringComparison.Ordinal)))
        {
            say($"the output holds '{trace.Trim()}', the trace of a crash");
        }

        if (result.ExitCode is not (0 or 1 or 2))
        {
            say($"exit status {result.ExitCode}");
        }
    }
}
