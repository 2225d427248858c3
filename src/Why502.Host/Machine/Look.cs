using Why502.Diagnosis;

namespace Why502.Host.Machine;

/// <summary>What came of looking: a fact, or why there is none; and how it was looked.</summary>
internal readonly record struct Look(Fact? Fact, string? Unobserved, string How)
{
    public static Look Saw(Fact fact, string how) => new(fact, null, how);

    public static Look Blind(string reason, string how) => new(null, reason, how);
}
