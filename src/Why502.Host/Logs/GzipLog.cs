using Why502.Logs.Gzip;

namespace Why502.Host.Logs;

/// <summary>A .gz log can only be read from its beginning, so it is decompressed up to a limit and its newest part kept.</summary>
internal static class GzipLog
{
    private const int BlockBytes = 256 * 1024;

    /// <returns>The bytes, or the reason why there are none.</returns>
    public static LogBytes? Read(PlainFile file, long keptBytesMax, LogLimits limits, CancellationToken cancellation, out string? reason)
    {
        var blocks = new Queue<byte[]>();
        long kept = 0, total = 0;
        reason = null;
        try
        {
            using var compressed = new FileStream(file.Handle, FileAccess.Read, 0);
            using var stream = new GzipReader(compressed);
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                var block = new byte[BlockBytes];
                var count = TornArchive.ReadUpToTear(stream, block, total > 0);
                total += count;
                if (total > limits.GzipBytesMax)
                {
                    reason = $"it is larger than {limits.GzipBytesMax >> 20} MiB when decompressed";
                    return null;
                }

                blocks.Enqueue(count == BlockBytes ? block : block[..count]);
                kept += count;
                while (kept - blocks.Peek().Length >= keptBytesMax)
                {
                    kept -= blocks.Dequeue().Length;
                }

                if (count < BlockBytes)
                {
                    break;
                }
            }
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            reason = "it is not a complete gzip file";
            return null;
        }

        var bytes = new byte[kept];
        var at = 0;
        foreach (var block in blocks)
        {
            block.CopyTo(bytes, at);
            at += block.Length;
        }

        return new MemoryLogBytes(file.Path, bytes, total - kept);
    }
}
