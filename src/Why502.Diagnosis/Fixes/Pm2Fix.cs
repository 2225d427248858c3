using System.Globalization;
using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>Getting an app of PM2 to run again, by the daemon that has it and in the name of its user.</summary>
internal static class Pm2Fix
{
    /// <param name="apps">The instances of one app that do not run.</param>
    /// <param name="address">What it serves.</param>
    public static Fix Of(IReadOnlyList<Pm2App> apps, string address)
    {
        var app = apps[0];
        var numbers = apps.Select(instance => instance.Id.ToString(CultureInfo.InvariantCulture)).ToArray();
        var steps = new List<FixStep>();
        if (app.State == "errored")
        {
            steps.Add(new($"{Pm2Reading.Ended(app)}. Read why in what it printed, and mend that first.", app.Output is [var output, ..] ? $"tail -n 50 {Words.Shell(output)}" : null));
        }

        string[]? start = app.Control is { } control ? [.. control, "restart", .. numbers] : null;
        var text = $"Start {app.Name} again: PM2 (pid {app.DaemonPid}{(app.Owner is { } owner ? $", user {owner}" : "")}) has it {app.State}, and it serves {address}. Its environment stays as PM2 has it.";
        steps.Add(start is null ? new($"{text} As that user: pm2 restart {string.Join(' ', numbers)}.")
            : new(text, string.Join(' ', start.Select(Words.Shell))) { Action = new RepairAction.RunProgram(start, [.. app.Control!, "stop", .. numbers]) { Starts = true } });
        return new Fix { Summary = $"Start {Words.Shell(app.Name)} through PM2.", Steps = steps, Later = "pm2 save keeps the list of apps for the next boot; pm2 startup makes the unit that starts PM2 then." };
    }
}
