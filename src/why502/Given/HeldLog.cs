using Why502.Diagnosis;
using Why502.Host.Logs;
using Why502.Logs;
using Why502.Traffic.Windows;

namespace Why502.Cli.Given;

/// <summary>Answers a log question from bytes in memory: standard input, a pipe, or a compressed file.</summary>
internal static class HeldLog
{
    private const int LineBytesMax = 64 * 1024;

    private const int EventsMax = 400;

    private const int LastLinesMax = 5;

    public static Answer Answer(Question question, string name, byte[] content, bool cut, FileClock clock)
    {
        var coverage = new LogCoverage(content.Length, content.Length, cut, [name]);
        var provenance = new Provenance("", Source(question), name, clock.Now);
        Fact fact = question switch
        {
            ErrorLogWindow ask => new ErrorLogFact(ErrorLog(name, content, ask.From, cut, clock), coverage),
            AccessLogWindow ask => AccessLog(ask, name, content, cut, coverage),
            AppLogWindow ask => AppLog(ask, name, content, cut, coverage, clock),
            _ => throw new ArgumentOutOfRangeException(nameof(question)),
        };
        return new(question, fact, null, provenance);
    }

    private static ErrorLogSummary ErrorLog(string name, byte[] content, DateTimeOffset? from, bool cut, FileClock clock)
    {
        var fold = new ErrorLogFold(Local(from, clock));
        var reader = new ErrorLogReader(name, 1, lineNumbersAreExact: !cut);
        reader.Push(content, fold);
        reader.Complete(fold);
        return fold.Summary();
    }

    private static AccessLogFact AccessLog(AccessLogWindow ask, string name, byte[] content, bool cut, LogCoverage coverage)
    {
        var scan = new AccessLogScan(AccessLogFormat.Compile(ask.Format, EscapeWords.Mode(ask.Escape)), name, ask.From);
        scan.Begin(cut ? null : 1);
        scan.Push(content);
        scan.End();
        return AccessLogFacts.Of(scan, ask.Setup, coverage);
    }

    private static AppLogFact AppLog(AppLogWindow ask, string name, byte[] content, bool cut, LogCoverage coverage, FileClock clock)
    {
        var from = Local(ask.From, clock);
        var events = new Queue<AppLogEvent>();
        var reader = new AppLogReader(name, AppLogKind.Unknown, 1, lineNumbersAreExact: !cut, now: clock.Now.DateTime);
        reader.Push(content, Add);
        reader.Complete(Add);
        var lines = new LineSplitter(LineBytesMax);
        var last = new Queue<LogLine>();
        var number = 0;
        lines.Push(content, Keep);
        lines.Complete(Keep);
        return new([.. events], [.. last], coverage);

        void Add(AppLogEvent logged)
        {
            if (from is not null && logged.Time < from)
            {
                return;
            }

            events.Enqueue(logged);
            if (events.Count > EventsMax)
            {
                events.Dequeue();
            }
        }

        void Keep(ReadOnlySpan<byte> line, long offset, bool shortened)
        {
            number++;
            last.Enqueue(new LogLine(name, cut ? null : number, null, Redactor.Text(Sanitizer.Line(line))));
            if (last.Count > LastLinesMax)
            {
                last.Dequeue();
            }
        }
    }

    private static DateTime? Local(DateTimeOffset? from, FileClock clock) => from is { } start ? start.ToOffset(clock.Now.Offset).DateTime : null;

    private static string Source(Question question) => question switch
    {
        ErrorLogWindow => Sources.ErrorLog,
        AccessLogWindow => Sources.AccessLog,
        _ => Sources.AppLog,
    };
}
