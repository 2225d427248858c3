using System.Collections.Concurrent;
using System.Globalization;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>All processes at one moment, without kernel threads.</summary>
internal sealed class ProcessTable
{
    /// <summary>More processes than this are not looked at.</summary>
    public const int ProcessesMax = 65_536;

    private const int StatBytesMax = 4096;
    private static readonly TimeSpan ClockDifferenceMax = TimeSpan.FromSeconds(3);
    private const int KernelStatBytesMax = 1024 * 1024;

    private readonly Dictionary<int, ProcessEntry> processes = [];
    private readonly ILookup<int, ProcessEntry> children;
    private readonly ConcurrentDictionary<int, ProcessRef> references = new();
    private readonly Accounts accounts;
    private readonly DateTimeOffset? bootedAt;
    private readonly long ticksPerSecond;

    private ProcessTable(string procPath, Accounts accounts)
    {
        this.accounts = accounts;
        ProcPath = procPath;
        ticksPerSecond = Math.Max(1, Libc.SystemConfiguration(Libc.ClockTicksName));
        bootedAt = BootTime(FileCalls.ReadText($"{procPath}/stat", KernelStatBytesMax), FileCalls.ReadText($"{procPath}/uptime", StatBytesMax), DateTimeOffset.UtcNow);
        foreach (var name in FileCalls.List(procPath, ProcessesMax * 2, out _) ?? [])
        {
            if (processes.Count < ProcessesMax
                && int.TryParse(name, NumberStyles.None, null, out var pid)
                && FileCalls.Read($"{procPath}/{name}/stat", StatBytesMax) is { } bytes
                && ProcessStat.Parse(bytes) is { IsKernelThread: false } stat)
            {
                processes[pid] = new(procPath, pid, stat);
            }
        }

        All = [.. processes.Values.OrderBy(process => process.Pid)];
        children = All.ToLookup(process => process.ParentPid);
    }

    public string ProcPath { get; }

    /// <summary>By process id.</summary>
    public IReadOnlyList<ProcessEntry> All { get; }

    public static ProcessTable Read(string procPath, Accounts accounts) => new(procPath, accounts);

    public ProcessEntry? Find(int pid) => processes.GetValueOrDefault(pid);

    public IEnumerable<ProcessEntry> ChildrenOf(int pid) => children[pid];

    /// <summary>Accurate to a hundredth of a second where /proc/uptime is there, else to a second.</summary>
    public DateTimeOffset? StartOf(ProcessEntry process)
    {
        const long LongestUptime = 3_000_000_000;
        var ticks = Math.Clamp(process.StartTicks, 0, ticksPerSecond * LongestUptime);
        return bootedAt?.AddSeconds(ticks / ticksPerSecond).AddMilliseconds(ticks % ticksPerSecond * 1000 / ticksPerSecond);
    }

    public ProcessRef Refer(ProcessEntry process) => references.GetOrAdd(process.Pid, _ => Describe(process));

    private ProcessRef Describe(ProcessEntry process) => new()
    {
        Pid = process.Pid,
        ParentPid = process.ParentPid == 0 ? null : process.ParentPid,
        Name = process.Name,
        CommandLine = CommandLine.ForPeople(process.Arguments),
        User = process.Identity is { } identity ? accounts.User(identity.Uid) : null,
        Uid = process.Identity?.Uid,
        StartedAt = StartOf(process),
        WorkingDirectory = process.WorkingDirectory,
        Unit = process.ControlGroup.Unit,
        Container = process.ControlGroup.Container,
        NetworkNamespace = process.NetworkNamespace,
    };

    /// <summary>
    /// proc(5): btime is cut to whole seconds, and a process that was started after a failure would seem to have run before it. The seconds
    /// since boot in /proc/uptime have two decimals and count as starttime does; they are taken where the two agree.
    /// </summary>
    internal static DateTimeOffset? BootTime(string? stat, string? uptime, DateTimeOffset now)
    {
        var whole = BootSecond(stat);
        return whole is { } second && double.TryParse((uptime ?? "").Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && (now.AddSeconds(-seconds) - second).Duration() < ClockDifferenceMax
            ? now.AddSeconds(-seconds)
            : whole;
    }

    private static DateTimeOffset? BootSecond(string? stat)
    {
        foreach (var line in (stat ?? "").AsSpan().EnumerateLines())
        {
            if (line.StartsWith("btime ") && uint.TryParse(line[6..], out var seconds))
            {
                return DateTimeOffset.FromUnixTimeSeconds(seconds);
            }
        }

        return null;
    }
}
