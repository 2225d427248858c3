using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// Requests that nginx answers 404 (or fails with) in a server or location that they were hardly meant for. What is not there is
/// normal; a Host that resembles another server's name, or an app's path that a regular expression takes, is not.
/// </summary>
public sealed class MisroutedSymptoms(NginxView view, Observations seen)
{
    /// <summary>A log with fewer rows is a fragment that somebody chose.</summary>
    private const int FragmentRows = 20;

    /// <summary>A site that this share of all requests asks for was meant to be here; scanners and retired names are fewer.</summary>
    private const double SiteShare = 0.2;

    private List<Miss>? misses;

    public IReadOnlyList<Incident> Find()
    {
        if (view.Configuration is not { } configuration)
        {
            return [];
        }

        // Who shows a few rows chose them.
        var least = view.Instance.FromFiles && view.ErrorLogs.Count == 0 && view.AccessLogs.Sum(log => log.Rows) < FragmentRows ? 1 : AnsweredForms.Least;
        return
        [
            .. Misses
                .Select(miss => (Miss: miss, Choice: ServerChoice.Of(configuration, miss.Host, miss.Path, miss.Server, miss.IsOwn)))
                .Where(item => item.Choice is not null)
                .GroupBy(item => item.Choice!.At)
                .Where(place => place.Sum(item => item.Miss.Count) >= least)
                .Select(place => IncidentOf([.. place.Select(item => item.Miss)])),
        ];
    }

    /// <summary>Sites that many ask for and that no server_name has: a file that no include reads (a missing link, another suffix) looks like this, and so does a name that was given up.</summary>
    public IReadOnlyList<string> Notes()
        => view.Configuration is not { } configuration ? []
            :
            [
                .. Misses.GroupBy(miss => miss.Host)
                    .Select(asked => (Host: asked.Key, Count: asked.Sum(miss => miss.Count), Taken: ServerChoice.ForStranger(configuration, asked.Key, asked.First().Server)))
                    .Where(asked => asked.Taken is not null && asked.Count >= AnsweredForms.Least && asked.Count >= SiteShare * view.AccessLogs.Sum(log => log.Rows))
                    .Select(asked => $"{asked.Count} requests asked {asked.Host} for what is not there: no server_name has that name, and the server at {asked.Taken!.At} answers for it. If the site is meant to be here, see whether an include reads its file."),
            ];

    private List<Miss> Misses => misses ??= Missed();

    private List<Miss> Missed()
    {
        // Plain absence (errno 2) is the line of a static 404.
        var logged = view.ErrorLogs.SelectMany(log => log.Groups)
            .Where(group => group is { Host: not null, Errno: 2, UpstreamPeer: null, Level: null or LogLevel.Error })
            .Select(group => new Miss(group.Host!, group.Path ?? group.Route ?? "/", group.Server, group.Count, group.MessageId, group.Message, 404, seen.Zoned(group.First), seen.Zoned(group.Last), group.Samples));
        var rows = view.AccessLogs.SelectMany(log => log.Groups)
            .Where(group => group is { Host: not null, Status: 404 or 421, Origin: StatusOrigin.Nginx or StatusOrigin.Unknown })
            .Select(group => new Miss(group.Host!, group.Path ?? "/", group.ServerName, group.Count, null, "", group.Status, group.First, group.Last, group.Samples) { IsOwn = group.Origin == StatusOrigin.Nginx });
        return logged.ToList() is { Count: > 0 } lines ? lines : [.. rows];
    }

    private sealed record Miss(string Host, string Path, string? Server, long Count, string? MessageId, string Message, int Status, DateTimeOffset? First, DateTimeOffset? Last, IReadOnlyList<LogLine> Samples)
    {
        /// <summary>Told by the row: nginx answered by itself.</summary>
        public bool IsOwn { get; init; }
    }

    private Incident IncidentOf(IReadOnlyList<Miss> misses)
    {
        var main = misses.MaxBy(miss => miss.Count)!;
        var requests = misses.Sum(miss => miss.Count);
        var groups = view.AccessLogs.SelectMany(log => log.Groups).Where(group => group.Host is null || group.Host == main.Host).ToList();
        var incident = new Incident
        {
            Id = "",
            Kind = main.MessageId is null ? SymptomKind.Answered : SymptomKind.OtherMessage,
            Phase = Phase.Connect,
            Side = Side.Nginx,
            How = How.Denied,
            Status = main.Status,
            Message = main.MessageId is null ? $"{requests} requests for {main.Host} got {main.Status}" : main.Message,
            MessageId = main.MessageId,
            Errno = main.MessageId is null ? null : 2,
            Candidates = ["wrong-server-block"],
            Instance = view.Instance,
            Configuration = view.Configuration,
            Server = main.Server,
            Host = main.Host,
            Routes = [.. misses.OrderByDescending(miss => miss.Count).Select(miss => miss.Path).Distinct()],
            State = IncidentState.Current,
            Requests = requests,
            First = misses.Min(miss => miss.First),
            Last = misses.Max(miss => miss.Last),
            Samples = [.. misses.SelectMany(miss => miss.Samples).OrderBy(line => line.Time).TakeLast(3)],
            Traffic = new(view.AccessLogs.Count > 0, groups.Sum(group => group.Count), groups.Where(TrafficReading.IsSuccess).Sum(group => group.Count), groups.Where(TrafficReading.IsSuccess).Max(group => group.Last), groups),
        };
        return incident with { State = StateReading.Of(incident, seen) };
    }
}
