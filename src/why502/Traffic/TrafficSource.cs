using Why502.Logs;

namespace Why502.Cli.Traffic;

/// <summary>One log to be read, with what its first rows tell.</summary>
/// <param name="Path">Null for standard input.</param>
/// <param name="First">The first row's time, by which a rotated set is put in order.</param>
internal sealed record TrafficSource(string Name, string? Path, bool IsGzip, long Size, AccessLogFormat Format, string FormatSource, DateTime? First)
{
    /// <summary>Read from its beginning to its end by one worker: compressed, or no file.</summary>
    public bool IsStream { get; init; }

    /// <summary>Nothing before this byte is read.</summary>
    public long ReadFrom { get; init; }

    /// <summary>A pipe, with what was read of it to recognise its format still in it; null for a file.</summary>
    public Stream? Opened { get; init; }

    /// <summary>What of a pipe was read before.</summary>
    public long HeadLength { get; init; }

    /// <summary>The format of rows that are not of <see cref="Format"/>, and how it is known; null when there is but the one.</summary>
    public Func<List<string>, (AccessLogFormat? Format, string How)>? FormatOf { get; init; }
}
