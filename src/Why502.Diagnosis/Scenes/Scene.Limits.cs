namespace Why502.Diagnosis;

/// <summary>What a machine of words has left: descriptors, memory, room, ports, and what it waits for.</summary>
public sealed partial class Scene
{
    private readonly Dictionary<string, StoragePathFact> storage = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LocalPortsFact> ports = new(StringComparer.Ordinal);
    private ProcessFiles workerFiles = new(821, "nginx", 40, 24, 1024, 524_288);
    private MemoryUseFact memory = new(8L << 30, 4L << 30, 0, 0, 0, 12L << 30, 3L << 30, 0, [], []);
    private ConnectionTrackingFact tracking = new(true, 800, 262_144, 0, 0, 0);
    private MachinePressureFact pressure = new(4, 0.2, new(0, 0, 0), new(0, 0, 0), new(0, 0, 0), 4, 0, 0, 0, []);

    private IReadOnlyList<string> addresses = ["127.0.0.1/8", "::1/128", "10.0.0.5/24"];

    /// <summary>What the kernel said.</summary>
    private readonly List<Logs.AppLogEvent> kernel = [];

    public Scene WorkerFiles(int used, int sockets, long limit)
    {
        workerFiles = new(821, "nginx", used, sockets, limit, 524_288);
        return this;
    }

    /// <summary>The part of 8 GiB that is available, 0 to 1.</summary>
    public Scene Memory(double available)
    {
        memory = memory with { Available = (long)(memory.Total * available) };
        return this;
    }

    /// <summary>A directory of 10 GiB; <paramref name="available"/> is the part that is free, 0 to 1.</summary>
    public Scene Storage(string path, bool mayWrite, double available)
    {
        const long Total = 10L << 30;
        var step = new PathStep(path, mayWrite ? "www-data" : "root", "root", "0700", mayWrite, null);
        storage[path] = new(true, [step], null, mayWrite, mayWrite ? null : step, new("/", "ext4", false, Total, (long)(Total * available), 650_000, 600_000));
        return this;
    }

    public Scene Ports(string address, int used, int timeWait)
    {
        ports[address] = new(32_768, 60_999, 0, used, timeWait, used - timeWait, 0, 2);
        return this;
    }

    public Scene Tracks(long count, long max, long dropped)
    {
        tracking = new(true, count, max, dropped, dropped, 0);
        return this;
    }

    /// <summary>A control group with a quota of processors, and in how many of the last periods it had used it up.</summary>
    public Scene Throttled(string path, double quota, int periods, int throttled)
    {
        pressure = pressure with { Groups = [new(path, null, quota, periods, throttled, 0.9)] };
        return this;
    }

    /// <summary>PSI of the processor in percent, and load for each of four cores.</summary>
    public Scene Pressed(double cpu, double load)
    {
        pressure = pressure with { Cpu = new(cpu, cpu, 0), Load1 = load * 4, Busy = 100 };
        return this;
    }

    public Scene KernelSays(Logs.AppEventKind kind, string text, string? process = null, int? minutesAgo = null)
    {
        kernel.Add(new() { Kind = kind, Text = text, Process = process, Time = minutesAgo is { } ago ? Now.AddMinutes(-ago).UtcDateTime : null, Line = new("kernel", 1, null, text), Log = Logs.AppLogKind.Kernel });
        return this;
    }

    /// <summary>ipv6.disable=1: not even ::1 is there.</summary>
    public Scene WithoutIPv6()
    {
        addresses = ["127.0.0.1/8", "10.0.0.5/24"];
        return this;
    }

    private Fact? LimitFor(Question question) => question switch
    {
        StoragePath path => storage.GetValueOrDefault(path.Path),
        OpenFiles files => new OpenFilesFact([workerFiles with { Name = files.Pids.Contains("821", StringComparison.Ordinal) ? "nginx" : "app", Used = files.Pids.Contains("821", StringComparison.Ordinal) ? workerFiles.Used : 40 }], 4_000, 9_000_000),
        MemoryUse => memory,
        ConnectionTracking => tracking,
        LocalPorts port => ports.GetValueOrDefault(port.Address) ?? new LocalPortsFact(32_768, 60_999, 0, 12, 6, 6, 0, 2),
        MachinePressure => pressure,
        _ => null,
    };
}
