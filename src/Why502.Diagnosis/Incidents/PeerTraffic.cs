using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>Requests to one upstream as the access logs have them.</summary>
/// <param name="Known">False without a readable access log of a useful format, and where rows that may belong here cannot be told from others'.</param>
/// <param name="Total">Requests through the incident's locations in the window.</param>
/// <param name="Succeeded">Of these, answered by the upstream below 500.</param>
/// <param name="LastSuccess">Newest of them.</param>
/// <param name="Groups">All groups of the same upstream, failing and not.</param>
public sealed record PeerTraffic(bool Known, long Total, long Succeeded, DateTimeOffset? LastSuccess, IReadOnlyList<AccessGroup> Groups)
{
    public static readonly PeerTraffic Nothing = new(false, 0, 0, null, []);

    /// <summary>Groups whose format does not say which server they went to, and that may be this upstream's.</summary>
    public IReadOnlyList<AccessGroup> Perhaps { get; init; } = [];
}

/// <summary>Another upstream in the incident's time.</summary>
/// <param name="Answered">Requests that it answered.</param>
/// <param name="Seconds">95th percentile of its response times; null when the log has no times.</param>
/// <param name="TimedOut">Requests for which it took too long.</param>
public sealed record Neighbour(string Upstream, long Answered, double? Seconds, long TimedOut);
