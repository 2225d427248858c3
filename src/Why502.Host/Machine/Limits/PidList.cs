using System.Globalization;

namespace Why502.Host.Machine;

/// <summary>The processes that a question names: "812,813".</summary>
internal static class PidList
{
    /// <summary>Processes beyond this number are not looked at.</summary>
    public const int Max = 256;

    public static IEnumerable<ProcessEntry> Of(string pids, MachineSnapshot machine)
        => pids.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Take(Max)
            .Select(text => int.TryParse(text, NumberStyles.None, null, out var pid) ? machine.Processes.Find(pid) : null)
            .OfType<ProcessEntry>();
}
