using Why502.Cli.Given;
using Why502.Diagnosis;
using Why502.Logs;
using Why502.Traffic;

namespace Why502.Cli.Traffic;

/// <summary>Answers a diagnosis with the engine of <c>why502 traffic</c>: the same rows, read by the same code, give the same patterns.</summary>
internal sealed class TrafficAnswers(TimeProvider time)
{
    /// <summary>The newest part of a window that is read: a fraction of a second's work.</summary>
    private const long WindowBytesMax = 64L << 20;

    /// <summary>The other cores have other questions to answer.</summary>
    private const int Threads = 1;

    public static bool CanAnswer(Question question) => question is TrafficPatterns;

    public Task<Answer> AnswerAsync(Question question, CancellationToken cancellation) => Task.Run(() => Answer((TrafficPatterns)question, cancellation), CancellationToken.None);

    private Answer Answer(TrafficPatterns ask, CancellationToken cancellation)
    {
        var path = ask.ThroughPid == 0 ? ask.Path : $"/proc/{ask.ThroughPid}/root{ask.Path}";
        var provenance = new Provenance(Environment.MachineName, Sources.AccessLog, ask.Path, time.GetUtcNow());
        try
        {
            var size = new FileInfo(path).Length;
            var source = new TrafficSource(ask.Path, path, false, size, FormatOf(ask), "config", null) { ReadFrom = Math.Max(0, size - WindowBytesMax) };
            var sampled = source.ReadFrom > TimeSearch.Range(source, ask.From, null).From;
            return Of(ask, source, sampled, provenance, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or UsageException)
        {
            return new(ask, null, Sanitizer.Line(failure.Message), provenance);
        }
    }

    /// <summary>Of a log that was handed over in memory.</summary>
    public static Answer Held(TrafficPatterns ask, byte[] content, bool cut, Provenance provenance, CancellationToken cancellation) =>
        Of(ask, new TrafficSource(ask.Path, null, false, 0, FormatOf(ask), "config", null) { IsStream = true, Opened = new MemoryStream(content) }, cut, provenance, cancellation);

    private static Answer Of(TrafficPatterns ask, TrafficSource source, bool sampled, Provenance provenance, CancellationToken cancellation)
    {
        var request = new TrafficRequest { Files = [ask.Path], Since = ask.From, Scope = TrafficScope.Core, Threads = Threads };
        var report = new TrafficRun([source], request, cancellation).Read(new ReportContext());
        return report.Partial
            ? new(ask, null, "not finished within the time limit", provenance)
            : new(ask, new TrafficPatternsFact(report.Rows, sampled, [.. report.Findings.Select(Pattern)]), null, provenance);
    }

    private static TrafficPattern Pattern(TrafficFinding finding) => new(finding.Kind, finding.Title)
    {
        Upstream = finding.Upstream,
        From = finding.From,
        To = finding.To,
        Count = finding.Count,
        Of = finding.Of,
    };

    private static AccessLogFormat FormatOf(TrafficPatterns ask) => AccessLogFormat.Compile(ask.Format, HeldLog.EscapeOf(ask.Escape));
}
