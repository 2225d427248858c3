using System.Globalization;
using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>Getting an app of PM2 to run again, by the daemon that has it and in the name of its user.</summary>
internal static class Pm2Fix
{
    private const int NamesShown = 8;

    /// <summary>The daemon itself does not run, and its user has saved what it ran.</summary>
    public static Fix OfSaved(Pm2App app, string address, Observations seen)
    {
        var names = Pm2Reading.Saved(app, seen);
        var all = string.Join(", ", names.Take(NamesShown)) + (names.Count > NamesShown ? $" and {names.Count - NamesShown} more" : "");
        var text = $"PM2 of user {app.Owner ?? "(no name)"} does not run; {app.Home}/dump.pm2 is what it ran, and {app.Name} of it serves {address}. All of the list is started: {all}.";
        if (app.Unit is { } unit)
        {
            return new Fix
            {
                Summary = $"Start {unit}, which starts PM2 and {Shell.Quote(app.Name)}.",
                Steps = [new(text, $"systemctl start {Shell.Quote(unit)}") { Action = new RepairAction.AskUnit(unit, UnitVerb.Start) }],
                Later = $"systemctl enable {unit}: else the next boot ends like this one.",
            };
        }

        var other = Pm2Reading.ServedOtherwise(app, seen);
        string[]? start = app.Control is { } control && other is null ? [.. control, "resurrect"] : null;
        return new Fix
        {
            Summary = $"Have PM2 start its saved list, with {Shell.Quote(app.Name)} in it.",
            Steps =
            [
                start is not null ? new(text, string.Join(' ', start.Select(Shell.Quote))) { Action = new RepairAction.RunProgram(start, [.. app.Control!, "kill"]) { Starts = true } }
                    : new($"{text}{(other is null ? "" : $" {other.Name} is served already, by somebody else, and would be started a second time: so it is yours to decide.")} As that user: pm2 resurrect."),
            ],
            Later = "pm2 startup makes the unit that starts PM2 at boot.",
        };
    }

    /// <param name="apps">The instances of one app that do not run.</param>
    /// <param name="address">What it serves.</param>
    public static Fix Of(IReadOnlyList<Pm2App> apps, string address)
    {
        var app = apps[0];
        var numbers = apps.Select(instance => instance.Id.ToString(CultureInfo.InvariantCulture)).ToArray();
        var steps = new List<FixStep>();
        if (app.State == "errored")
        {
            steps.Add(new($"{Pm2Reading.Ended(app)}. Read why in what it printed, and mend that first.", app.Output is [var output, ..] ? $"tail -n 50 {Shell.Quote(output)}" : null));
        }

        string[]? start = app.Control is { } control ? [.. control, "restart", .. numbers] : null;
        var text = $"Start {app.Name} again: PM2 (pid {app.DaemonPid}{(app.Owner is { } owner ? $", user {owner}" : "")}) has it {app.State}, and it serves {address}. Its environment stays as PM2 has it.";
        steps.Add(start is null ? new($"{text} As that user: pm2 restart {string.Join(' ', numbers)}.")
            : new(text, string.Join(' ', start.Select(Shell.Quote))) { Action = new RepairAction.RunProgram(start, [.. app.Control!, "stop", .. numbers]) { Starts = true } });
        return new Fix { Summary = $"Start {Shell.Quote(app.Name)} through PM2.", Steps = steps, Later = "pm2 save keeps the list of apps for the next boot; pm2 startup makes the unit that starts PM2 then." };
    }
}
