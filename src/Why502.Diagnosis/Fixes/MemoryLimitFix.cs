using System.Globalization;

namespace Why502.Diagnosis;

/// <summary>A service that its own MemoryMax= ends: more, as far as the machine has it.</summary>
public static class MemoryLimitFix
{
    private const long MiB = 1024 * 1024;

    /// <summary>
    /// Twice the limit at most, and no more than what is available less a tenth of all for everybody else. Nothing where no limit of this unit is
    /// below the machine's memory; words alone where less than a quarter could be added, which would end the next request like this one.
    /// </summary>
    public static IReadOnlyList<FixStep> More(string? unit, MemoryUseFact? memory)
    {
        if (unit is null || memory is not { Total: > 0, Available: > 0 } || memory.Groups.Where(group => group.Unit == unit && group.Max > 0 && group.Max < memory.Total).MinBy(group => group.Max) is not { } limit)
        {
            return [];
        }

        var spare = memory.Available - (memory.Total / 10);
        var more = Math.Min(limit.Max, spare);
        if (more < limit.Max / 4)
        {
            return [new($"More memory for {unit} does not fit: its MemoryMax is {limit.Max / MiB} MiB, and {memory.Available / MiB} of {memory.Total / MiB} MiB are available, of which a tenth stays free.")];
        }

        var wanted = ((limit.Max + more) / MiB).ToString(CultureInfo.InvariantCulture) + "M";
        return
        [
            .. UnitDropIn.Steps(unit, $"A stop-gap until the request needs less: MemoryMax={wanted}. It is {limit.Max / MiB} MiB now; {memory.Available / MiB} MiB are available and {memory.Total / MiB / 10} of them stay free, so {spare / MiB} more would fit.", "MemoryMax", wanted),
            UnitDropIn.Restart(unit, "Its processes begin again with the new limit."),
        ];
    }
}
