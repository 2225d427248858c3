namespace Why502.Traffic.Sketches;

/// <summary>One of the frequent values.</summary>
internal record struct HeavyEntry
{
    /// <summary>What it is found by.</summary>
    public ulong Key { get; set; }

    /// <summary>Rows seen since the value is held: never more than there were.</summary>
    public long Count { get; set; }

    /// <summary>Rows that may have passed while the value was not held: the truth is from <see cref="Count"/> to Count + Missed.</summary>
    public long Missed { get; set; }

    /// <summary>Of the counted rows, those that ended in 5xx.</summary>
    public long Failed { get; set; }

    /// <summary>Of the counted rows, those that ended in 499.</summary>
    public long Abandoned { get; set; }
    public int LabelLength { get; set; }
}
