using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>Answers what memory is left: of the machine, of control groups, of single processes.</summary>
internal sealed class MemoryUseReader(MachineSnapshot machine)
{
    private const int FileBytesMax = 64 * 1024;

    /// <summary>Version 1 writes the largest number of pages for "no limit".</summary>
    private const long NoLimitFrom = 1L << 60;

    public Look Read(MemoryUse question)
    {
        const string How = "/proc/meminfo, /proc/vmstat and control groups";
        var info = File("meminfo");
        long Of(string name) => MachineStateReader.MemoryBytes(info, name) ?? 0;
        if (Of("MemTotal:") == 0)
        {
            return Look.Blind("/proc/meminfo cannot be read", How);
        }

        var processes = PidList.Of(question.Pids, machine).ToList();
        return Look.Saw(
            new MemoryUseFact(
                Of("MemTotal:"),
                Of("MemAvailable:"),
                Of("SwapTotal:"),
                Of("SwapFree:"),
                int.TryParse(File("sys/vm/overcommit_memory").Trim(), out var mode) ? mode : null,
                Of("CommitLimit:"),
                Of("Committed_AS:"),
                ControlGroupFiles.Keyed(File("vmstat"), "oom_kill"),
                [.. processes.SelectMany(GroupsOf).DistinctBy(group => group.Path)],
                [.. processes.Select(MemoryOf)]),
            How);
    }

    private static IEnumerable<MemoryGroup> GroupsOf(ProcessEntry process)
    {
        foreach (var (directory, path) in ControlGroupFiles.Above(process, "memory"))
        {
            var max = ControlGroupFiles.Number(directory, "memory.max") ?? ControlGroupFiles.Number(directory, "memory.limit_in_bytes");
            var current = ControlGroupFiles.Number(directory, "memory.current") ?? ControlGroupFiles.Number(directory, "memory.usage_in_bytes");
            if (max is not (> 0 and < NoLimitFrom) || current is null)
            {
                continue;
            }

            var events = ControlGroupFiles.Text(directory, "memory.events") ?? ControlGroupFiles.Text(directory, "memory.oom_control");
            var hits = ControlGroupFiles.Number(directory, "memory.failcnt") ?? ControlGroupFiles.Keyed(events, "max");

            // Cache counts as used, and goes when it has to: what cannot go is what counts against the limit.
            var cache = ControlGroupFiles.Keyed(ControlGroupFiles.Text(directory, "memory.stat"), "inactive_file");
            yield return new(path, ControlGroup.Parse($"0::{path}").Unit, Math.Max(0, current.Value - cache), max.Value, ControlGroupFiles.Keyed(events, "oom_kill"), hits);
        }
    }

    private static ProcessMemory MemoryOf(ProcessEntry process)
    {
        var status = FileCalls.ReadText(process.Directory + "/status", FileBytesMax) ?? "";
        var (soft, _) = ProcessLimits.Of(FileCalls.ReadText(process.Directory + "/limits", FileBytesMax) ?? "", "Max address space");
        return new(process.Pid, process.Name, MachineStateReader.MemoryBytes(status, "VmSize:") ?? 0, MachineStateReader.MemoryBytes(status, "VmRSS:") ?? 0, soft);
    }

    private string File(string name) => FileCalls.ReadText($"{machine.Options.ProcPath}/{name}", FileBytesMax) ?? "";
}
