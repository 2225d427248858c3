namespace Why502.Traffic.Engine;

/// <summary>A short way to read rows of one form, many at a time.</summary>
internal unsafe interface IBatchReader
{
    /// <summary>Reads rows until one is not of the form or of another minute, or the batch is full; the cursor stands behind them. Answers whether the next row may be of the form.</summary>
    /// <param name="text">The block; 64 bytes before and behind it may be read.</param>
    /// <param name="stop">No row that begins here or behind is read.</param>
    bool Read(byte* text, int stop, ref RowCursor cursor, RowBatch batch);
}
