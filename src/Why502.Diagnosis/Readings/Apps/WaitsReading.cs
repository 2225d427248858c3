using Why502.Logs;

namespace Why502.Diagnosis.Readings;

/// <summary>What busy workers wait for, where it can be seen: their connections to others, the slow log, a database that has no connection left.</summary>
public static class WaitsReading
{
    /// <summary>
    /// Says it as evidence. It tells why workers are busy, and little about whether all of them are: the weight is the same for every cause
    /// that asks.
    /// </summary>
    public static void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Peer is { } peer && Addresses.IsLocal(peer, seen.Ask(new MachineState()).FactOrNull) != false)
        {
            scales.Weigh(seen.Ask(new WorkerWaits(peer.ToString())), waits => Sentence(waits) is { } sentence ? Weight.Weak.For(sentence) : Weight.None);
        }

        var events = AppLogReading.During(incident, seen);
        if (events.LastOrDefault(logged => logged.Kind == AppEventKind.ConnectionsExhausted) is { } refused)
        {
            scales.Weigh("connections", Sources.AppLog, Weight.Weak.For(refused.Text).At(refused.Line.File, refused.Line.Line));
        }

        if (events.LastOrDefault(logged => logged is { Kind: AppEventKind.SlowRequest } && logged.Text.Contains(" is in ", StringComparison.Ordinal)) is { } slow)
        {
            scales.Weigh("slow log", Sources.AppLog, Weight.Weak.For(slow.Text).At(slow.Line.File, slow.Line.Line));
        }
    }

    /// <summary>"7 of 8 workers wait for an answer of 10.0.0.9:3306 (MySQL)"; null when nothing is held that anybody waits for.</summary>
    public static string? Sentence(WorkerWaitsFact waits)
        => waits.Targets.FirstOrDefault(target => target.Waiting != 0 && target.Workers > 0) is not { } most ? null
            : most.Waiting is { } waiting
                ? $"{Count(waiting, waits.Workers)} for an answer of {Named(most)}"
                : $"{most.Workers} of {Math.Max(most.Workers, waits.Workers)} workers hold a connection to {Named(most)}";

    private static string Count(int waiting, int workers) => workers <= 1 ? $"the worker waits" : $"{waiting} of {Math.Max(waiting, workers)} workers {(waiting == 1 ? "waits" : "wait")}";

    private static string Named(WaitTarget target) => target.Service is { } service ? $"{target.Address} ({service})" : target.Address;
}
