using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// A configuration that does not load: nginx's own <c>[emerg]</c> lines, and the configuration on disk where it is newer than what runs.
/// </summary>
public sealed class NotLoadedSymptoms(NginxView view, Observations seen)
{
    /// <summary>Written after the line that says what is wrong.</summary>
    private const string Follower = "still-could-not-bind";

    /// <summary>main(): what <c>nginx -t</c> ends with where the configuration does not load.</summary>
    private const string TestFailed = "configuration-file-test-failed";

    private const string Unreadable = "emerg";

    /// <summary>The log tells whole seconds: workers of the same second may be those that the refused reload left in place.</summary>
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>An nginx that does not run was refused when it was last started.</summary>
    private static readonly TimeSpan StartWindow = TimeSpan.FromHours(24);

    /// <summary>Names that are looked up unasked.</summary>
    private const int NamesMax = 16;

    /// <summary>EADDRINUSE.</summary>
    private const int AddressInUse = 98;

    private readonly Lazy<ErrorLogSummary?> startLog = new(() => StartLog(view, seen));

    public Incident? Find()
    {
        var refused = Refusals().ToList();
        var onDisk = DiskQuestion(refused.Count > 0) is { } question ? seen.Ask(question).FactOrNull : null;
        if (refused.Count == 0 && Unread() is { } unread)
        {
            return unread;
        }

        if (refused.Count == 0)
        {
            return onDisk is { Errors: [var error, ..] } ? OnDisk(error) : Unresolved();
        }

        // nginx stops at the first mistake: what earlier attempts met was mended since, or is the same.
        var last = refused.Where(group => group.MessageId != Follower).DefaultIfEmpty(refused[0]).MaxBy(group => group.Last ?? DateTime.MaxValue)!;
        return IncidentOf(last, refused.Where(group => group.MessageId == last.MessageId && group.ConfigFile == last.ConfigFile && group.ConfigLine == last.ConfigLine).ToList(), onDisk);
    }

    private IEnumerable<ErrorGroup> Refusals()
        => Logs().SelectMany(log => log.Groups).Where(group => group is { Known: { } known } && IsGivingUp(group, known)
            && (known.Candidates.Count == 0 || known.Candidates.Any(candidate => candidate is "config-invalid" or "dns-name-not-found")) && IsOurs(group));

    /// <summary>A message that was copied without its level has the one at which nginx writes it; that it is nginx's, OpenSSL's queue in nginx's form says.</summary>
    private bool IsGivingUp(ErrorGroup group, ErrorMessage known)
        => group.Level == LogLevel.Emerg || (group is { Level: null, SslReason: not null } && view.Instance.FromFiles && known.Levels is [LogLevel.Emerg]);

    /// <summary>
    /// In files: [emerg] in words that are not known, or cut in the middle of them; and nginx's last word on a test. nginx has that level for what makes it give up
    /// a start or a reload (ngx_conf_log_error, ngx_init_cycle); what a module says for a request names the client.
    /// </summary>
    private Incident? Unread()
    {
        if (!view.Instance.FromFiles)
        {
            return null;
        }

        var failed = Logs().SelectMany(log => log.Groups).LastOrDefault(group => group.MessageId == TestFailed);
        var line = Logs().SelectMany(log => log.Unknown).LastOrDefault(IsRefusal);
        if (failed is null && line is null)
        {
            return null;
        }

        var at = line is null ? null : ErrorLogLine.Parse(line.Text);
        return Form(at?.Message ?? failed!.Message, failed?.MessageId ?? Unreadable, ["config-invalid"]) with
        {
            ConfigAt = at is { ConfigFile: { } file, ConfigLine: { } number } ? new(file, number) : null,
            Requests = failed?.Count ?? 1,
            First = seen.Zoned(failed?.First ?? line?.Time),
            Last = seen.Zoned(failed?.Last ?? line?.Time),
            Samples = [.. failed?.Samples.TakeLast(1) ?? [], .. line is null ? [] : new[] { line }],
        };
    }

    private static bool IsRefusal(LogLine line)
        => ErrorLogLine.Parse(line.Text) is { Level: LogLevel.Emerg } record && record.Client is null && record.RequestUri is null;

    private IEnumerable<ErrorLogSummary> Logs() => view.ErrorLogs.Concat(new[] { startLog.Value, BuiltInLog() }.OfType<ErrorLogSummary>());

    /// <summary>A start, and the reload of the distributions' units, are processes of their own: what they refuse is written to their standard error, which the unit's journal gets.</summary>
    private static ErrorLogSummary? StartLog(NginxView view, Observations seen)
    {
        if (view.Instance is not { FromFiles: false, FilesThrough: 0 } instance || (instance.Running && !DiskState.IsNewer(instance, seen))
            || ServiceOfNginx.Of(instance, seen) is not { } unit)
        {
            return null;
        }

        var window = instance.Running ? view.Window : StartWindow;
        return seen.Ask(new ErrorLogWindow($"journal:{unit.Name}", seen.Now - window)).FactOrNull?.Summary;
    }

    /// <summary>Until error_log is read, nginx writes to the log it was built with (ngx_log_init): mistakes of the text are there.</summary>
    private ErrorLogSummary? BuiltInLog()
    {
        if (view.Instance is not { FromFiles: false, DefaultErrorLog: { } path } || !path.StartsWith('/')
            || view.Configuration?.ErrorLogs.Any(log => log.Path == path) == true)
        {
            return null;
        }

        return seen.Ask(new ErrorLogWindow(path, view.Window is { } window ? seen.Now - window : null)).FactOrNull?.Summary;
    }

    /// <summary>The built-in log is shared by all nginxes of one build, and a unit may have read another file before: a line counts when it names a file of this configuration.</summary>
    private bool IsOurs(ErrorGroup group)
        => view.ErrorLogs.Any(log => log.Groups.Contains(group)) || (group.ConfigFile is null && startLog.Value?.Groups.Contains(group) == true) || view.Configuration?.Files.Any(file => file.Path == group.ConfigFile) == true;

    /// <summary>
    /// Asked only where the disk holds something that no worker has loaded: what runs is proof of itself, and no reading of ours may doubt it.
    /// </summary>
    private ConfigurationTest? DiskQuestion(bool refused)
    {
        var instance = view.Instance;
        if (instance.FromFiles || (instance.Running && !refused && !DiskState.IsNewer(instance, seen)))
        {
            return null;
        }

        return new(instance.ConfigPath, instance.Prefix, instance.Binary ?? "");
    }

    private Incident OnDisk(ConfigurationError error) => Form(error.Message, null, ["config-invalid"]) with
    {
        Samples = [new LogLine(error.File, error.Line, null, $"{error.Message} in {error.File}:{error.Line}")],
        ConfigAt = new(error.File, error.Line),
        Last = seen.Now,
    };

    /// <summary>
    /// A name without an address ends a start as a mistake of the text does (ngx_http_upstream_init_round_robin). Asked only of an nginx that does not run and says nothing of why.
    /// </summary>
    private Incident? Unresolved()
    {
        if (view.Instance.FromFiles || view.Instance.Running || view.Configuration is not { } configuration)
        {
            return null;
        }

        var names = configuration.ProxiedLocations.Where(location => !location.HasVariables).SelectMany(location => location.Peers.Select(target => (target.Endpoint, At: location.Group is null ? location.At : target.At)))
            .Concat(configuration.Upstreams.SelectMany(group => group.Peers.Where(target => !target.Resolve).Select(target => (target.Endpoint, target.At))))
            .Where(item => item.Endpoint is { IsName: true })
            .DistinctBy(item => item.Endpoint!.Host)
            .Take(NamesMax);
        foreach (var (endpoint, at) in names)
        {
            if (seen.Ask(new Resolve(endpoint!.Host!, "")).FactOrNull is { Code: "not-found" })
            {
                var message = $"host not found in upstream \"{endpoint.Host}\"";
                return Form(message, null, ["dns-name-not-found"]) with
                {
                    Phase = Phase.Resolve,
                    Samples = [new LogLine(at.File, at.Line, null, $"{message} in {at}")],
                    ConfigAt = at,
                    Last = seen.Now,
                };
            }
        }

        return null;
    }

    private Incident IncidentOf(ErrorGroup group, IReadOnlyList<ErrorGroup> same, ConfigurationTestFact? onDisk)
    {
        var incident = Form(group.Message, group.MessageId, [.. group.Candidates.Union(["config-invalid"])]) with
        {
            ConfigAt = group is { ConfigFile: { } file, ConfigLine: { } line } ? new(file, line) : null,
            Errno = group.Errno,
            Requests = same.Sum(attempt => attempt.Count),
            First = seen.Zoned(same.Min(attempt => attempt.First)),
            Last = seen.Zoned(same.Max(attempt => attempt.Last)),
            Samples = [.. same.SelectMany(attempt => attempt.Samples).OrderBy(line => line.Time).TakeLast(3)],
        };
        return incident with { State = StateOf(incident, onDisk) };
    }

    private Incident Form(string message, string? id, IReadOnlyList<string> candidates) => new()
    {
        Id = "",
        Kind = SymptomKind.NotLoaded,
        Phase = Phase.Connect,
        Side = Side.Nginx,
        How = How.Invalid,
        Message = message,
        MessageId = id,
        Candidates = candidates,
        Instance = view.Instance,
        Configuration = view.Configuration,
        State = IncidentState.Current,
        Requests = 0,
        Traffic = PeerTraffic.Nothing,
    };

    /// <summary>Over when nginx took a configuration since: workers that started after the line, or nothing left that it was refused for.</summary>
    private IncidentState StateOf(Incident incident, ConfigurationTestFact? onDisk)
    {
        if (view.Instance.FromFiles)
        {
            return view.ErrorLogs.SelectMany(log => log.Events).Any(happened => happened.Kind is NginxEventKind.WorkersStarted && seen.Zoned(happened.Time) > incident.Last) || (incident.Errno is AddressInUse && ServedSince(incident))
                ? IncidentState.Recovered
                : IncidentState.Current;
        }

        if (!view.Instance.Running && ServiceOfNginx.Of(view.Instance, seen) is { ActiveState: "inactive", StateChangedAt: { } stopped } && stopped > incident.Last + Second + Second)
        {
            // It ran again since, and somebody stopped it: what could not be started is failed.
            return IncidentState.Recovered;
        }

        return (view.Instance.WorkersStartedAt >= incident.Last + Second && !DiskState.IsNewer(view.Instance, seen)) || (view.Instance.Running && IsMended(incident, onDisk))
            ? IncidentState.Recovered
            : IncidentState.Current;
    }

    /// <summary>Who starts nginx a second time finds its own ports taken: requests that the same log tells of later were answered by the one that runs.</summary>
    private bool ServedSince(Incident incident)
        => view.ErrorLogs.SelectMany(log => log.Groups).SelectMany(group => group.Samples).Any(line => seen.Zoned(line.Time) > incident.Last && ErrorLogLine.Parse(line.Text)?.Client is not null);

    /// <summary>The reading of the disk speaks for the text and its files; a name and a taken address are the machine's to mend.</summary>
    private bool IsMended(Incident incident, ConfigurationTestFact? onDisk)
    {
        if (onDisk is not { Errors.Count: 0 } || incident.Errno is AddressInUse)
        {
            return false;
        }

        return NameReading.AskedAndConfigured(incident) is not { } name || seen.Ask(new Resolve(name, "")).FactOrNull is { Code: "ok", Addresses.Count: > 0 };
    }
}
