namespace Why502.Repair;

/// <summary>How far a repair has come, by the last line of its journal.</summary>
public enum RepairState
{
    /// <summary>Begun; no later line. Nobody is at work on it when the lock is free: it was killed.</summary>
    Begun,

    /// <summary>It is being taken back, or somebody was killed while taking it back.</summary>
    TakingBack,

    /// <summary>Applied, reloaded, verified.</summary>
    Applied,

    /// <summary>It did not help or could not be made: the old state is back.</summary>
    RolledBack,

    /// <summary>Taken back by <c>--undo</c>.</summary>
    Undone,
}

/// <summary>What follows from a state.</summary>
public static class RepairStates
{
    public static bool IsFinal(this RepairState state) => state is RepairState.Applied or RepairState.RolledBack or RepairState.Undone;

    public static string InWords(this RepairState state) => state switch
    {
        RepairState.Applied => "applied",
        RepairState.RolledBack => "rolled back",
        RepairState.Undone => "undone",
        RepairState.TakingBack => "interrupted while it was taken back",
        _ => "interrupted",
    };
}
