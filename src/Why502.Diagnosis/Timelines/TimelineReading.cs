using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>Puts an incident among the changes around it.</summary>
internal static class TimelineReading
{
    /// <summary>What happened longer before is not told as its beginning.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(10);

    /// <summary>What was done this soon after the last failure may have ended it.</summary>
    private static readonly TimeSpan After = TimeSpan.FromMinutes(1);

    /// <summary>Log lines have the resolution of one second, and the clock of a process its own.</summary>
    private static readonly TimeSpan Clocks = TimeSpan.FromSeconds(1);

    /// <summary>Two sources tell one event within this time.</summary>
    private static readonly TimeSpan SameEvent = TimeSpan.FromSeconds(5);

    /// <summary>Changes that are told at most.</summary>
    private const int ToldMax = 3;

    public static Timeline? Of(Incident incident, NginxView view, Observations seen)
    {
        if (incident is not { First: { } first, Last: { } last })
        {
            return null;
        }

        var changes = Changes.Of(incident, view, seen).Where(change => change.At <= seen.Now + Clocks).OrderBy(change => change.At).ToList();
        var before = changes.Where(change => change.At >= first - Before && change.At <= first + Clocks && !(change.IsLoad && IsAnsweredSince(incident, change.At, first)));
        return new(
            [.. Distinct(before).TakeLast(ToldMax)],
            BeginningSeen(incident, view, first),
            incident.State == IncidentState.Recovered ? changes.FirstOrDefault(change => change.At >= last && change.At > first + Clocks && change.At <= last + After) : null);
    }

    /// <summary>
    /// Connections were still made after a change, so that it broke none. Rows have whole seconds: one of the change's own second counts when the log has none before it.
    /// </summary>
    private static bool IsAnsweredSince(Incident incident, DateTimeOffset change, DateTimeOffset first)
    {
        if (incident.Phase is not (Phase.Connect or Phase.Tls or Phase.Resolve))
        {
            return false;
        }

        var second = change.AddTicks(-(change.Ticks % TimeSpan.TicksPerSecond));
        var since = incident.Traffic.Groups.Any(group => group.First < second) ? change : second;
        return incident.Traffic.Groups.Where(TrafficReading.IsSuccess).Any(group => (group.First >= since && group.First <= first) || (group.Last >= since && group.Last <= first));
    }

    /// <summary>One event that several sources tell is told once: by the one that says most.</summary>
    private static IEnumerable<Change> Distinct(IEnumerable<Change> changes)
    {
        var told = new List<Change>();
        foreach (var change in changes)
        {
            var same = told.FindIndex(earlier => change.At - earlier.At < SameEvent && (earlier.What.StartsWith(change.What, StringComparison.Ordinal) || change.What.StartsWith(earlier.What, StringComparison.Ordinal)));
            if (same < 0)
            {
                told.Add(change);
            }
            else if (change.What.Length > told[same].What.Length)
            {
                told[same] = change;
            }
        }

        return told;
    }

    /// <summary>
    /// Failures come at some distance of each other: only a silence much longer than that before the first one shows that nothing failed
    /// before. The silence begins where the log that was read begins, or with a request that was answered.
    /// </summary>
    private static bool BeginningSeen(Incident incident, NginxView view, DateTimeOffset first)
    {
        var distance = incident is { Requests: > 1, Last: { } last } ? (last - first) / (incident.Requests - 1) : TimeSpan.Zero;
        var silence = TimeSpan.FromSeconds(Math.Max(2, Math.Min(distance.TotalSeconds * 3, 300)));
        var answered = incident.Traffic.Groups.Where(TrafficReading.IsSuccess).Min(group => group.First);
        return view.ReadFrom <= first - silence || answered <= first - silence;
    }
}
