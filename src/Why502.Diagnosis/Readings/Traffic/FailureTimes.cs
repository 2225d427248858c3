namespace Why502.Diagnosis.Readings;

/// <summary>How long the failed requests had waited for the upstream, as the access log has it.</summary>
/// <param name="Count">Rows with a time.</param>
/// <param name="Median">Seconds, of the largest group.</param>
/// <param name="Longest">95th percentile of it.</param>
/// <param name="Shortest">Seconds.</param>
public sealed record FailureTimes(long Count, double Shortest, double Median, double Longest)
{
    /// <summary>A limit strikes at the same time each time; servers look at their clocks about once a second.</summary>
    public bool Regular => Count >= 3 && Longest - Shortest <= Math.Max(1.5, Median * 0.05);

    public static FailureTimes? Of(Incident incident)
        => incident.Traffic.Groups
            .Where(group => group.Status == 502 && (incident.Routes.Count == 0 || incident.Routes.Contains(group.Path ?? "") || incident.Routes.Contains(group.Route ?? "")))
            .OrderByDescending(group => group.Count)
            .Select(group => (group.UpstreamResponseTime ?? group.RequestTime) is { Count: > 0 } time ? new FailureTimes(time.Count, time.Min, time.P50, time.P95) : null)
            .FirstOrDefault(times => times is not null);
}
