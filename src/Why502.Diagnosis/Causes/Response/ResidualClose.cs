using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis.Causes.Response;

/// <summary>
/// What speaks for and against "closed or reset, and nobody knows why". What rules the specific causes out is weighed against them, and
/// here only a little: a sign of one of them shall not have to outweigh the absence of all the others.
/// </summary>
internal static class ResidualClose
{
    public static void Weigh(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Peer is { } peer && Addresses.IsLocal(peer, seen.Ask(new MachineState()).FactOrNull) != false)
        {
            WeighProcesses(incident, seen, scales);
            if (ForwardReading.Dead(incident, seen) is { } dead)
            {
                scales.Weigh("behind", Sources.Machine, Weight.Strong.Against($"{ForwardReading.Words(ForwardReading.Process(incident, seen)!, peer, dead.Target)}, where nothing listens"));
            }
        }

        // Where nothing is ever answered no connection is left to be reused.
        if (Reuse.Of(incident) is { } kept && !(kept && incident.Traffic is { Known: true, Succeeded: 0 }))
        {
            scales.Weigh("keepalive", Sources.Config, kept
                ? SettingsReading.Of(incident, seen)?.FactOrNull?.Idle is { } idle && idle.Number >= SettingsReading.NginxIdle(incident.Location!).TotalSeconds ? Weight.None : Weight.Weak.Against("nginx reuses idle connections to this upstream, so a closed one may be met")
                : Weight.Weak.For("nginx opens a new connection for each request here, so no idle one was met").At(incident.Location!.At.File, incident.Location.At.Line));
        }

        if (incident.RefusedAfter is { } gone)
        {
            scales.Weigh("refused", Sources.ErrorLog, Weight.Moderate.Against($"the address refused connections at {Words.Clock(gone)}: the process that listened there was gone"));
        }

        PoolAccess.Weigh(incident, seen, scales);
        var deaths = DeathReading.Of(incident, seen);
        if (deaths.Deaths.Count > 0 && deaths.Deaths[^1] is var death)
        {
            scales.Weigh("app log", death.Source, (deaths.Coverage >= 0.4 ? Weight.Strong : Weight.Moderate).Against(death.Text).At(death.File, death.Line));
        }
        else if (AppLogReading.During(incident, seen).LastOrDefault(logged => logged.Kind == AppEventKind.RequestTooLarge) is { } refused)
        {
            scales.Weigh("app log", Sources.AppLog, Weight.Strong.Against(refused.Text).At(refused.Line.File, refused.Line.Line));
        }
    }

    /// <summary>A server that has run since before the failures did not die of them.</summary>
    private static void WeighProcesses(Incident incident, Observations seen, Scales scales)
    {
        var processes = SocketReading.ServingProcesses(incident, incident.Peer, seen);
        if (processes.Count == 0)
        {
            return;
        }

        var newest = processes.Max(process => process.StartedAt);
        var who = Words.Processes(processes);
        scales.Weigh("processes", Sources.Machine, newest is { } started && incident.First is { } first && started > first
            ? started > first + DeathScales.LogSecond ? Weight.Moderate.Against($"a process behind {incident.UpstreamText} was started at {Words.Clock(started)}, after the failures began: one may have died") : Weight.None
            : Weight.Weak.For($"{who} has run since before the failures: no process died of them"));
    }

    /// <summary>What is known of the reason after all.</summary>
    public static string Why(Incident incident, Observations seen)
        => PoolAccess.Refusing(incident, seen) is { Pool: var pool } ? $": its listen.allowed_clients has not nginx's address ({pool.File})" : ", and nothing seen says why";

    public static Fix Look(Incident incident, Observations seen)
    {
        if (PoolAccess.Refusing(incident, seen) is { Pool: var pool, Source: var source })
        {
            return new() { Summary = $"Let nginx's address into pool {pool.Name}.", Steps = [.. PoolFix.LetIn(pool, source)] };
        }

        var serving = SocketReading.ServingProcesses(incident, incident.Peer, seen);
        var unit = serving.Select(process => process.Unit).FirstOrDefault(name => name is not null);
        var at = incident.Last is { } last ? Words.Clock(last) : "the time of the failure";
        return new Fix
        {
            Summary = "The repair is in the app: find out why it closes this connection.",
            Steps =
            [
                new($"Read the app's own log at {at}.", unit is null ? null : $"journalctl -u {Shell.Quote(unit)} --since {Shell.Quote((incident.First ?? seen.Now).AddSeconds(-30).ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture))} --no-pager"),
                new($"Send the same request straight to {incident.UpstreamText} and see whether it is answered: why502 verify."),
            ],
        };
    }
}
