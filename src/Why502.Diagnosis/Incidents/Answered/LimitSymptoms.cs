using Why502.Diagnosis.Readings;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>
/// Requests that limit_req or limit_conn refused, from their error-log lines. Limits exist to refuse somebody: only where they
/// refuse a share of the real clients are they an incident.
/// </summary>
public sealed class LimitSymptoms(NginxView view, Observations seen)
{
    /// <summary>Where one client in twenty or fewer is refused, the limit does its work: a few bots.</summary>
    private const int FewClients = 20;

    private readonly TrafficReading traffic = view.Traffic;
    private readonly List<string> notes = [];

    public IReadOnlyList<string> Notes => notes;

    /// <summary>Messages of ngx_http_limit_req_module and ngx_http_limit_conn_module about a refusal.</summary>
    public static bool IsLimit(ErrorMessage known)
        => known.Candidates.Contains("rate-limited") && known.Format.StartsWith("limiting ", StringComparison.Ordinal);

    public IReadOnlyList<Incident> Find()
    {
        var found = new List<Incident>();
        var refusals = view.ErrorLogs.SelectMany(log => log.Groups).Where(group => group.Known is { } known && IsLimit(known) && !IsDryRun(group));
        foreach (var place in refusals.Select(group => (Group: group, Location: LocationOf(group))).GroupBy(item => item.Location?.At.ToString() ?? item.Group.Server ?? ""))
        {
            if (IncidentOf([.. place.Select(item => item.Group)], place.First().Location) is { } incident)
            {
                found.Add(incident);
            }
        }

        return found;
    }

    /// <summary>limit_req_dry_run counts and refuses nobody; nginx says so in the line's fixed text.</summary>
    private static bool IsDryRun(ErrorGroup group) => group.Message.Contains(", dry run", StringComparison.Ordinal);

    private ProxiedLocation? LocationOf(ErrorGroup group) => view.Configuration?.LocationFor(group.Server, group.Host, group.Path ?? group.Route ?? "/", null);

    private Incident? IncidentOf(IReadOnlyList<ErrorGroup> groups, ProxiedLocation? location)
    {
        var main = groups.MaxBy(group => group.Count)!;
        var requests = groups.Sum(group => group.Count);
        var flow = location is null ? SiteOf(main) : traffic.Of(null, location);
        var scope = LimitScope.Of(view.Configuration, location, main.Server, main.Host, main.Path ?? "/", main.MessageId.Contains("connections", StringComparison.Ordinal));
        var status = scope?.Status ?? 503;
        if (flow.Known && flow.Total > 0 && IsUsual(flow, requests, status) is { } usual)
        {
            notes.Add($"{requests} of {flow.Total} requests were refused by a limit{(scope is null ? "" : $" ({scope.At})")}: {usual}.");
            return null;
        }

        var incident = new Incident
        {
            Id = "",
            Kind = SymptomKind.OtherMessage,
            Phase = Phase.Connect,
            Side = Side.Nginx,
            How = How.Limit,
            Status = status,
            Message = main.Message,
            MessageId = main.MessageId,
            Candidates = ["rate-limited"],
            Instance = view.Instance,
            Configuration = view.Configuration,
            Location = location,
            Group = location?.Group,
            Scheme = location?.Scheme ?? location?.DirectivePrefix,
            Server = main.Server,
            Host = main.Host,
            Routes = [.. groups.OrderByDescending(group => group.Count).Select(group => group.Path ?? group.Route).OfType<string>().Distinct()],
            State = IncidentState.Current,
            Requests = requests,
            First = seen.Zoned(groups.Min(group => group.First)),
            Last = seen.Zoned(groups.Max(group => group.Last)),
            Samples = [.. groups.SelectMany(group => group.Samples).OrderBy(line => line.Time).TakeLast(3)],
            Traffic = flow,
        };
        return incident with { State = StateReading.Of(incident, seen) };
    }

    /// <summary>Why so many refusals are what the limit is for; null when they are not.</summary>
    private string? IsUsual(PeerTraffic flow, long requests, int status)
    {
        var total = Math.Max(flow.Total, requests);

        // A line or two that somebody hands over with nothing beside them are what it is about, not a sample of the traffic.
        if (view.Instance.FromFiles && requests >= flow.Total)
        {
            return null;
        }

        if (requests < AnsweredForms.Least || requests < AnsweredForms.LimitShare * total)
        {
            return "too few to be a fault";
        }

        var refused = DistinctCount.Of(flow.Groups.Where(group => group.Status == status).Select(group => group.Clients));
        var all = DistinctCount.Of(flow.Groups.Select(group => group.Clients));
        return refused > 0 && refused * FewClients <= all ? $"they came from {refused} of {all} clients" : null;
    }

    private PeerTraffic SiteOf(ErrorGroup like)
    {
        var groups = view.AccessLogs.SelectMany(log => log.Groups).Where(group => group.ServerName is null || group.ServerName == like.Server).ToList();
        var succeeded = groups.Where(TrafficReading.IsSuccess).ToList();
        return new(view.AccessLogs.Count > 0, groups.Sum(group => group.Count), succeeded.Sum(group => group.Count), succeeded.Max(group => group.Last), groups);
    }
}
