namespace Why502.Diagnosis;

/// <summary>One service.</summary>
/// <param name="Name">With its ending: "app.service".</param>
public sealed record UnitOf(string Name) : Question<UnitFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => $"state of {Name}";

    public override string WouldTell => "whether the service runs, and why it ended";
}

/// <summary>A service's state in systemd's own words.</summary>
public sealed record UnitFact : Fact
{
    public required string Name { get; init; }

    /// <summary>LoadState: loaded, not-found, masked …</summary>
    public string LoadState { get; init; } = "";

    public string ActiveState { get; init; } = "";

    public string SubState { get; init; } = "";

    /// <summary>Result: success, exit-code, signal, oom-kill, start-limit-hit, timeout …</summary>
    public string Result { get; init; } = "";

    public int? ExitStatus { get; init; }

    /// <summary>CLD_EXITED, CLD_KILLED or CLD_DUMPED, in words: exited, killed, dumped.</summary>
    public string? ExitCode { get; init; }

    public string? Restart { get; init; }

    public int? RestartCount { get; init; }

    /// <summary>enabled, disabled, static, masked …</summary>
    public string? UnitFileState { get; init; }

    public string? FragmentPath { get; init; }

    /// <summary>Redacted ExecStart.</summary>
    public string? ExecStart { get; init; }

    public int? MainPid { get; init; }

    public DateTimeOffset? StateChangedAt { get; init; }

    /// <summary>Addresses found in ExecStart, Environment and socket units: ":3000", "unix:/run/app.sock".</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];
}

/// <summary>The administrator's own services and those of known app servers, whatever their state.</summary>
public sealed record ServiceUnits : Question<ServiceUnitsFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "systemd services";

    public override string WouldTell => "which service should serve this address, and whether it failed";
}

/// <param name="Units">In no particular order.</param>
public sealed record ServiceUnitsFact(IReadOnlyList<UnitFact> Units) : Fact
{
    /// <summary>A person chose these units because they belong to the fault; a machine lists all it has.</summary>
    public bool Chosen { get; init; }
}
