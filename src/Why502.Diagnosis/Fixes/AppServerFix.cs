using System.Globalization;
using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>
/// A setting of gunicorn or uWSGI in the place where it is written: its configuration file, else the command of its unit, by a drop-in. Both read it
/// when they start, so the unit is restarted.
/// </summary>
internal static class AppServerFix
{
    /// <param name="incident">Whose app it is.</param>
    /// <param name="seen">Tells its unit.</param>
    /// <param name="told">The server's settings.</param>
    /// <param name="setting">The one that is too small.</param>
    /// <param name="value">Seconds or bytes.</param>
    /// <param name="why">With the arithmetic; the place where it is written is added.</param>
    /// <returns>Nothing where no unit runs the server, or where the setting is in a place that a program cannot change.</returns>
    public static IReadOnlyList<FixStep> Set(Incident incident, Observations seen, AppSettingsFact told, AppSetting setting, long value, string why)
    {
        var unit = SocketReading.ServingProcesses(incident, incident.Peer, seen).Select(process => process.Unit).FirstOrDefault(name => name?.EndsWith(".service", StringComparison.Ordinal) == true);
        var text = value.ToString(CultureInfo.InvariantCulture);
        if (incident.Instance.FromFiles || unit is null || Change(told, setting, text, unit, seen) is not { } change)
        {
            return [];
        }

        var place = change is RepairAction.EditSettings edit ? $"in {edit.Path}" : $"in the command of {unit}";
        return
        [
            new($"{why} {setting.Name} {text} {place} (now {setting.Text}).") { Action = change },
            .. change is RepairAction.EditCommand ? [new FixStep("systemd reads its units again.", "systemctl daemon-reload") { Action = new RepairAction.AskUnit(unit, UnitVerb.DaemonReload) }] : Array.Empty<FixStep>(),
            UnitDropIn.Restart(unit, $"{told.Stack} reads it when it starts."),
        ];
    }

    private static RepairAction? Change(AppSettingsFact told, AppSetting setting, string value, string unit, Observations seen) => told.Stack switch
    {
        "uwsgi" when IniOf(told, setting) is { } file => new RepairAction.EditSettings(file, [new("uwsgi", setting.Name.TrimStart('-'), value)]),
        "gunicorn" when setting.File?.EndsWith(".py", StringComparison.Ordinal) == true => new RepairAction.EditSettings(setting.File, [new("", setting.Name, value, MustBeThere: true)]),
        "gunicorn" or "uwsgi" when setting.IsDefault || setting.File?.StartsWith("arguments", StringComparison.Ordinal) == true
            => seen.Ask(new UnitOf(unit)).FactOrNull?.FragmentPath is { } fragment ? new RepairAction.EditCommand(unit, fragment, UnitDropIn.PathOf(unit), "--" + setting.Name.TrimStart('-').Replace('_', '-'), value) : null,
        _ => null,
    };

    /// <summary>The ini file that has the setting, or that has the server's other ones.</summary>
    private static string? IniOf(AppSettingsFact told, AppSetting setting)
        => setting.IsDefault
            ? new[] { told.Workers, told.RequestTime, told.Threads, told.Header, told.Body, told.Requests }.Select(other => other?.File).FirstOrDefault(IsIni)
            : IsIni(setting.File) ? setting.File : null;

    private static bool IsIni(string? file) => file?.StartsWith('/') == true && file.EndsWith(".ini", StringComparison.Ordinal);
}
