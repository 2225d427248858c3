using Why502.Logs;

namespace Why502.Diagnosis.Readings;

/// <summary>The systemd service that runs an nginx, or would.</summary>
public static class ServiceOfNginx
{
    /// <summary>Null where systemd does not run, or has no such service.</summary>
    public static UnitFact? Of(NginxInstance instance, Observations seen)
    {
        var units = seen.Ask(new ServiceUnits()).FactOrNull?.Units ?? [];
        return instance.Unit is { } own ? units.FirstOrDefault(unit => unit.Name == own)
            : NginxFamily.Names.Select(name => units.FirstOrDefault(unit => unit.Name == name + ".service" && unit.LoadState is "loaded" or "masked" && IsOf(unit, instance))).FirstOrDefault(unit => unit is not null);
    }

    /// <summary>-c names the configuration; without it the program's own holds, and no other unit is known to be for it.</summary>
    private static bool IsOf(UnitFact unit, NginxInstance instance)
        => unit.ExecStart is not { } command || !command.Contains(" -c ", StringComparison.Ordinal) || command.Contains($" -c {instance.ConfigPath}", StringComparison.Ordinal);
}
