using System.Text;
using Why502.Cli.Given.Answers;
using Why502.Diagnosis;
using Why502.Diagnosis.Stacks;
using Why502.Host.Logs;
using Why502.Logs;
using Why502.Logs.Commands;
using Why502.Nginx;

namespace Why502.Cli.Given;

/// <summary>
/// All files of the command line as one source of answers: they stand for an nginx of which nothing else is known, and
/// nothing but them is touched.
/// </summary>
internal sealed class GivenSet
{
    private readonly IReadOnlyList<GivenFile> whole;
    private readonly IReadOnlyList<GivenFile> files;
    private readonly GivenConfiguration configuration;
    private readonly Dictionary<(string Path, GivenKind Kind), GivenFile> logFiles;
    private readonly GivenRecords records;
    private readonly FileClock clock;
    private readonly LogAnswers logs;
    private readonly Dictionary<Question, Answer> read = [];

    public GivenSet(IReadOnlyList<GivenFile> given)
    {
        whole = given;
        files = ToldAnswers.AddTo([.. given.SelectMany(GivenPieces.Of)]);
        configuration = new GivenConfiguration([.. files.Where(file => file.Kind == GivenKind.Configuration)]);
        logFiles = files.DistinctBy(file => (file.Path, file.Kind)).ToDictionary(file => (file.Path, file.Kind));
        records = new([.. files.SelectMany(file => file.Records)]);
        clock = new FileClock();
        // Rotated neighbours were not handed over.
        logs = new LogAnswers(clock, Environment.MachineName, LogLimits.Default with { RotatedFilesMax = 0, WindowBytesMax = 256L << 20, ErrorWindowBytesMax = 4L << 30, AppWindowBytesMax = 64L << 20 });
    }

    public IReadOnlyList<UnobservedItem> Problems =>
    [
        .. files
            .Where(file => file.Kind is GivenKind.Unknown or GivenKind.Binary or GivenKind.Unreadable or GivenKind.Empty)
            .Where(file => !IsSettings(file) && !GivenPackages.IsLog(file))
            .Select(file => new UnobservedItem(file.Name, Reason(file), "what stands in it", []))
            .Concat(files.Where(file => file.Cut).Select(file => new UnobservedItem($"the beginning of {file.Name}", $"only the newest {GivenFile.StreamBytesMax >> 20} MB of a stream are kept", "older failures", []))),
    ];

    private static bool IsSettings(GivenFile file)
        => file.Kind == GivenKind.Unknown && GivenSettings.ServerOf(Encoding.UTF8.GetString(file.Content ?? file.Head)) is not null;

    public bool HasAppLog => files.Any(file => file.Kind == GivenKind.AppLog);

    public static string Reason(GivenFile file) => file.Kind switch
    {
        GivenKind.Empty => "the file is empty",
        GivenKind.Unknown or GivenKind.Binary => "it is neither an nginx configuration nor a log that why502 knows",
        _ => file.Problem ?? "it could not be read",
    };

    /// <summary>
    /// Reads every log once without a window, because the newest time stamp of all of them is the clock. Nginx writes the year; syslog and the kernel do not (RFC 3164, 4.1.2), and their
    /// lines are of the year that the others show.
    /// </summary>
    public async Task<DateTimeOffset> ClockAsync(CancellationToken cancellation)
    {
        var given = Instance().GivenLogs;
        var last = new List<DateTime>();
        foreach (var log in given.Where(IsNginxs))
        {
            last.AddRange(await NewestAsync(log, cancellation).ConfigureAwait(false));
        }

        clock.Local = last.Count == 0 ? null : last.Max();
        var apps = given.Where(log => !IsNginxs(log)).ToList();
        if (last.Count == 0)
        {
            var dated = new List<DateTime>();
            foreach (var log in apps)
            {
                await NewestAsync(log, cancellation).ConfigureAwait(false);
                dated.AddRange((read[Ask(log)].Fact as AppLogFact)?.Events.Where(HasYear).Select(logged => logged.Time!.Value) ?? []);
            }

            clock.Local = dated.Count == 0 ? null : dated.Max();
        }

        foreach (var log in apps)
        {
            last.AddRange(await NewestAsync(log, cancellation).ConfigureAwait(false));
        }

        clock.Local = last.Count == 0 ? null : last.Max();
        return clock.Now;
    }

    private static bool IsNginxs(GivenLog log) => log.Kind is GivenLogKind.ErrorLog or GivenLogKind.AccessLog;

    private static bool HasYear(AppLogEvent logged)
        => logged is { Time: { } time, TimeIsUtc: false } && logged.Line.Text.Contains(time.Year.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private Question Ask(GivenLog log) => log.Kind switch
    {
        GivenLogKind.ErrorLog => new ErrorLogWindow(log.Path, null),
        GivenLogKind.AccessLog => new AccessLogWindow(log.Path, log.Format, log.Escape, null) { Setup = configuration.Model is { } model ? TrafficSetup.Of(model) : new() },
        _ => new AppLogWindow(log.Path, null),
    };

    private async Task<IReadOnlyList<DateTime>> NewestAsync(GivenLog log, CancellationToken cancellation)
    {
        var question = Ask(log);
        var answer = read[question] = await AnswerAsync(question, cancellation).ConfigureAwait(false);
        switch (answer.Fact)
        {
            case AccessLogFact { Summary.Last: { } zoned }:
                clock.Offset ??= zoned.Offset;
                return [zoned.DateTime];
            case ErrorLogFact { Summary.Last: { } local }:
                return [local];
            case AppLogFact app:
                return [.. app.Events.Where(logged => logged is { Time: not null, TimeIsUtc: false }).Select(logged => logged.Time!.Value)];
            default:
                return [];
        }
    }

    /// <summary>What is known when the clock is: the logs without a window, and the files themselves.</summary>
    public async Task<IReadOnlyCollection<Answer>> KnownAsync(CancellationToken cancellation)
    {
        var instance = Instance();
        Question[] questions = [new NginxInstances(null), new ConfigurationText(instance.ConfigPath, instance.Prefix)];
        var known = new List<Answer>(read.Values);
        foreach (var question in questions)
        {
            known.Add(await AnswerAsync(question, cancellation).ConfigureAwait(false));
        }

        return known;
    }

    public static bool CanAnswer(Question question) => question is not null;

    public async Task<Answer> AnswerAsync(Question question, CancellationToken cancellation)
    {
        var provenance = new Provenance("", question.Cost == Cost.Read ? Sources.Machine : Sources.Probe, "files", clock.Now);
        return question switch
        {
            NginxInstances => new(question, new NginxInstancesFact([Instance()]), null, provenance),
            ConfigurationText when !configuration.IsEmpty => new(question, configuration.Fact, null, provenance with { Source = Sources.Config }),
            ConfigurationText => new(question, null, "no configuration was given", provenance),
            ErrorLogWindow { Path: var path } when logFiles.TryGetValue((path, GivenKind.ErrorLog), out var file) => await LogAsync(question, file, cancellation).ConfigureAwait(false),
            AccessLogWindow { Path: var path } when logFiles.TryGetValue((path, GivenKind.AccessLog), out var file) => await LogAsync(question, file, cancellation).ConfigureAwait(false),
            AppLogWindow { Path: var path } when (logFiles.GetValueOrDefault((path, GivenKind.AppLog)) ?? logFiles.GetValueOrDefault((path, GivenKind.KernelLog))) is { } file => await LogAsync(question, file, cancellation).ConfigureAwait(false),
            KernelLogWindow ask => await KernelAsync(ask, provenance, cancellation).ConfigureAwait(false),
            AppSettings ask => Settings(ask, provenance),
            PackageHistory ask => GivenPackages.Answer(ask, whole, clock, provenance),
            _ when GivenAnswers.Of(question, records with { WorkerUser = WorkerUser() }) is { } given => new(question, given.Fact, null, provenance with { How = $"{given.Source.File}:{given.Source.Line}", File = given.Source.File, Line = given.Source.Line }),
            _ => new(question, null, GivenHints.Why(question), provenance),
        };
    }

    /// <summary>The app server's own configuration, where it is among the files.</summary>
    private Answer Settings(AppSettings question, Provenance provenance)
    {
        var texts = whole
            .Where(file => file.Kind is not (GivenKind.ErrorLog or GivenKind.AccessLog or GivenKind.KernelLog or GivenKind.Record or GivenKind.Binary or GivenKind.Unreadable))
            .Select(file => new SettingsText(file.Path, Encoding.UTF8.GetString(file.Content ?? file.Head)))
            .ToList();
        return GivenSettings.For(question.Address.Length == 0 ? null : question.Address, question.Scheme.Length == 0 ? null : question.Scheme, texts) is { } settings
            ? new(question, settings, null, provenance with { Source = Sources.Config, How = "configuration of the app server" })
            : new(question, null, GivenHints.Why(question), provenance);
    }

    /// <summary>The kernel speaks in a log of its own, and in the journal and syslog among others.</summary>
    private async Task<Answer> KernelAsync(KernelLogWindow question, Provenance provenance, CancellationToken cancellation)
    {
        var read = new List<AppLogFact>();
        foreach (var file in files.Where(file => file.Kind is GivenKind.KernelLog or GivenKind.AppLog))
        {
            if ((await LogAsync(new AppLogWindow(file.Path, question.From), file, cancellation).ConfigureAwait(false)).Fact is AppLogFact fact
                && (file.Kind == GivenKind.KernelLog || fact.Events.Any(logged => logged.Log == AppLogKind.Kernel)))
            {
                read.Add(file.Kind == GivenKind.KernelLog ? fact : fact with { Events = [.. fact.Events.Where(logged => logged.Log == AppLogKind.Kernel)] });
            }
        }

        return read.Count == 0
            ? new(question, null, GivenHints.Why(question), provenance)
            : new(question, new AppLogFact([.. read.SelectMany(fact => fact.Events)], [.. read.SelectMany(fact => fact.LastLines)], read[0].Coverage), null, provenance with { Source = Sources.KernelLog });
    }

    private Task<Answer> LogAsync(Question question, GivenFile file, CancellationToken cancellation)
        => file.Content is { } content
            ? Task.Run(() => HeldLog.Answer(question, file.Name == "-" ? "-" : file.Path, content, file.Cut, clock), cancellation)
            : logs.AnswerAsync(question, cancellation);

    /// <summary>A recipe or a listing shows a container of nginx's image.</summary>
    private bool RunsInContainer()
        => records.Of<ContainedNginx>().Count > 0 || records.Of<ListedContainer>().Any(row => row.Image is { } image && image.Contains("nginx", StringComparison.OrdinalIgnoreCase));

    private string? WorkerUser() => configuration.Model?.Root.FirstOrDefault(directive => directive is { Name: "user", Arguments.Count: > 0 })?.Arguments[0];

    private NginxInstance Instance() => new()
    {
        Release = records.Of<NginxBuildText>() is [.., var build] ? build.Release : null,
        ConfigPath = configuration.MainPath,
        Prefix = configuration.Prefix,
        FromFiles = true,
        WorkerFileLimit = records.Of<ShownFileLimit>().LastOrDefault(row => !row.IsShells)?.Soft,
        Container = RunsInContainer() ? "" : null,
        GivenLogs = [.. files.Select(Log).OfType<GivenLog>()],
    };

    private GivenLog? Log(GivenFile file) => file.Kind switch
    {
        GivenKind.ErrorLog => new(GivenLogKind.ErrorLog, file.Path),
        GivenKind.AccessLog => GivenLogFormat.Of(file, configuration.Model),
        GivenKind.AppLog => new(GivenLogKind.AppLog, file.Path),
        GivenKind.KernelLog => new(GivenLogKind.KernelLog, file.Path),
        _ => null,
    };
}
