namespace Why502.Logs.Gzip;

/// <summary>Why a step went no further.</summary>
internal enum Pause
{
    /// <summary>It is done.</summary>
    None,

    /// <summary>It goes on when there are more packed bytes.</summary>
    NeedsInput,

    /// <summary>It goes on when what was unpacked has been taken.</summary>
    IsFull,

    /// <summary>These bytes follow no rule of the format. What was unpacked before is good.</summary>
    Damaged,
}
