using Why502.Logs;
using Why502.Traffic.Windows;

namespace Why502.Host.Logs;

/// <summary>Error-log text to groups of equal symptoms.</summary>
internal sealed class ErrorLogSink(DateTime? from) : ILogSink
{
    private readonly ErrorLogFold fold = new(from);
    private ErrorLogReader reader = new("");

    public ErrorLogSummary Summary => fold.Summary();

    public void Begin(string file, int? firstLine) => reader = new(file, firstLine ?? 1, firstLine is not null);

    public void Push(ReadOnlySpan<byte> block) => reader.Push(block, fold);

    public void End() => reader.Complete(fold);
}

/// <summary>Access-log text to counts.</summary>
/// <param name="path">The log itself: of its predecessors, lines have no number.</param>
internal sealed class AccessLogSink(AccessLogScan scan, string path) : ILogSink
{
    public void Begin(string file, int? firstLine) => scan.Begin(file == path ? firstLine : null);

    public void Push(ReadOnlySpan<byte> block) => scan.Push(block);

    public void End() => scan.End();
}

/// <summary>App-side text to events, the newest of them, and its last lines.</summary>
/// <param name="localNow">Gives a year to the stamps that have none (syslog).</param>
internal sealed class AppLogSink(AppLogKind kind, WindowStart? start, DateTime localNow, LogLimits limits) : ILogSink
{
    private const int LineBytesMax = 16 * 1024;

    private readonly Queue<AppLogEvent> events = [];
    private readonly Queue<(string File, int? Line, byte[] Text)> last = [];
    private LineSplitter lines = new(LineBytesMax);
    private AppLogReader reader = new("");
    private string file = "";
    private int? line;

    public IReadOnlyList<AppLogEvent> Events => [.. events];

    public IReadOnlyList<LogLine> LastLines => [.. last.Select(kept => new LogLine(kept.File, kept.Line, Time(kept.Text), Redactor.Text(Sanitizer.Line(kept.Text))))];

    public void Begin(string file, int? firstLine)
    {
        this.file = file;
        line = firstLine;
        lines = new(LineBytesMax);
        reader = new(file, kind, firstLine ?? 1, firstLine is not null, localNow);
    }

    public void Push(ReadOnlySpan<byte> block)
    {
        reader.Push(block, Add);
        lines.Push(block, Keep);
    }

    public void End()
    {
        reader.Complete(Add);
        lines.Complete(Keep);
    }

    private void Add(AppLogEvent happened)
    {
        if (start is not null && happened.Time is { } time && start.IsBefore(time, happened.TimeIsUtc))
        {
            return;
        }

        events.Enqueue(happened);
        if (events.Count > limits.EventsMax)
        {
            events.Dequeue();
        }
    }

    private void Keep(ReadOnlySpan<byte> text, long offset, bool cut)
    {
        var number = line++;
        if (text.Trim((byte)' ').IsEmpty)
        {
            return;
        }

        last.Enqueue((file, number, text.ToArray()));
        if (last.Count > limits.LastLinesMax)
        {
            last.Dequeue();
        }
    }

    private DateTime? Time(byte[] text) => LogTime.TryRead(text, out var time, out _, localNow) ? time : null;
}
