namespace Why502.Diagnosis;

/// <summary>How busy the server behind an address is: its accept queue, its workers and what each of them holds.</summary>
/// <param name="Address">In nginx's form: "127.0.0.1:3000", "unix:/run/app.sock".</param>
public sealed record ServerLoad(string Address) : Question<ServerLoadFact>, IAskedFrom
{
    public override Cost Cost => Cost.Read;

    /// <inheritdoc cref="IAskedFrom.ThroughPid"/>
    public int ThroughPid { get; init; }

    public override string What => $"workers and accept queue behind {Address}";

    public override string WouldTell => "whether all workers are busy or only this route is slow";
}

/// <param name="QueueLength">Highest of a few looks within some 100 ms.</param>
/// <param name="Backlog">Limit of the accept queue.</param>
/// <param name="Workers">Processes that accept on the socket (children of the master when it has children).</param>
/// <param name="BusyWorkers">Workers that hold at least one accepted connection of this address.</param>
/// <param name="Connections">Accepted connections held by its processes.</param>
/// <param name="Stack">As in <see cref="AppProcess"/>.</param>
/// <param name="OneRequestPerWorker">True where a worker serves one request at a time (php-fpm, gunicorn sync, uwsgi without threads); null when unknown.</param>
public sealed record ServerLoadFact(int? QueueLength, int? Backlog, int? Workers, int? BusyWorkers, int? Connections, string? Stack, bool? OneRequestPerWorker, IReadOnlyList<ProcessRef> Processes) : Fact
{
    /// <summary>Accepted TCP connections on which bytes lay unread at each of the looks: requests that nobody has begun to read.</summary>
    public int Unread { get; init; }

    /// <summary>Who would take requests, where all of them are stopped by a signal or a debugger (state T); else empty.</summary>
    public IReadOnlyList<ProcessRef> Stopped { get; init; } = [];
}

/// <summary>The machine's own addresses and how loaded it is.</summary>
public sealed record MachineState : Question<MachineStateFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "addresses, load and memory of this machine";

    public override string WouldTell => "which addresses are this machine's own, and whether it is short of CPU or memory";
}

/// <param name="Addresses">Own addresses with prefix length, such as "10.0.0.5/24".</param>
/// <param name="CpuPressure">PSI "some avg10" in percent; null without PSI.</param>
public sealed record MachineStateFact(string HostName, IReadOnlyList<string> Addresses, int Cores, double? Load1, long? MemoryTotal, long? MemoryAvailable, double? CpuPressure, double? MemoryPressure, double? IoPressure, int? SomaxConn, bool RunsAsRoot, string UserName) : Fact;
