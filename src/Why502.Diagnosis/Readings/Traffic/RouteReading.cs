using Why502.Logs;

namespace Why502.Diagnosis.Readings;

/// <summary>How the failing routes of an upstream compare with its other routes, and with themselves when they succeed.</summary>
/// <param name="Limit">The time-out that ran out.</param>
/// <param name="OtherSucceeded">Requests to other routes of the same upstream that were answered while the incident lasted.</param>
/// <param name="OtherSlowest">95th percentile of their response times, in seconds; null when the log has no times.</param>
/// <param name="OtherFailed">Requests to other routes that timed out too.</param>
/// <param name="SameSucceeded">Requests to the failing routes that were answered.</param>
/// <param name="Same">Their response times.</param>
/// <param name="AnsweredPath">A path that was answered to a GET: it may be asked again.</param>
/// <param name="AnsweredFailingPath">A failing route that was answered to a GET at other times.</param>
public sealed record RouteReading(TimeSpan? Limit, long OtherSucceeded, double? OtherSlowest, long OtherFailed, long SameSucceeded, Timing? Same, string? AnsweredPath, string? AnsweredFailingPath)
{
    /// <summary>Of a successful answer's time, so much of the limit is near it: the band of the pattern near-timeout.</summary>
    private const double NearShare = 0.9;

    /// <summary>Requests to the failing routes that the peers of a bad node answered, and the 95th percentile of their times in seconds.</summary>
    public (long Count, double? Seconds) AtPeers { get; private init; }

    /// <summary>Answers that pile up just below the limit, those of the failing route among them.</summary>
    public TrafficPattern? Pile { get; private init; }

    /// <summary>A path that a GET was answered for by this upstream or by another server's: the log does not tell. This location takes it, so it may be asked.</summary>
    public string? PerhapsAnsweredPath { get; private init; }

    /// <summary>Several routes time out, and while they did no request to the upstream was answered.</summary>
    public bool NoneAnswered { get; private init; }

    /// <summary>What a failing route usually takes, in seconds, where that is far below the limit and no route is answered any more; else null.</summary>
    public double? HangsThoughFast => NoneAnswered && Same is { } same && Limit is { } limit && same.P50 < limit.TotalSeconds / 10 ? same.P50 : null;

    public static RouteReading Of(Incident incident)
    {
        // What the peers of a bad node answer says nothing of the app behind it.
        var node = TrafficPatternReading.BadNode(incident)?.Upstream;
        var groups = incident.Traffic.Groups.ToLookup(group => node is null || group.UpstreamAddr is null || TrafficPatternReading.IsAt(group.UpstreamAddr, node));
        var own = incident with { Traffic = incident.Traffic with { Groups = [.. groups[true]] } };
        var failing = FailingRoutes(own);
        var reading = Of(own, failing);

        // A request that was tried twice took the bad node's time as well.
        var atPeers = groups[false].Where(group => TrafficReading.IsSuccess(group) && group.UpstreamStatuses.Count < 2 && failing.Contains(Route(group))).ToList();
        return reading with
        {
            AtPeers = (atPeers.Sum(group => group.Count), atPeers.Max(group => Time(group)?.P95)),
            PerhapsAnsweredPath = Path(incident.Traffic.Perhaps.Where(group => TrafficReading.IsSuccess(group) && IsGet(group) && !failing.Contains(Route(group)))),
            NoneAnswered = reading is { OtherFailed: > 0, OtherSucceeded: 0 } && incident.Traffic.Known && !groups[true].Any(group => TrafficReading.IsSuccess(group) && Since(group, incident, reading.Limit)),
            Pile = reading is { Limit: { } limit, Same: { } same } && same.Max >= NearShare * limit.TotalSeconds ? TrafficPatternReading.Pile(incident) : null,
        };
    }

    private static RouteReading Of(Incident incident, HashSet<string> failing)
    {
        var succeeded = incident.Traffic.Groups.Where(TrafficReading.IsSuccess).ToList();
        var others = succeeded.Where(group => !failing.Contains(Route(group)) && During(group, incident)).ToList();
        var same = succeeded.Where(group => failing.Contains(Route(group))).ToList();
        return new(
            LimitOf(incident),
            others.Sum(group => group.Count),
            others.Select(group => Time(group)?.P95).Max(),
            Math.Max(0, failing.Count - 1),
            same.Sum(group => group.Count),
            same.OrderByDescending(group => group.Count).Select(Time).FirstOrDefault(time => time is not null),
            Path(others.Where(IsGet).Concat(succeeded.Where(group => IsGet(group) && !failing.Contains(Route(group))))),
            incident.ReproducedPath ?? Path(same.Where(IsGet)));
    }

    /// <summary>Each by one name: a path that the access log knows is told by its route.</summary>
    private static HashSet<string> FailingRoutes(Incident incident)
    {
        var failing = incident.Routes.ToHashSet();
        var known = incident.Traffic.Groups.Select(group => group.Path).ToHashSet();
        return [.. failing.Where(route => !known.Contains(route)), .. incident.Traffic.Groups.Where(group => group.Status == 504 || failing.Contains(group.Path ?? "")).Select(Route)];
    }

    private static string Route(AccessGroup group) => group.Route ?? group.Path ?? "";

    private static string? Path(IEnumerable<AccessGroup> groups) => groups.OrderByDescending(group => group.Count).Select(group => group.Path).FirstOrDefault(path => path is { Length: > 0 } && path[0] == '/');

    private static bool IsGet(AccessGroup group) => group.Method == "GET" && group.Status is >= 200 and < 400;

    private static Timing? Time(AccessGroup group) => group.UpstreamResponseTime ?? group.UpstreamHeaderTime ?? group.RequestTime;

    private static bool During(AccessGroup group, Incident incident) => incident.First is not { } first || group.Last is not { } last || last >= first.AddSeconds(-1);

    // The first line of a time-out is written when the limit has run out: the request began that much earlier. Logs name whole seconds: what was answered in the same one may have been answered before.
    private static bool Since(AccessGroup group, Incident incident, TimeSpan? limit)
        => incident.First is not { } first || group.Last is not { } last || last > first - (limit ?? TimeSpan.Zero) + TimeSpan.FromSeconds(1);

    private static TimeSpan? LimitOf(Incident incident) => incident.Location is not { } location ? null : incident.Phase switch
    {
        Phase.Connect => location.ConnectTimeout,
        Phase.Send => location.SendTimeout,
        _ => location.ReadTimeout,
    };
}
