using Why502.Logs;

namespace Why502.Diagnosis.Readings;

/// <summary>
/// systemd tells of a unit that a process of it was killed for memory, and not of which one (src/core/unit.c: unit_notify_cgroup_oom); the kernel's record of the same
/// kill names the process and the control group that it was in (mm/oom_kill.c: task_memcg), whose last part is the unit.
/// </summary>
public static class OomVictims
{
    /// <summary>The events, those of units with the process that the kernel took there. A unit of which the kernel tells several, or none, stays without.</summary>
    public static IReadOnlyList<AppLogEvent> Named(IReadOnlyList<AppLogEvent> events)
    {
        var kills = events.Where(logged => logged is { Kind: AppEventKind.OomKill, Process: not null, Source: not null }).ToList();
        return kills.Count == 0 ? events : [.. events.Select(logged => logged is { Kind: AppEventKind.OomKill, Process: null, Source: { } unit } && Victim(unit, kills) is { } victim ? logged with { Process = victim } : logged)];
    }

    private static string? Victim(string unit, IReadOnlyList<AppLogEvent> kills)
        => kills.Where(kill => kill.Source!.EndsWith("/" + unit, StringComparison.Ordinal)).Select(kill => kill.Process).Distinct().Take(2).ToList() is [var only] ? only : null;
}
