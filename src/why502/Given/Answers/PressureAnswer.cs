using Why502.Diagnosis;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>How short the machine is of processor, memory and disk, from <c>top</c>, <c>uptime</c>, <c>vmstat</c> and /proc/pressure.</summary>
internal sealed class PressureAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
    {
        if (question is not MachinePressure)
        {
            return null;
        }

        var loads = records.Of<LoadListed>();
        var pressures = records.Of<PressureListed>();
        var load = loads.FirstOrDefault(row => row.Load1 is not null || row.Idle is not null);
        if (load is null && pressures.Count == 0)
        {
            return null;
        }

        return new(
            new MachinePressureFact(
                loads.Select(row => row.Cores).FirstOrDefault(cores => cores is not null) ?? 0,
                load?.Load1,
                Of(pressures, "cpu"),
                Of(pressures, "memory"),
                Of(pressures, "io"),
                loads.Select(row => 100 - row.Idle - (row.IoWait ?? 0)).FirstOrDefault(busy => busy is not null),
                loads.Select(row => row.IoWait).FirstOrDefault(wait => wait is not null),
                loads.Select(row => row.Steal).FirstOrDefault(steal => steal is not null),
                loads.Select(row => row.SwapPages).FirstOrDefault(pages => pages is not null),
                []),
            (CommandRecord?)load ?? pressures[0]);
    }

    private static Pressure? Of(IReadOnlyList<PressureListed> listed, string resource)
    {
        var some = listed.FirstOrDefault(row => row.Resource == resource && !row.Full);
        var full = listed.FirstOrDefault(row => row.Resource == resource && row.Full);
        return some is null && full is null ? null : new(some?.Average10 ?? 0, some?.Average60 ?? 0, full?.Average10 ?? 0);
    }
}
