namespace Why502.Logs;

/// <summary>Where the records that are counted stand.</summary>
/// <param name="File">The log.</param>
/// <param name="HasLines">The number of the line is known.</param>
/// <param name="Offset">The file's byte at the beginning of the block.</param>
/// <param name="Line">The number of the last line that was counted.</param>
internal record struct PlainPlace(string File, bool HasLines, long Offset, int Line)
{
    /// <param name="start">Where the record begins in the block.</param>
    public readonly LogPosition At(int start) => new(File, HasLines ? Line + 1 : null, Offset + start);
}
