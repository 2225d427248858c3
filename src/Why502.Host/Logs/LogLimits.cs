namespace Why502.Host.Logs;

/// <summary>What is read at most, whatever lies on the disk. Reaching a limit is visible in the coverage of the answer.</summary>
public sealed record LogLimits
{
    public static LogLimits Default { get; } = new();

    /// <summary>The newest part of an access log's window that is read, over all files of one log: some 80,000 rows, more than a pattern needs to be told from chance.</summary>
    public long WindowBytesMax { get; init; } = 16L << 20;

    /// <summary>The same of an error log, which is folded faster: some 70,000 records.</summary>
    public long ErrorWindowBytesMax { get; init; } = 24L << 20;

    /// <summary>App logs tell by their events; their older part is seldom worth its time.</summary>
    public long AppWindowBytesMax { get; init; } = 4L << 20;

    /// <summary>Bytes before the window whose lines are counted, so that line numbers are exact.</summary>
    public long LineCountBytesMax { get; init; } = 32L << 20;

    /// <summary>Decompressed bytes of one .gz file; its newest lines are at its end, so a larger one tells nothing of the window's end.</summary>
    public long GzipBytesMax { get; init; } = 64L << 20;

    /// <summary>How far one step of the search outside the readable part looks for a time stamp.</summary>
    public long SearchStepBytesMax { get; init; } = 1L << 20;

    public int RotatedFilesMax { get; init; } = 16;

    public int DirectoryEntriesMax { get; init; } = 20_000;

    public int EventsMax { get; init; } = 400;

    public int LastLinesMax { get; init; } = 5;

    public int JournalLinesMax { get; init; } = 20_000;

    public int JournalBytesMax { get; init; } = 16 << 20;

    public TimeSpan JournalPatience { get; init; } = TimeSpan.FromMilliseconds(2500);

    /// <summary>Workers write their cached time, so neighbouring lines may be out of order by as long as an event loop blocks (ngx_times.c).</summary>
    public TimeSpan Disorder { get; init; } = TimeSpan.FromSeconds(5);
}
