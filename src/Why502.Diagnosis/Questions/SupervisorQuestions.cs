namespace Why502.Diagnosis;

/// <summary>The programs that supervisord keeps alive, from its configuration.</summary>
public sealed record SupervisedPrograms : Question<SupervisedProgramsFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "programs of supervisord";

    public override string WouldTell => "which of its programs should serve the address, and how it ended";
}

public sealed record SupervisedProgramsFact(IReadOnlyList<SupervisedProgram> Programs) : Fact;

/// <summary>A <c>[program:NAME]</c> section.</summary>
public sealed record SupervisedProgram
{
    /// <summary>As supervisord's log calls it.</summary>
    public required string Name { get; init; }

    /// <summary>As supervisorctl wants it: "shop", "web:shop", "shop:*" where it runs several times.</summary>
    public required string Control { get; init; }

    /// <summary>File of its section.</summary>
    public required string File { get; init; }

    /// <summary>Line of its <c>command</c>.</summary>
    public required int Line { get; init; }

    /// <summary>supervisord's own configuration, which supervisorctl reads, too.</summary>
    public required string Configuration { get; init; }

    /// <summary>supervisord's log; null where it keeps none.</summary>
    public string? Log { get; init; }

    /// <summary>What the program itself prints.</summary>
    public IReadOnlyList<string> Output { get; init; } = [];

    /// <summary>Addresses of its command, in nginx's form: "127.0.0.1:8000".</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The supervisord that read this configuration, when it runs.</summary>
    public int? DaemonPid { get; init; }

    /// <summary>supervisorctl, where this machine has one.</summary>
    public string? ControlProgram { get; init; }
}
