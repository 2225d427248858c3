using Why502.Logs;
using Why502.Nginx;
using LogKind = Why502.Nginx.LogKind;

namespace Why502.Diagnosis.Readings;

/// <summary>One nginx with everything that was read of it: configuration and what its logs say about the window.</summary>
public sealed partial class NginxView
{
    private readonly Dictionary<AccessLogSummary, IReadOnlyList<Server>> writers = new(ReferenceEqualityComparer.Instance);
    private TrafficReading? traffic;
    private readonly List<string> unreadable = [];

    private NginxView(NginxInstance instance, NginxConfiguration? configuration, TimeSpan? window)
    {
        Instance = instance;
        Configuration = configuration;
        Window = window;
        Peers = [.. (configuration?.ProxiedLocations ?? []).SelectMany(location => location.Peers).Where(peer => peer.Endpoint is not null).DistinctBy(peer => peer.Endpoint!.ToString())];
    }

    public NginxInstance Instance { get; }

    public NginxConfiguration? Configuration { get; }

    public TimeSpan? Window { get; }

    public IReadOnlyList<PeerTarget> Peers { get; }

    public IReadOnlyList<ErrorLogSummary> ErrorLogs { get; private set; } = [];

    public IReadOnlyList<AccessLogSummary> AccessLogs { get; private set; } = [];

    /// <summary>Which rows of the access logs went where.</summary>
    public TrafficReading Traffic => traffic ??= new(Configuration, AccessLogs, writers.GetValueOrDefault);

    /// <summary>What only many rows of an access log show.</summary>
    public IReadOnlyList<TrafficPattern> Patterns { get; private set; } = [];

    /// <summary>From here on all error logs were read; null when that is not known.</summary>
    public DateTimeOffset? ReadFrom { get; private set; }

    /// <summary>At least one error log of the window was read, and none of those configured was refused.</summary>
    public bool LogsReadable { get; private set; }

    /// <summary>A configured error log could not be looked at: that a status has no line in it is not known.</summary>
    public bool LogRefused => unreadable.Count > 0;

    public static NginxView Of(NginxInstance instance, Observations seen, DiagnosisOptions options)
    {
        var view = new NginxView(instance, seen.ConfigurationOf(instance), options.Since);
        var from = options.Since is { } window ? seen.Now - window : (DateTimeOffset?)null;
        if (instance.FromFiles)
        {
            view.ReadGiven(seen, from);
        }
        else if (view.Configuration is not null)
        {
            view.ReadConfigured(seen, from);
        }

        return view;
    }

    /// <summary>
    /// From here on every failure of nginx's own has its line in a log that was read, be it empty: nginx writes one at level error for each 502 and 504 that it
    /// makes. Null where a log was not read, leaves such lines out, or is no longer the file that nginx writes to.
    /// </summary>
    public DateTimeOffset? FailuresKnownFrom(Observations seen)
        => LogsReadable && Instance is { FromFiles: false, MasterPid: { } master } && Configuration is { ErrorLogs: { Count: > 0 } targets }
            && targets.All(target => target.Kind == LogKind.File && target.Level is "error" or "warn" or "notice" or "info" or "debug"
                && PathOf(target) is { } path && seen.Ask(new LogHeld(path, master) { ThroughPid = Instance.FilesThrough }).FactOrNull is { Held: true })
            ? ReadFrom
            : null;

    private void ReadGiven(Observations seen, DateTimeOffset? from)
    {
        KeepErrorLogs([.. Instance.GivenLogs.Where(log => log.Kind == GivenLogKind.ErrorLog).Select(log => Read(seen, new ErrorLogWindow(log.Path, from))).OfType<ErrorLogFact>()], null, seen);
        var setup = Setup();
        KeepAccessLogs(Instance.GivenLogs.Where(log => log.Kind == GivenLogKind.AccessLog).Select(log => new AccessLogWindow(log.Path, log.Format, log.Escape, from) { Setup = setup }), seen);
        LogsReadable = ErrorLogs.Count > 0;
    }

    private void ReadConfigured(Observations seen, DateTimeOffset? from)
    {
        var paths = Configuration!.ErrorLogs.Select(PathOf).OfType<string>().Distinct().ToList();
        KeepErrorLogs([.. paths.Select(path => Read(seen, new ErrorLogWindow(path, from) { ThroughPid = Instance.FilesThrough })).OfType<ErrorLogFact>()], from, seen);
        var setup = Setup();
        KeepAccessLogs(
            Configuration.AccessLogs
                .Where(log => log.Path is { Length: > 0 } path && !path.Contains('$', StringComparison.Ordinal))
                .Select(log => new AccessLogWindow(Absolute(log.Path!), log.Format ?? "", log.Escape, from) { ThroughPid = Instance.FilesThrough, Setup = setup })
                .Distinct(),
            seen);
        LogsReadable = ErrorLogs.Count > 0 && unreadable.Count == 0;
    }

    /// <summary>Of a file that was handed over, and of a log that was larger than what is read, the first line that was read is where it begins.</summary>
    private void KeepErrorLogs(IReadOnlyList<ErrorLogFact> facts, DateTimeOffset? from, Observations seen)
    {
        ErrorLogs = [.. facts.Select(fact => fact.Summary)];
        ReadFrom = facts.Max(fact => fact.Coverage.Sampled || from is null
            ? seen.Zoned(fact.Summary.First)
            : from);
    }

    private TrafficSetup Setup() => Configuration is null ? new() : TrafficSetup.Of(Configuration);

    private void KeepAccessLogs(IEnumerable<AccessLogWindow> questions, Observations seen)
    {
        List<AccessLogFact> facts = [];
        foreach (var question in questions)
        {
            if (seen.Ask(question).FactOrNull is { } fact)
            {
                facts.Add(fact);
                if (!Instance.FromFiles)
                {
                    writers[fact.Summary] = [.. Configuration!.AccessLogs.Where(log => log.Path is { } path && Absolute(path) == question.Path).SelectMany(log => log.Servers).Distinct()];
                }
            }
        }

        AccessLogs = [.. facts.Select(fact => fact.Summary)];
        Patterns = [.. facts.SelectMany(fact => fact.Patterns)];
    }

    private ErrorLogFact? Read(Observations seen, ErrorLogWindow question)
    {
        var observed = seen.Ask(question);
        if (observed.Outcome == Outcome.Unobserved)
        {
            unreadable.Add(question.Path);
        }

        return observed.FactOrNull;
    }

    /// <summary>Where a target's records can be read: a file, the master's stderr, or nowhere.</summary>
    private string? PathOf(LogTarget target) => JournalOf(Instance, target) is { } unit ? $"journal:{unit}" : target.Kind switch
    {
        LogKind.File when target.Path is { } path => Absolute(path),
        LogKind.File when Instance.DefaultErrorLog is { } path => path == "stderr" ? StderrPath : Absolute(path),
        LogKind.Stderr => StderrPath,
        _ => null,
    };

    private string? StderrPath => Instance.StderrTarget switch
    {
        { } path when path.StartsWith('/') => path,
        _ => null,
    };

    /// <summary>
    /// The unit of this nginx, where systemd's journal gets its error log: as its standard error, or by syslog's socket, on which journald listens (systemd-journald-dev-log.socket) and
    /// to which each record goes as a file would get it (ngx_syslog_writer). Null where it goes elsewhere.
    /// </summary>
    public static string? JournalOf(NginxInstance instance, LogTarget target) => target.Kind switch
    {
        LogKind.Stderr when instance is { FilesThrough: 0, StderrTarget: "journal" } => instance.Unit ?? "nginx.service",
        LogKind.File when target.Path is null && instance is { DefaultErrorLog: "stderr", FilesThrough: 0, StderrTarget: "journal" } => instance.Unit ?? "nginx.service",
        LogKind.Syslog when instance is { FilesThrough: 0, FromFiles: false, Unit: { } unit } && (target.Path ?? "").Split(',').Any(part => part.Trim() is "server=unix:/dev/log" or "server=unix:/run/systemd/journal/dev-log") => unit,
        _ => null,
    };

    private string Absolute(string path) => path.StartsWith('/') ? path : Instance.Prefix.TrimEnd('/') + "/" + path;
}
