namespace Why502.Traffic.Engine;

/// <summary>A table of whole rows beside those that every scan fills.</summary>
internal unsafe interface IRowTable
{
    /// <param name="line">The row's first byte, within a scan's block: 64 bytes before and behind it may be read.</param>
    /// <param name="number">Of the row within the scanner's stretch, from 1.</param>
    void Count(byte* line, int length, ref Row row, long number);
}
