namespace Why502.Diagnosis;

/// <summary>Something that was done to, or happened to, nginx, the app or the machine.</summary>
/// <param name="At">When.</param>
/// <param name="What">A clause in the past tense: "app.service was started".</param>
/// <param name="Source">A word of <see cref="Sources"/>.</param>
public sealed record Change(DateTimeOffset At, string What, string Source)
{
    public string? File { get; init; }

    public int? Line { get; init; }

    /// <summary>nginx took a configuration, by its start or a reload: what it answers later is answered with it.</summary>
    public bool IsLoad { get; init; }
}

/// <summary>An incident among the changes around it.</summary>
/// <param name="Before">Changes shortly before the first failure, oldest first. What came before is not yet what caused it.</param>
/// <param name="BeginningSeen">The log reaches back beyond the first failure, so that it is the first one and not merely the oldest that was read.</param>
/// <param name="After">The change right after the last failure of an incident that is over.</param>
public sealed record Timeline(IReadOnlyList<Change> Before, bool BeginningSeen, Change? After)
{
    /// <summary>The change that the beginning followed; null when the beginning was not seen or nothing is known to have changed.</summary>
    public Change? Trigger => BeginningSeen && Before.Count > 0 ? Before[^1] : null;
}
