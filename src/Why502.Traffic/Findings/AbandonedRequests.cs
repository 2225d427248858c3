using Why502.Traffic.Engine;

namespace Why502.Traffic.Findings;

/// <summary>499s of clients that had waited long for an upstream that had not answered: a slow app, shown as the client's fault.</summary>
internal static class AbandonedRequests
{
    private const long CountMin = 20;
    private const double ShareMin = 0.0005;
    private const double WaitedMin = 1000;

    public static IEnumerable<TrafficFinding> Find(TrafficReport report, TrafficTables tables)
    {
        long waiting = tables.AbandonedWaiting.Count;
        double median = tables.AbandonedWaiting.Quantile(0.5);
        if (waiting < CountMin || waiting < ShareMin * report.Rows || median < WaitedMin)
        {
            yield break;
        }

        UpstreamTraffic? most = report.Upstreams.MaxBy(u => u.FinalStatus.GetValueOrDefault(499));
        yield return new TrafficFinding
        {
            Kind = "abandoned",
            Cause = "client-gave-up",
            Title = $"{waiting:N0} clients left (499) while an upstream had not answered; half of them had waited {median / 1000:0.#} s",
            Upstream = most?.Upstream,
            Count = waiting,
            Of = report.Status.GetValueOrDefault(499),
            Evidence =
            [
                $"waited: p50 {median / 1000:0.#} s, p90 {tables.AbandonedWaiting.Quantile(0.9) / 1000:0.#} s; all requests: p50 {(report.RequestTime?.P50 ?? 0) / 1000:0.###} s",
                .. most is null ? Array.Empty<string>() : [$"most often {most.Upstream}: {most.FinalStatus.GetValueOrDefault(499):N0}"],
            ],
            Next = "Treat them as slow requests: look for what the app waits for in these seconds. They never became 504 because nobody stayed.",
        };
    }
}
