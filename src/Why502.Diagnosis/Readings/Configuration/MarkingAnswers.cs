using System.Globalization;
using Why502.Logs;

namespace Why502.Diagnosis.Readings;

/// <summary>
/// Answers of the app that nginx counts as failures of a server, because <c>proxy_next_upstream</c> names their status: no line of the error log tells of them.
/// </summary>
/// <param name="Status">The status that was counted most.</param>
/// <param name="Routes">Whose requests were answered so, the most frequent first.</param>
/// <param name="Requests">How many requests were answered so.</param>
/// <param name="OthersAnswered">Requests to other routes that the same servers answered well.</param>
public sealed record MarkingAnswers(int Status, IReadOnlyList<string> Routes, long Requests, long OthersAnswered)
{
    private const string StatusWord = "http_";

    /// <summary>Null where no such answer is in the window.</summary>
    public static MarkingAnswers? Of(Incident incident)
    {
        if (incident is not { Location: { } location, Group: { } group })
        {
            return null;
        }

        // ngx_http_upstream_next(): 403 and 404 try the next server and fail none.
        var counted = location.Effective($"{location.DirectivePrefix}_next_upstream").Arguments
            .Where(word => word.StartsWith(StatusWord, StringComparison.Ordinal))
            .Select(word => int.TryParse(word.AsSpan(StatusWord.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : 0)
            .Where(status => status is 429 or >= 500)
            .ToHashSet();
        var marking = incident.Traffic.Groups.Where(row => row.UpstreamAddr != group.Name && row.UpstreamStatuses.Any(counted.Contains)).OrderByDescending(row => row.Count).ToList();
        if (marking.Count == 0)
        {
            return null;
        }

        var routes = marking.Select(Route).OfType<string>().Distinct().ToList();
        return new(
            marking[0].UpstreamStatuses.First(counted.Contains),
            routes,
            marking.Sum(row => row.Count),
            incident.Traffic.Groups.Where(row => TrafficReading.IsSuccess(row) && !routes.Contains(Route(row) ?? "")).Sum(row => row.Count));
    }

    private static string? Route(AccessGroup row) => row.Path ?? row.Route;
}
