using System.Globalization;

namespace Why502.Diagnosis.Readings;

/// <summary>What the whole window of an access log shows beside the incidents: a server that fails more than its peers or takes longer, since when, answers just below a limit, and clients that left after a wait.</summary>
public static class TrafficPatternReading
{
    private const int NotesMax = 4;

    private const string Bad = "bad-node";
    private const string Near = "near-timeout";

    private static readonly string[] Kinds = [Bad, "slow-node", "error-wave", Near, "abandoned"];

    /// <summary>Those that speak of this incident: its server fails so more often than its peers, or answers pile up under the time-out that ran out.</summary>
    public static IReadOnlyList<TrafficPattern> Of(Incident incident, IReadOnlyList<TrafficPattern> found) => [.. found.Where(pattern => IsNodeOf(incident, pattern) || IsLimitOf(incident, pattern))];

    /// <summary>The incident's server, where it fails more often than its peers in the same minutes, beyond chance.</summary>
    public static TrafficPattern? BadNode(Incident incident) => incident.Patterns.FirstOrDefault(pattern => pattern.Kind == Bad);

    /// <summary>Answers that pile up just below the limit that ran out.</summary>
    public static TrafficPattern? Pile(Incident incident) => incident.Patterns.FirstOrDefault(pattern => pattern.Kind == Near);

    private static bool IsNodeOf(Incident incident, TrafficPattern pattern)
        => pattern is { Kind: Bad, Upstream: { } node } && incident.Peer is { } peer && IsAt(node, peer.ToString()) && (pattern.Status is null or 0 || pattern.Status == StatusOf(incident));

    public static bool IsAt(string? upstream, string peer) => upstream is not null && upstream.AsSpan().TrimEnd(':').SequenceEqual(peer.AsSpan().TrimEnd(':'));

    /// <summary>What <c>$upstream_status</c> says of such an attempt (ngx_http_upstream_next).</summary>
    private static int StatusOf(Incident incident) => incident.Status ?? (incident.Kind == SymptomKind.TimedOut ? 504 : 502);

    private static bool IsLimitOf(Incident incident, TrafficPattern pattern)
        => pattern is { Kind: Near, Limit: { } limit } && incident is { Kind: SymptomKind.TimedOut, Phase: Phase.Header, Location: { } location } && (long)location.ReadTimeout.TotalMilliseconds == limit;

    public static IEnumerable<string> Notes(IEnumerable<TrafficPattern> patterns) =>
        patterns
            .Where(pattern => Kinds.Contains(pattern.Kind))
            .OrderBy(pattern => Array.IndexOf(Kinds, pattern.Kind)).ThenByDescending(pattern => pattern.Count)
            .Take(NotesMax)
            .Select(pattern => $"{pattern.Title} (access log{Window(pattern)}).");

    private static string Window(TrafficPattern pattern) => pattern is { Kind: Bad, From: { } from, To: { } to }
        ? $", most of it from {from.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} to {to.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture)} UTC"
        : "";
}
