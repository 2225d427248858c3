using System.Diagnostics.CodeAnalysis;
using Why502.Diagnosis;
using Why502.Host.Kernel;
using Why502.Logs;
using Why502.Nginx;
using Why502.Traffic.Windows;

namespace Why502.Host.Logs;

/// <summary>
/// Answers the questions about files: nginx's configuration and every kind of log, each read within named limits. What cannot be read is
/// unobserved with its reason, never an exception.
/// </summary>
public sealed class LogAnswers
{
    private const string KernelFile = "/var/log/kern.log";

    private readonly string hostName;
    private readonly TimeProvider time;
    private readonly TimeZoneInfo zone;
    private readonly LogLimits limits;
    private readonly Journal journal;

    /// <param name="hostName">Host of the provenance; null is this machine's name.</param>
    public LogAnswers(TimeProvider time, string? hostName = null, LogLimits? limits = null)
    {
        this.time = time;
        this.hostName = hostName ?? Environment.MachineName;
        this.limits = limits ?? LogLimits.Default;
        zone = time.LocalTimeZone;
        journal = new Journal(this.limits);
    }

    [SuppressMessage("Performance", "CA1822", Justification = "Whoever answers questions is asked the same way.")]
    public bool CanAnswer(Question question)
        => question is ConfigurationText or ErrorLogWindow or AccessLogWindow or AppLogWindow or JournalWindow or KernelLogWindow;

    [SuppressMessage("Design", "CA1031", Justification = "A reader that fails in an unforeseen way is unobserved; the others go on.")]
    public async Task<Answer> AnswerAsync(Question question, CancellationToken cancellation)
    {
        var provenance = new Provenance(hostName, Source(question), How(question), time.GetUtcNow());
        try
        {
            cancellation.ThrowIfCancellationRequested();
            var (fact, unobserved) = await ObserveAsync(question, cancellation).ConfigureAwait(false);
            return new(question, fact, unobserved, provenance);
        }
        catch (OperationCanceledException)
        {
            return new(question, null, "not finished within the time limit", provenance);
        }
        catch (Exception failure)
        {
            return new(question, null, $"reading failed ({failure.GetType().Name}: {Sanitizer.Line(failure.Message)})", provenance);
        }
    }

    private Task<(Fact? Fact, string? Unobserved)> ObserveAsync(Question question, CancellationToken cancellation) => question switch
    {
        // Files are read synchronously: on another thread, so that the caller's other questions go on.
        ConfigurationText ask => Task.Run(() => Configuration(ask, cancellation), cancellation),
        ErrorLogWindow ask when ask.Path.StartsWith(Journal.Prefix, StringComparison.Ordinal) => ErrorJournalAsync(ask, cancellation),
        ErrorLogWindow ask => Task.Run(() => ErrorLog(ask, cancellation), cancellation),
        AccessLogWindow ask => Task.Run(() => AccessLog(ask, cancellation), cancellation),
        AppLogWindow ask => Task.Run(() => AppLog(ask.Path, ask.From, AppLogKind.Unknown, cancellation), cancellation),
        JournalWindow ask => JournalAsync(ask, cancellation),
        KernelLogWindow ask => KernelAsync(ask, cancellation),
        _ => Task.FromResult<(Fact?, string?)>((null, "no reader answers this")),
    };

    private static (Fact?, string?) Configuration(ConfigurationText ask, CancellationToken cancellation)
    {
        var source = new FileConfigurationSource(cancellation) { Root = RootedPath.Of(ask.ThroughPid) };
        if (source.Read(ask.ConfigPath) is { Content: null } main)
        {
            return (null, $"open() \"{ask.ConfigPath}\" failed {main.Problem}");
        }

        // Loading is what finds the includes.
        NginxConfiguration.Load(source, ask.ConfigPath, ask.Prefix);
        return (new ConfigurationFact(source.Files), null);
    }

    private (Fact?, string?) ErrorLog(ErrorLogWindow ask, CancellationToken cancellation)
    {
        var start = Start(ask.From);
        var sink = new ErrorLogSink(start?.Local);
        var window = new LogWindow(ThroughRoot.Open(ask.Path, ask.ThroughPid), start, ByLead(start), limits.ErrorWindowBytesMax, limits);
        var coverage = window.Read(ThroughRoot.Named(sink, ask.ThroughPid), cancellation, out var unobserved);
        return (coverage is null ? null : new ErrorLogFact(sink.Summary, coverage), unobserved);
    }

    private async Task<(Fact?, string?)> ErrorJournalAsync(ErrorLogWindow ask, CancellationToken cancellation)
    {
        var sink = new ErrorLogSink(Start(ask.From)?.Local);
        var unit = ask.Path[Journal.Prefix.Length..];
        var (coverage, unobserved) = await journal.ReadAsync($"--unit={unit}", ask.Path, ask.From, sink, cancellation).ConfigureAwait(false);
        return (coverage is null ? null : new ErrorLogFact(sink.Summary, coverage), unobserved);
    }

    private (Fact?, string?) AccessLog(AccessLogWindow ask, CancellationToken cancellation)
    {
        var start = Start(ask.From);
        var format = AccessLogFormat.Compile(ask.Format, EscapeWords.Mode(ask.Escape));
        var scan = new AccessLogScan(format, ask.Path, ask.From);
        var window = new LogWindow(ThroughRoot.Open(ask.Path, ask.ThroughPid), start, ByFormat(start, format), limits.WindowBytesMax, limits);
        var coverage = window.Read(ThroughRoot.Named(new AccessLogSink(scan, ask.Path), ask.ThroughPid), cancellation, out var unobserved);
        return (coverage is null ? null : AccessLogFacts.Of(scan, ask.Setup, coverage), unobserved);
    }

    private (Fact?, string?) AppLog(string path, DateTimeOffset? from, AppLogKind kind, CancellationToken cancellation)
    {
        var start = Start(from);
        var sink = Sink(start, kind);
        var window = new LogWindow(path, start, ByLead(start), limits.AppWindowBytesMax, limits);
        var coverage = window.Read(sink, cancellation, out var unobserved);
        return (coverage is null ? null : new AppLogFact(sink.Events, sink.LastLines, coverage), unobserved);
    }

    private async Task<(Fact?, string?)> JournalAsync(JournalWindow ask, CancellationToken cancellation)
    {
        var sink = Sink(Start(ask.From), AppLogKind.Unknown);
        var (coverage, unobserved) = await journal.ReadAsync($"--unit={ask.Unit}", Journal.Prefix + ask.Unit, ask.From, sink, cancellation).ConfigureAwait(false);
        return (coverage is null ? null : new AppLogFact(sink.Events, sink.LastLines, coverage), unobserved);
    }

    private async Task<(Fact?, string?)> KernelAsync(KernelLogWindow ask, CancellationToken cancellation)
    {
        var sink = Sink(Start(ask.From), AppLogKind.Kernel);
        if (KernelRing.Read(ask.From, time.GetUtcNow(), cancellation) is { } ring)
        {
            sink.Begin(KernelRing.Device, null);
            sink.Push(ring);
            sink.End();
            return (new AppLogFact(sink.Events, sink.LastLines, new(ring.Length, ring.Length, false, [KernelRing.Device])), null);
        }

        var (coverage, unobserved) = await journal.ReadAsync("--dmesg", Journal.Prefix + "kernel", ask.From, sink, cancellation).ConfigureAwait(false);
        if (coverage is not null)
        {
            return (new AppLogFact(sink.Events, sink.LastLines, coverage), null);
        }

        var (fact, _) = await Task.Run(() => AppLog(KernelFile, ask.From, AppLogKind.Kernel, cancellation), cancellation).ConfigureAwait(false);
        return fact is not null ? (fact, null) : (null, $"/dev/kmsg cannot be read here, {unobserved}, and {KernelFile} neither");
    }

    private AppLogSink Sink(WindowStart? start, AppLogKind kind) => new(kind, start, time.GetLocalNow().DateTime, limits);

    private WindowStart? Start(DateTimeOffset? from) => from is { } point ? new(point, time.GetUtcNow(), zone, limits.Disorder) : null;

    private static PlaceOf ByLead(WindowStart? start) => start is null ? _ => LinePlace.Within : start.PlaceByLead;

    private static PlaceOf ByFormat(WindowStart? start, AccessLogFormat format) => start is null
        ? _ => LinePlace.Within
        : line => format.TryParse(line, out var row) && row.Time is { } at ? start.Place(at.UtcDateTime, isUtc: true) : LinePlace.Undated;

    private static string Source(Question question) => question switch
    {
        ConfigurationText => Sources.Config,
        AccessLogWindow => Sources.AccessLog,
        AppLogWindow or JournalWindow => Sources.AppLog,
        KernelLogWindow => Sources.KernelLog,
        _ => Sources.ErrorLog,
    };

    private static string How(Question question) => question switch
    {
        ConfigurationText ask => ask.ConfigPath,
        ErrorLogWindow ask => ask.Path,
        AccessLogWindow ask => ask.Path,
        AppLogWindow ask => ask.Path,
        JournalWindow ask => $"journalctl --unit={ask.Unit}",
        _ => "kernel log",
    };
}
