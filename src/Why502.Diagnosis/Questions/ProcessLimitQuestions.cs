namespace Why502.Diagnosis;

/// <summary>File descriptors of some processes, and of the machine.</summary>
/// <param name="Pids">Comma separated (a question is a value).</param>
public sealed record OpenFiles(string Pids) : Question<OpenFilesFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => $"file descriptors of process {Pids}";

    public override string WouldTell => "how many descriptors and connections are in use, and how many are allowed";
}

/// <param name="SystemUsed">/proc/sys/fs/file-nr.</param>
/// <param name="SystemMax">fs.file-max.</param>
public sealed record OpenFilesFact(IReadOnlyList<ProcessFiles> Processes, long? SystemUsed, long? SystemMax) : Fact;

/// <param name="Used">Open descriptors; null when they may not be listed.</param>
/// <param name="Sockets">Of these, sockets.</param>
public sealed record ProcessFiles(int Pid, string Name, int? Used, int? Sockets, long? SoftLimit, long? HardLimit);

/// <summary>Memory of the machine, of the control groups of some processes, and the limits of those processes.</summary>
public sealed record MemoryUse(string Pids) : Question<MemoryUseFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "memory, swap and memory limits";

    public override string WouldTell => "whether the machine or a control group has no memory left";
}

/// <param name="OvercommitMode">vm.overcommit_memory: 2 refuses what exceeds <paramref name="CommitLimit"/>.</param>
/// <param name="OomKills">By the kernel since boot (/proc/vmstat).</param>
public sealed record MemoryUseFact(long Total, long Available, long SwapTotal, long SwapFree, int? OvercommitMode, long? CommitLimit, long? Committed, long? OomKills, IReadOnlyList<MemoryGroup> Groups, IReadOnlyList<ProcessMemory> Processes) : Fact
{
    public bool Exhausted => Total > 0 && Available < Total / 33;
}

/// <summary>A control group with a limit on memory.</summary>
/// <param name="LimitHits">memory.events max, or version 1's failcnt.</param>
public sealed record MemoryGroup(string Path, string? Unit, long Current, long Max, long OomKills, long LimitHits)
{
    public bool Full => Current > Max - (Max / 50);
}

/// <param name="AddressSpaceLimit">RLIMIT_AS; null is unlimited.</param>
public sealed record ProcessMemory(int Pid, string Name, long AddressSpace, long Resident, long? AddressSpaceLimit);

/// <summary>How short the machine is of processor, memory and disk, over a fraction of a second and as the kernel averages it.</summary>
public sealed record MachinePressure(string Pids) : Question<MachinePressureFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "pressure, load and throttling of this machine";

    public override string WouldTell => "whether processes wait for the processor, for memory or for disks";
}

/// <param name="Cpu">PSI "some", percent of time in which a task waited (Documentation/accounting/psi.rst); null without PSI.</param>
/// <param name="IoWait">Percent of processor time in the sample; null when it could not be sampled.</param>
/// <param name="Steal">Percent that a hypervisor kept for others.</param>
/// <param name="SwapPages">Pages swapped in and out in a second.</param>
public sealed record MachinePressureFact(int Cores, double? Load1, Pressure? Cpu, Pressure? Memory, Pressure? Io, double? Busy, double? IoWait, double? Steal, long? SwapPages, IReadOnlyList<ThrottledGroup> Groups) : Fact;

/// <summary>Percent of time in which some task, or all of them, waited (Documentation/accounting/psi.rst).</summary>
/// <param name="Some10">"some avg10": of the last ten seconds.</param>
/// <param name="Some60">"some avg60".</param>
/// <param name="Full10">"full avg10".</param>
public sealed record Pressure(double Some10, double Some60, double Full10);

/// <summary>A control group with a quota of processor time.</summary>
/// <param name="Quota">Processors it may use: 0.5 is half of one.</param>
/// <param name="Periods">Periods in the sample.</param>
/// <param name="Throttled">Of these, ones in which it was stopped.</param>
/// <param name="ThrottledEver">Part of all its periods, 0 to 1.</param>
public sealed record ThrottledGroup(string Path, string? Unit, double Quota, long Periods, long Throttled, double ThrottledEver);
