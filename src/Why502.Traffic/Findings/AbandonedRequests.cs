using Why502.Traffic.Engine;

namespace Why502.Traffic.Findings;

/// <summary>499s of clients that had waited long for an upstream that had not answered: a slow app, shown as the client's fault. Those that left at once are everyday traffic.</summary>
internal static class AbandonedRequests
{
    private const long CountMin = 20;
    private const double ShareMin = 0.001;

    /// <summary>Of all clients that left, those that had waited: a few among very many are chance.</summary>
    private const double PartMin = 0.1;

    public static IEnumerable<TrafficFinding> Find(TrafficReport report, TrafficTables tables)
    {
        long all = tables.AbandonedWaiting.Count;
        long waiting = tables.AbandonedLong;
        if (waiting < CountMin || waiting < ShareMin * report.Rows || waiting < PartMin * all)
        {
            yield break;
        }

        double median = Quantile(0.5);
        UpstreamTraffic? most = report.Upstreams.MaxBy(u => u.FinalStatus.GetValueOrDefault(499));
        yield return new TrafficFinding
        {
            Kind = "abandoned",
            Cause = "client-gave-up",
            Title = $"{waiting:N0} clients waited a second or more and left (499) before an upstream had answered; half of them after {median / 1000:0.#} s",
            Upstream = most?.Upstream,
            Count = waiting,
            Of = report.Status.GetValueOrDefault(499),
            Evidence =
            [
                $"waited: p50 {median / 1000:0.#} s, p90 {Quantile(0.9) / 1000:0.#} s; all requests: p50 {(report.RequestTime?.P50 ?? 0) / 1000:0.###} s",
                .. most is null ? Array.Empty<string>() : [$"most often {most.Upstream}: {most.FinalStatus.GetValueOrDefault(499):N0}"],
            ],
            Next = "Treat them as slow requests: look for what the app waits for in these seconds. They never became 504 because nobody stayed.",
        };

        // Of those that waited long, which are the upper part of all.
        double Quantile(double q) => tables.AbandonedWaiting.Quantile(1 - waiting / (double)all * (1 - q));
    }
}
