using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Logs;

/// <summary>Receives the text of a window, file by file, oldest first.</summary>
internal interface ILogSink
{
    /// <param name="firstLine">Number of the first line; null when counting would have cost too much.</param>
    void Begin(string file, int? firstLine);

    void Push(ReadOnlySpan<byte> block);

    void End();
}

/// <summary>
/// A log's newest part since a point in time, over its rotated predecessors, within a limit: where it begins is found by search, so a log
/// of 50 GB costs what a small one costs.
/// </summary>
internal sealed class LogWindow(string path, WindowStart? start, PlaceOf placeOf, long bytesMax, LogLimits limits)
{
    /// <summary>What was read stays near the processor until it is looked at.</summary>
    private const int BlockBytes = 64 * 1024;

    private readonly List<Segment> newestFirst = [];
    private readonly List<string> notRead = [];
    private long left = bytesMax;
    private long inWindow;
    private bool sampled;

    private sealed record Segment(LogBytes Bytes, long Start, int? FirstLine);

    /// <returns>What was read, or the reason why nothing could be.</returns>
    public LogCoverage? Read(ILogSink sink, CancellationToken cancellation, out string? unobserved)
    {
        try
        {
            unobserved = Collect(cancellation);
            return unobserved is null ? Deliver(sink, cancellation) : null;
        }
        finally
        {
            newestFirst.ForEach(segment => segment.Bytes.Dispose());
        }
    }

    private string? Collect(CancellationToken cancellation)
    {
        var seen = new HashSet<(uint, uint, ulong)>();
        var file = PlainFile.Open(path, out var reason, out var errno);
        if (file is null && errno != Errno.NoEntry)
        {
            return reason;
        }

        var reaches = true;
        if (file is not null)
        {
            seen.Add(file.Status.Identity);
            reaches = Add(new PlainLogBytes(file), cancellation);
        }

        // Between logrotate's rename and nginx's reopening the log has no file of its own.
        foreach (var older in reaches ? RotatedFiles.Of(Target(path), limits) : [])
        {
            if (older.Status.ModifiedAt < start?.From - limits.Disorder)
            {
                break;
            }

            if (left <= 0)
            {
                sampled = true;
                break;
            }

            if (seen.Add(older.Status.Identity) && !AddRotated(older, cancellation))
            {
                break;
            }
        }

        return file is null && newestFirst.Count == 0 ? reason : null;
    }

    /// <returns>Whether a still older file may reach into the window.</returns>
    private bool AddRotated(RotatedFile older, CancellationToken cancellation)
    {
        if (older.Packing is not ("" or ".gz"))
        {
            notRead.Add($"{older.Path}: it is packed as {older.Packing[1..]}");
            return true;
        }

        var file = PlainFile.Open(older.Path, out var reason, out _);
        if (file is null)
        {
            notRead.Add($"{older.Path}: {reason}");
            return true;
        }

        if (older.Packing.Length == 0)
        {
            return Add(new PlainLogBytes(file), cancellation);
        }

        using (file)
        {
            if (GzipLog.Read(file, left, limits, cancellation, out reason) is { } unpacked)
            {
                return Add(unpacked, cancellation);
            }
        }

        notRead.Add($"{older.Path}: {reason}");
        return true;
    }

    private bool Add(LogBytes bytes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var search = new WindowSearch(bytes, placeOf);
        var end = bytes.Length;
        var low = Math.Max(0, end - left);
        var found = start is null ? new WindowSearch.Start(low == 0 ? 0 : search.NextLine(low, end), false) : search.Find(low, end);
        var firstByte = found.Offset;
        var reaches = !found.SawBefore;
        if (reaches && (low > 0 || bytes.Dropped > 0))
        {
            sampled = true;
            var whole = start is null || low == 0 ? new WindowSearch.Start(0, false) : search.Find(0, low, limits.SearchStepBytesMax);
            inWindow += firstByte - whole.Offset + bytes.Dropped;
            reaches = !whole.SawBefore;
        }

        inWindow += end - firstByte;
        left -= end - firstByte;
        newestFirst.Add(new(bytes, firstByte, FirstLine(bytes, firstByte)));
        return reaches;
    }

    private int? FirstLine(LogBytes bytes, long offset)
    {
        if (offset > limits.LineCountBytesMax || bytes.Dropped > 0)
        {
            return null;
        }

        var lines = 0;
        Range(bytes, 0, offset, block => lines += block.Count((byte)'\n'), CancellationToken.None);
        return lines + 1;
    }

    private LogCoverage Deliver(ILogSink sink, CancellationToken cancellation)
    {
        long read = 0;
        foreach (var segment in Enumerable.Reverse(newestFirst).Where(segment => segment.Start < segment.Bytes.Length))
        {
            sink.Begin(segment.Bytes.File, segment.FirstLine);
            read += Range(segment.Bytes, segment.Start, segment.Bytes.Length, sink.Push, cancellation);
            sink.End();
        }

        var files = Enumerable.Reverse(newestFirst).Select(segment => segment.Bytes.File);
        return new(read, inWindow, sampled, [.. files]) { NotRead = notRead };
    }

    private static long Range(LogBytes bytes, long from, long to, Action<ReadOnlySpan<byte>> onBlock, CancellationToken cancellation)
    {
        var buffer = new byte[BlockBytes];
        var at = bytes.NextData(from);

        // Where a writer without O_APPEND goes on after a truncation, zeros precede its first line.
        var inZeros = true;
        while (at < to)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = bytes.Read(at, buffer.AsSpan(0, (int)Math.Min(BlockBytes, to - at)));
            if (count == 0)
            {
                break;
            }

            ReadOnlySpan<byte> block = buffer.AsSpan(0, count);
            at += count;
            block = inZeros ? block.TrimStart((byte)0) : block;
            inZeros &= block.IsEmpty;
            onBlock(block);
        }

        return at - from;
    }

    /// <summary>Rotated files lie beside the file that a symbolic link leads to.</summary>
    private static string Target(string path)
    {
        try
        {
            return new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }
}
