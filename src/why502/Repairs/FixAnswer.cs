using Why502.Diagnosis;
using Why502.Repair;

namespace Why502.Cli.Repairs;

/// <summary>What <c>fix</c> has to say, for the page and for JSON alike.</summary>
/// <param name="Act">plan, apply, undo, recover, history or refused.</param>
internal sealed record FixAnswer(string Act)
{
    public IReadOnlyList<PlannedRepair> Repairs { get; init; } = [];

    public IReadOnlyList<RepairOutcome> Outcomes { get; init; } = [];

    public IReadOnlyList<StoredRepair> History { get; init; } = [];

    public Conclusion? Conclusion { get; init; }

    /// <summary>The cause that was asked for.</summary>
    public string? Cause { get; init; }

    public string? Refusal { get; init; }

    /// <summary>A repair is under way now.</summary>
    public bool Busy { get; init; }
}
