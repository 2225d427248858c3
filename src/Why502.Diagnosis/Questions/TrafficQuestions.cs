using Why502.Nginx;

namespace Why502.Diagnosis;

/// <summary>What a configuration tells beside an access log: without it limits are recognised from where 504s end, and peers from their ports.</summary>
public sealed record TrafficSetup
{
    /// <summary>Different time-outs, and groups, that are compared with a log.</summary>
    private const int LimitsMax = 64;

    private const int GroupsMax = 1024;

    /// <summary>Read time-outs in force, in milliseconds, without repetitions.</summary>
    public IReadOnlyList<long> Limits { get; init; } = [];

    /// <summary>The servers of each upstream group, without its backups, and what each pass directive names without one: as <c>$upstream_addr</c> writes them, but for names.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Groups { get; init; } = [];

    public static TrafficSetup Of(NginxConfiguration configuration) => new()
    {
        Limits = [.. configuration.ProxiedLocations.Select(location => (long)location.ReadTimeout.TotalMilliseconds).Distinct().Order().Take(LimitsMax)],
        Groups =
        [
            .. configuration.Upstreams.Select(group => Servers(group.Peers.Where(peer => !peer.Backup)))
                .Concat(configuration.ProxiedLocations.Where(location => location.Group is null && location.Peers.Count > 0).Select(location => Servers(location.Peers)).DistinctBy(servers => string.Join(' ', servers)))
                .Take(GroupsMax),
        ],
    };

    private static IReadOnlyList<string> Servers(IEnumerable<PeerTarget> peers) => [.. peers.Select(peer => peer.Endpoint?.ToString() ?? peer.Written)];

    public bool Equals(TrafficSetup? other)
        => other is not null && Limits.SequenceEqual(other.Limits) && Groups.Count == other.Groups.Count && Groups.Zip(other.Groups).All(pair => pair.First.SequenceEqual(pair.Second, StringComparer.Ordinal));

    public override int GetHashCode() => HashCode.Combine(Limits.Count, Limits.FirstOrDefault(), Groups.Count, Groups.Sum(group => group.Count));
}

/// <summary>What only many rows of an access log show, as <c>why502 traffic</c> finds it.</summary>
/// <param name="Kind">bad-node, near-timeout, error-wave and others.</param>
/// <param name="Title">A sentence without its end; clean and redacted.</param>
public sealed record TrafficPattern(string Kind, string Title)
{
    public string? Upstream { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    /// <summary>Requests or attempts that it concerns, and of how many.</summary>
    public long Count { get; init; }

    public long Of { get; init; }

    /// <summary>The probability of at least this much by chance, corrected for the number of comparisons; null where nothing was tested.</summary>
    public double? PValue { get; init; }

    /// <summary>The limit in question, in milliseconds.</summary>
    public long? Limit { get; init; }

    /// <summary>Of a bad node, the status of most of its failed attempts; 0: a dash.</summary>
    public int? Status { get; init; }
}
