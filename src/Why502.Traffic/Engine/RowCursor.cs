namespace Why502.Traffic.Engine;

/// <summary>A place among the rows of a block.</summary>
internal unsafe struct RowCursor
{
    /// <summary>The next row's first byte.</summary>
    public int At;

    /// <summary>Its newline, and those behind it.</summary>
    public int* Ends;

    /// <summary>Quotes; those in front of the row are passed over.</summary>
    public int* Quotes;
}
