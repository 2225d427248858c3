using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>A place among the rows of a block.</summary>
internal unsafe struct RowCursor
{
    /// <summary>The next row's first byte.</summary>
    public int At;

    /// <summary>Its first mark, as <see cref="ScanBuffer.Marks"/>.</summary>
    public int* Marks;

    /// <summary>What has found the marks, and finds other bytes within a row.</summary>
    public BytePlaces.Kernel Kernel;

    /// <summary>Passes over a row that is there as a whole, and answers where its newline stands.</summary>
    public int Pass(byte* text)
    {
        while (text[*Marks] != '\n')
        {
            Marks++;
        }

        At = *Marks + 1;
        return *Marks++;
    }
}
