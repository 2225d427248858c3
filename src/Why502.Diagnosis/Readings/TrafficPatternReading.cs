using System.Globalization;

namespace Why502.Diagnosis.Readings;

/// <summary>What the whole window of an access log shows beside the incidents: a server that fails more than its peers, since when, and answers just below a limit.</summary>
public static class TrafficPatternReading
{
    private const int NotesMax = 4;

    private static readonly string[] Kinds = ["bad-node", "error-wave", "near-timeout"];

    public static IEnumerable<string> Notes(IEnumerable<TrafficPattern> patterns) =>
        patterns
            .Where(pattern => Kinds.Contains(pattern.Kind))
            .OrderBy(pattern => Array.IndexOf(Kinds, pattern.Kind)).ThenByDescending(pattern => pattern.Count)
            .Take(NotesMax)
            .Select(pattern => $"{pattern.Title} (access log{Window(pattern)}).");

    private static string Window(TrafficPattern pattern) => pattern is { Kind: "bad-node", From: { } from, To: { } to }
        ? $", most of it from {from.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} to {to.UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture)} UTC"
        : "";
}
