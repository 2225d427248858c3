using Why502.Diagnosis;
using Why502.Host.Machine;
using Why502.Logs;
using Why502.Logs.Commands;

namespace Why502.Cli.Given.Answers;

/// <summary>The state of services, from <c>systemctl status</c>.</summary>
internal sealed class UnitsAnswer : IGivenAnswer
{
    public GivenFact? Answer(Question question, GivenRecords records)
    {
        var units = records.Of<UnitState>();
        return question switch
        {
            ServiceUnits when units.Count > 0 => new(new ServiceUnitsFact([.. units.Select(Fact)]) { Chosen = true }, units[0]),
            UnitOf of when units.FirstOrDefault(unit => unit.Name == of.Name) is { } unit => new(Fact(unit), unit),
            _ => null,
        };
    }

    private static UnitFact Fact(UnitState unit) => new()
    {
        Name = unit.Name,
        LoadState = unit.LoadState,
        ActiveState = unit.ActiveState,
        SubState = unit.SubState,
        Result = unit.Ended ?? (unit.ExitCode is "killed" ? "signal" : ""),
        ExitStatus = unit.ExitStatus,
        ExitCode = unit.ExitCode,
        UnitFileState = unit.UnitFileState,
        FragmentPath = unit.FragmentPath,
        ExecStart = unit.CommandLine is { } line ? Redactor.Text(Sanitizer.Line(line)) : null,
        MainPid = unit.ActiveState == "active" ? unit.MainPid : null,
        Addresses = unit.CommandLine is { } command && HostText.App(command) is { } app ? app.Addresses : [],
    };
}
