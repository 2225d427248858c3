using Why502.Host.Kernel;
using Why502.Logs;

namespace Why502.Host.Logs;

/// <summary>
/// What is appended to error logs between two moments: from the size each had at the beginning to its end, over a rotation by renaming
/// (the old file is still open here, the new one is read from its start) and over one by copying and truncating.
/// </summary>
public sealed class ErrorLogWatch : IDisposable
{
    /// <summary>Of one log; what is newer than so much is left out, and <see cref="Cut"/> says so.</summary>
    public const int BytesMax = 4 << 20;

    private readonly List<Watched> logs = [];
    private readonly List<(string Path, string Reason)> unseen = [];

    private sealed record Watched(string Path, string Opened, PlainFile? File, long From);

    /// <summary>Logs that cannot be watched, each with its reason.</summary>
    public IReadOnlyList<(string Path, string Reason)> Unseen => unseen;

    public IReadOnlyList<string> Files => [.. logs.Select(log => log.Path)];

    /// <summary>More was appended than is read.</summary>
    public bool Cut { get; private set; }

    /// <param name="path">As nginx opens it.</param>
    /// <param name="throughPid">A process whose root directory the path is meant in; 0 is our own.</param>
    public void Add(string path, int throughPid)
    {
        var opened = ThroughRoot.Open(path, throughPid);
        var file = PlainFile.Open(opened, out var reason, out var errno);
        if (file is null && errno != Errno.NoEntry)
        {
            unseen.Add((path, reason ?? "it cannot be read"));
            return;
        }

        // A log that is not there yet may come: nginx opens it when it starts or is told to reopen.
        logs.Add(new(path, opened, file, file?.Status.Size ?? 0));
    }

    /// <summary>What came since <see cref="Add"/>, in the order of each log; the logs stay watched from where they were.</summary>
    public IReadOnlyList<ErrorLogRecord> Read(CancellationToken cancellation)
    {
        var records = new List<ErrorLogRecord>();
        foreach (var log in logs)
        {
            cancellation.ThrowIfCancellationRequested();
            if (log.File is { } held)
            {
                // Shorter than it was: it was copied away and truncated, and begins anew.
                var now = FileCalls.Status(held.Handle)?.Size ?? held.Status.Size;
                Read(held, log.Path, now < log.From ? 0 : log.From, records);
            }

            using var current = PlainFile.Open(log.Opened, out _, out _);
            if (current is not null && current.Status.Identity != log.File?.Status.Identity)
            {
                Read(current, log.Path, 0, records);
            }
        }

        return records;
    }

    public void Dispose() => logs.ForEach(log => log.File?.Dispose());

    private void Read(PlainFile file, string path, long from, List<ErrorLogRecord> records)
    {
        const int BlockBytes = 64 * 1024;
        var buffer = new byte[BlockBytes];
        var reader = new ErrorLogReader(path, lineNumbersAreExact: false, firstOffset: from);
        var end = from + BytesMax;
        int count;
        while (from < end && (count = file.Read(from, buffer)) > 0)
        {
            reader.Push(buffer.AsSpan(0, count), records.Add);
            from += count;
        }

        Cut |= from >= end;
        reader.Complete(records.Add);
    }
}
