using System.Runtime.CompilerServices;
using Why502.Logs;

namespace Why502.Diagnosis.Readings;

/// <summary>The app server's own log lines that belong to an incident: from files that were given, pool files, open descriptors and journals.</summary>
public static class AppLogReading
{
    private const int LogsMax = 6;

    /// <summary>Many incidents read the same logs, each of them often: what was put in order last stays with the first of them.</summary>
    private static readonly ConditionalWeakTable<AppLogFact, Ordered> InOrder = [];

    public static IReadOnlyList<AppLogEvent> Of(Incident incident, Observations seen)
    {
        AppLogFact[] logs = [.. Logs(incident, seen)];
        if (logs.Length == 0)
        {
            return [];
        }

        if (!InOrder.TryGetValue(logs[0], out var ordered) || !ordered.Logs.AsSpan().SequenceEqual(logs, ReferenceEqualityComparer.Instance))
        {
            ordered = new(logs, [.. logs.SelectMany(log => log.Events).OrderBy(logged => logged.Time)]);
            InOrder.AddOrUpdate(logs[0], ordered);
        }

        return ordered.Events;
    }

    /// <summary>Events in time: not older than a little before the incident began.</summary>
    public static IReadOnlyList<AppLogEvent> During(Incident incident, Observations seen)
        => [.. Of(incident, seen).Where(logged => Time(logged, seen) is not { } at || incident.First is not { } first || at >= first.AddMinutes(-2))];

    /// <summary>When it was logged; a time without a zone is this machine's.</summary>
    public static DateTimeOffset? Time(AppLogEvent logged, Observations seen)
        => logged.Time is not { } time ? null : new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Unspecified), logged.TimeIsUtc ? TimeSpan.Zero : seen.Now.Offset);

    /// <summary>The kernel's log, asked by everybody for the same window, so that it is one question.</summary>
    public static KernelLogWindow Kernel(Observations seen) => new(seen.Now - DiagnosisOptions.DefaultWindow);

    private static IEnumerable<AppLogFact> Logs(Incident incident, Observations seen)
    {
        if (incident.Instance.FromFiles)
        {
            return incident.Instance.GivenLogs
                .Where(log => log.Kind == GivenLogKind.AppLog)
                .Select(log => seen.Ask(new AppLogWindow(log.Path, null)).FactOrNull)
                .OfType<AppLogFact>();
        }

        var from = seen.Now - DiagnosisOptions.DefaultWindow - TimeSpan.FromMinutes(5);
        return Paths(incident, seen).Distinct().Take(LogsMax).Select(path => seen.Ask(new AppLogWindow(path, from)).FactOrNull).OfType<AppLogFact>();
    }

    private static IEnumerable<string> Paths(Incident incident, Observations seen)
    {
        if (incident.Peer is not { } peer)
        {
            yield break;
        }

        if (ServiceReading.PoolFor(peer, seen) is { } pool)
        {
            foreach (var path in new[] { pool.ErrorLog, pool.SlowLog }.OfType<string>().Where(path => path.StartsWith('/')))
            {
                yield return path;
            }
        }

        foreach (var path in SupervisorReading.For(incident, seen)?.Output ?? [])
        {
            yield return path;
        }

        foreach (var path in Pm2Reading.Stopped(incident, seen).SelectMany(app => app.Output))
        {
            yield return path;
        }

        var serving = SocketReading.ServingProcesses(incident, peer, seen).Select(process => process.Pid).ToHashSet();
        foreach (var app in seen.Ask(new AppProcesses()).FactOrNull?.Processes ?? [])
        {
            if (serving.Contains(app.Process.Pid) || app.ToldToBind.Any(told => ServiceReading.Means(told, peer)))
            {
                foreach (var path in app.LogFiles)
                {
                    yield return path;
                }
            }
        }
    }

    private sealed record Ordered(AppLogFact[] Logs, IReadOnlyList<AppLogEvent> Events);
}
