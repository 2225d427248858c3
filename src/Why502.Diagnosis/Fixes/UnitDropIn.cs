namespace Why502.Diagnosis;

/// <summary>A setting of a systemd service in a drop-in of why502's own: the package's unit stays as it is (systemd.unit(5)).</summary>
internal static class UnitDropIn
{
    public static string PathOf(string unit) => $"/etc/systemd/system/{unit}.d/why502.conf";

    /// <summary>The drop-in, and systemd reading it; a service that runs keeps what it was started with.</summary>
    public static IEnumerable<FixStep> Steps(string unit, string why, string key, string value)
    {
        if (unit.Contains('/') || !unit.EndsWith(".service", StringComparison.Ordinal))
        {
            yield break;
        }

        yield return new(why, $"systemctl edit {Shell.Quote(unit)}   # [Service] {key}={value}") { Action = new RepairAction.EditSettings(PathOf(unit), [new("Service", key, value)]) };
        yield return new("systemd reads its units again.", "systemctl daemon-reload") { Action = new RepairAction.AskUnit(unit, UnitVerb.DaemonReload) };
    }

    /// <summary>A service that runs takes its limits when it starts.</summary>
    public static FixStep Restart(string unit, string why) => new(why, $"systemctl restart {Shell.Quote(unit)}") { Action = new RepairAction.AskUnit(unit, UnitVerb.Restart) { WasActive = true } };
}
