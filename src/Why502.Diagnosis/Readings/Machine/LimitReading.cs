using System.Globalization;
using Why502.Nginx;

namespace Why502.Diagnosis.Readings;

/// <summary>Questions about the limits of nginx's workers and of the app behind an incident, asked the same way by every cause.</summary>
public static class LimitReading
{
    /// <summary>Processes of one server that are looked at.</summary>
    private const int ProcessesMax = 64;

    /// <summary>nginx's default (ngx_event_module_init, DEFAULT_CONNECTIONS).</summary>
    public const int DefaultConnections = 512;

    /// <summary>worker_connections in force; null without a configuration.</summary>
    public static int? Connections(Incident incident)
        => incident.Configuration is { } configuration ? configuration.WorkerConnections ?? DefaultConnections : null;

    public static OpenFiles? WorkerFiles(Incident incident) => Pids(incident.Instance.WorkerPids) is { } pids ? new OpenFiles(pids) : null;

    public static OpenFiles? AppFiles(Incident incident, Observations seen) => AppPids(incident, seen) is { } pids ? new OpenFiles(pids) : null;

    /// <summary>A few descriptors are opened and closed all the time, so that the very last is rarely met.</summary>
    public static bool IsAtLimit(ProcessFiles process) => process is { Used: { } used, SoftLimit: { } limit } && used >= limit - Math.Max(3, limit / 50);

    /// <summary>nginx's master and workers, and who serves the incident's upstream.</summary>
    public static MemoryUse Memory(Incident incident) => new(Pids(NginxPids(incident)) ?? "");

    /// <summary>Who serves the incident's upstream; null where they are not seen.</summary>
    public static MemoryUse? AppMemory(Incident incident, Observations seen) => AppPids(incident, seen) is { } pids ? new MemoryUse(pids) : null;

    public static MachinePressure PressureOf(Incident incident, Observations seen)
        => new(string.Join(',', new[] { Pids(incident.Instance.WorkerPids.Take(1)), AppPids(incident, seen) }.OfType<string>()));

    public static string? AppPids(Incident incident, Observations seen)
        => Pids(SocketReading.ServingProcesses(incident, incident.Peer, seen).Select(process => process.Pid));

    private static IEnumerable<int> NginxPids(Incident incident)
        => incident.Instance.MasterPid is { } master ? [master, .. incident.Instance.WorkerPids] : incident.Instance.WorkerPids;

    private static string? Pids(IEnumerable<int> pids)
    {
        var some = pids.Order().Distinct().Take(ProcessesMax).Select(pid => pid.ToString(CultureInfo.InvariantCulture)).ToList();
        return some.Count == 0 ? null : string.Join(',', some);
    }

    /// <summary>The edit that sets a directive at the main level or in a block of it; null where the block is not there.</summary>
    public static FileEdit? Set(Incident incident, string block, string name, long value)
    {
        if (incident.Configuration is not { } configuration || configuration.Root.LastOrDefault(directive => directive.Name == block) is not { } at)
        {
            return null;
        }

        var edit = ConfigurationEdit.Set(configuration, at, name, value.ToString(CultureInfo.InvariantCulture));
        return edit.IsChange ? edit : null;
    }

    /// <summary>The next power of two from a number on: limits are written so.</summary>
    public static long PowerOfTwo(long atLeast) => (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, atLeast));
}
