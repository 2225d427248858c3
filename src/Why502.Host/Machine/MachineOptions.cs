namespace Why502.Host.Machine;

/// <summary>Where the machine is looked at. Everything but tests uses the defaults.</summary>
public sealed record MachineOptions
{
    public string ProcPath { get; init; } = "/proc";

    public string SysPath { get; init; } = "/sys";

    /// <summary>Its existence tells that systemd runs as the first process: sd_booted(3).</summary>
    public string SystemdDirectory { get; init; } = "/run/systemd/system";

    /// <summary>Sockets on which container engines answer; null looks in the usual places.</summary>
    public IReadOnlyList<string>? EngineSockets { get; init; }

    /// <summary>Logs of package managers, the oldest first; null takes the distributions' places.</summary>
    public IReadOnlyList<string>? PackageLogs { get; init; }

    /// <summary>Directories in which programs are looked for, in the form of PATH; null takes PATH and the usual system directories.</summary>
    public string? SearchPath { get; init; }
}
