using Why502.Logs;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>The systemd service that should serve an address, and what it and the app's logs say of its end.</summary>
public static class ServiceReading
{
    /// <summary>The service that names the address, else the one whose process was told to bind it.</summary>
    public static UnitFact? For(Endpoint peer, Observations seen)
    {
        if (seen.Ask(new ServiceUnits()).FactOrNull is not { } services)
        {
            return null;
        }

        var named = services.Units.Where(unit => unit.Addresses.Any(address => Means(address, peer))).ToList();
        if (named.Count > 0)
        {
            return named.OrderByDescending(unit => unit.ActiveState == "failed").First();
        }

        if (PoolFor(peer, seen)?.Unit is { } name && services.Units.FirstOrDefault(unit => unit.Name == name) is { } ofPool)
        {
            return ofPool;
        }

        return services.Chosen && services.Units.Where(unit => !unit.Name.StartsWith("nginx", StringComparison.Ordinal)).ToList() is [{ Addresses.Count: 0 } only] ? only : null;
    }

    /// <summary>A unit that ended this long before the first refusal ended with it.</summary>
    private static readonly TimeSpan JustBefore = TimeSpan.FromSeconds(30);

    /// <summary>Where no unit names the address: the only one of this machine that ended just before the refusals began.</summary>
    public static UnitFact? EndedThen(Incident incident, Observations seen)
    {
        if (incident is not { Kind: SymptomKind.ConnectFailed, How: How.Refused, First: { } first, Peer: { } peer }
            || Addresses.IsLocal(peer, seen.Ask(new MachineState()).FactOrNull) != true || seen.Ask(new ServiceUnits()).FactOrNull is not { } services)
        {
            return null;
        }

        var ended = services.Units
            .Where(unit => unit.ActiveState is "failed" or "inactive" && unit.Addresses.Count == 0 && unit.Name != incident.Instance.Unit
                && unit.StateChangedAt >= first - JustBefore && unit.StateChangedAt <= first.AddSeconds(2))
            .ToList();
        return ended is [var only] ? only : null;
    }

    /// <summary>The PHP-FPM pool that is configured to listen on the address.</summary>
    public static PhpFpmPool? PoolFor(Endpoint peer, Observations seen)
        => seen.Ask(new PhpFpmPools()).FactOrNull?.Pools.FirstOrDefault(pool => Means(pool.Listen, peer));

    public static bool Means(string address, Endpoint peer)
    {
        if (peer.IsUnix)
        {
            return address == peer.ToString() || address == peer.UnixPath;
        }

        var text = address.StartsWith(':') ? "0.0.0.0" + address : address.StartsWith('*') ? "0.0.0.0" + address[1..] : address;
        return Endpoint.TryParse(text, 0, out var endpoint) && !endpoint.IsUnix && endpoint.Port == peer.Port
            && (endpoint.Host is "0.0.0.0" or "::" or "localhost" || endpoint.Host == peer.Host || endpoint.IsLoopback == peer.IsLoopback);
    }

    public static void WeighUnits(Incident incident, Endpoint peer, Observations seen, Scales scales)
    {
        if (For(peer, seen) is not { } unit)
        {
            if (EndedThen(incident, seen) is { } ended)
            {
                scales.Weigh("unit", Sources.Machine, Weight.Moderate.For(ended.ActiveState == "failed" ? $"{Ended(ended)}, just before the first refusal" : $"{ended.Name} was stopped at {Words.Clock(ended.StateChangedAt!.Value)}, just before the first refusal"));
            }

            return;
        }

        scales.Weigh(seen.Ask(new ServiceUnits()), _ => unit switch
        {
            { ActiveState: "failed" } => Weight.Strong.For(Ended(unit)),
            { ActiveState: "inactive" } => Weight.Strong.For($"{unit.Name}, which serves this address, is not started{(unit.UnitFileState == "disabled" ? " and not enabled" : "")}"),
            { ActiveState: "activating", SubState: "auto-restart" } => Weight.Strong.For($"{unit.Name} ends and is restarted again and again ({unit.RestartCount ?? 0} times)"),
            _ => Weight.None,
        });
        var journal = seen.Ask(new JournalWindow(unit.Name, seen.Now - TimeSpan.FromHours(1)));
        scales.Weigh(journal, log => LastWords(log.Events) is { } last
            ? Weight.Moderate.For($"{unit.Name}: {last.Text}").At(last.Line.File, last.Line.Line).From(Sources.AppLog)
            : Weight.None);
    }

    public static string Ended(UnitFact unit)
    {
        var how = unit.Result switch
        {
            "exit-code" => $"exit status {unit.ExitStatus}",
            "signal" => $"signal {unit.ExitStatus}",
            "core-dump" => $"signal {unit.ExitStatus}, core dumped",
            "oom-kill" => "killed for memory",
            "start-limit-hit" => "started too often in a row",
            "timeout" => "did not start in time",
            "" when unit.LoadState is "error" or "bad-setting" => "systemd does not take its unit file",
            "" => "reason unknown",
            var other => other,
        };
        return $"{unit.Name} failed{(unit.StateChangedAt is { } at ? $" at {Words.Clock(at)}" : "")}: {how}{(unit.Restart is { } restart ? $", Restart={restart}" : "")}";
    }

    /// <summary>Start-up failures in logs that were found or given.</summary>
    public static void WeighAppLogs(Incident incident, Observations seen, Scales scales)
    {
        var events = AppLogReading.Of(incident, seen);
        if (LastWords(events) is { } last)
        {
            scales.Weigh("app log", Sources.AppLog, (IsOneOfSeveral(last, events) ? Weight.Weak : Weight.Moderate).For(last.Text.Length > 0 ? last.Text : last.Line.Text).At(last.Line.File, last.Line.Line));
        }
    }

    private static AppLogEvent? LastWords(IReadOnlyList<AppLogEvent> events)
        => events.LastOrDefault(logged => logged.Kind is AppEventKind.StartFailed or AppEventKind.BindFailed && !Serves(logged, events))
            ?? events.LastOrDefault(logged => logged.Kind is AppEventKind.StartLimitHit && logged.Log is not AppLogKind.Journal)
            ?? events.LastOrDefault(logged => logged.Kind is AppEventKind.FatalError or AppEventKind.ServerStopped or AppEventKind.MainProcessExited);

    /// <summary>An app that did not load, in a server that says it goes on without: that one listens, and answers with an error of its own.</summary>
    public static bool Serves(AppLogEvent failed, IEnumerable<AppLogEvent> events)
        => failed.Kind == AppEventKind.StartFailed && events.Any(logged => logged.Kind == AppEventKind.ServesWithoutApp && logged.Line.File == failed.Line.File);

    /// <summary>A manager's listing has other programs that run: which of them serves nginx it does not say.</summary>
    public static bool IsOneOfSeveral(AppLogEvent failed, IEnumerable<AppLogEvent> events)
        => failed.Kind is AppEventKind.StartLimitHit or AppEventKind.StartFailed && events.Any(logged => logged.Kind == AppEventKind.ProgramRunning && (logged.Source is null || logged.Source != failed.Source));
}
