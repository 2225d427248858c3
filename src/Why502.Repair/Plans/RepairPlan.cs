using Why502.Diagnosis;

namespace Why502.Repair;

/// <summary>How much a step disturbs what runs.</summary>
public enum Disturbance
{
    /// <summary>Nothing that runs notices.</summary>
    None,

    /// <summary>nginx takes its configuration anew; requests under way end on the old one.</summary>
    Reload,

    /// <summary>An app is started or restarted: its requests under way are cut.</summary>
    Restart,
}

/// <summary>One step that the transaction makes.</summary>
/// <param name="What">What it does, in a sentence: "proxy_buffer_size in /etc/nginx/sites-enabled/shop".</param>
/// <param name="Risk">What it disturbs or may spoil, for a person.</param>
/// <param name="Undo">How it is taken back; null where it cannot be.</param>
public sealed record PlannedStep(RepairAction Action, string What, Disturbance Disturbance, string Risk, string? Undo)
{
    /// <summary>A file that nginx reads: it is tested and reloaded after.</summary>
    public bool IsConfiguration { get; init; }

    /// <summary>Why it is made, and the arithmetic behind its value, for a person.</summary>
    public string? Why { get; init; }
}

/// <summary>A repair as it would be made: the steps in order, and the nginx that takes the configuration anew.</summary>
public sealed record RepairPlan(string Cause, string Title, string Summary, NginxTarget Nginx, IReadOnlyList<PlannedStep> Steps)
{
    public IReadOnlyList<string> CompiledPaths { get; init; } = [];

    /// <summary>What of this configuration has old workers close requests that take longer, after any reload: "worker_shutdown_timeout 10s (/etc/nginx/nginx.conf:3)"; null where they all end as they began.</summary>
    public string? Cuts { get; init; }

    /// <summary>The configuration on disk did not load before: taken back, it lies there as it was, and nginx goes on with what it has.</summary>
    public bool MendsUnloadable { get; init; }

    public bool Reloads => Steps.Any(step => step.IsConfiguration || step.Action is RepairAction.ReloadNginx);

    public bool Starts => Steps.Any(step => step.Disturbance == Disturbance.Restart);
}
