namespace Why502.Host.Logs;

/// <summary>Compressed logs that were cut off, or are still being written: what comes before the damage is good.</summary>
public static class TornArchive
{
    /// <summary>Fills a block from an unpacking stream as far as it goes; fewer bytes mean its end, or the tear.</summary>
    /// <param name="hasBefore">Whether bytes of this stream were good before; without any, it is no archive.</param>
    /// <exception cref="InvalidDataException">Not one byte of the archive is good.</exception>
    public static int ReadUpToTear(Stream unpacked, Span<byte> block, bool hasBefore)
    {
        var count = 0;
        try
        {
            for (int read; count < block.Length && (read = unpacked.Read(block[count..])) > 0;)
            {
                count += read;
            }
        }
        catch (InvalidDataException) when (hasBefore || count > 0)
        {
            return count;
        }

        return count;
    }
}
