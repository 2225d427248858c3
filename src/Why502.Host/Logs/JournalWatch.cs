using System.Globalization;
using Why502.Logs;

namespace Why502.Host.Logs;

/// <summary>What nginx's unit has put into systemd's journal since a moment: its standard error, and what it sent to syslog's socket, which journald listens on.</summary>
public sealed class JournalWatch
{
    /// <summary>journald has a record on its disk within this: a client does not wait for that.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(200);

    private readonly Journal journal = new(LogLimits.Default);
    private readonly SortedSet<string> units = new(StringComparer.Ordinal);
    private readonly List<(string Path, string Reason)> unseen = [];

    /// <summary>Units that could not be read, each with its reason.</summary>
    public IReadOnlyList<(string Path, string Reason)> Unseen => unseen;

    public IReadOnlyList<string> Files => [.. units.Select(unit => Journal.Prefix + unit)];

    /// <summary>More was written than is read.</summary>
    public bool Cut { get; private set; }

    /// <param name="unit">nginx.service</param>
    public void Add(string unit) => units.Add(unit);

    /// <param name="from">To the second, as journalctl takes it; nginx's own stamps are no finer.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<IReadOnlyList<ErrorLogRecord>> ReadAsync(DateTimeOffset from, CancellationToken cancellation)
    {
        var records = new List<ErrorLogRecord>();
        if (units.Count > 0)
        {
            await Task.Delay(Settling, cancellation).ConfigureAwait(false);
        }

        foreach (var unit in units)
        {
            var (coverage, reason) = await journal.ReadAsync(string.Create(CultureInfo.InvariantCulture, $"--unit={unit}"), Journal.Prefix + unit, from, new RecordSink(records.Add), cancellation).ConfigureAwait(false);
            Cut |= coverage?.Sampled == true;
            if (coverage is null)
            {
                unseen.Add((Journal.Prefix + unit, reason ?? "it cannot be read"));
            }
        }

        return records;
    }

    /// <summary>Each record by itself.</summary>
    private sealed class RecordSink(Action<ErrorLogRecord> take) : ILogSink
    {
        private ErrorLogReader reader = new("");

        public void Begin(string file, int? firstLine) => reader = new(file, firstLine ?? 1, firstLine is not null);

        public void Push(ReadOnlySpan<byte> block) => reader.Push(block, take);

        public void End() => reader.Complete(take);
    }
}
