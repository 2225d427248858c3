using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Machine;

/// <summary>
/// Answers questions about this machine. One object serves one run: its tables are read once. A reader that fails leaves
/// its question unobserved, with the reason; nothing is thrown but cancellation.
/// </summary>
public sealed class MachineAnswers
{
    private readonly TimeProvider time;
    private readonly string host = Environment.MachineName;
    private readonly NameServersReader nameServers;
    private readonly AccessControlReader policies;
    private readonly NginxReader nginx;
    private readonly ListenersReader listeners;
    private readonly SocketPathReader socketPaths;
    private readonly AppProcessesReader apps;
    private readonly FpmPoolsReader pools;
    private readonly UnitsReader units;
    private readonly SupervisorReader supervisor;
    private readonly Pm2Reader pm2;
    private readonly PacketFilterReader filter;
    private readonly ServerLoadReader load;
    private readonly MachineStateReader state;
    private readonly Packages.PackageHistoryReader packages;
    private readonly StorageReader storage;
    private readonly ConnectionTrackingReader tracking;
    private readonly LogHeldReader heldLogs;
    private readonly LocalPortsReader localPorts;
    private readonly OpenFilesReader openFiles;
    private readonly MemoryUseReader memory;
    private readonly PressureReader pressure;
    private readonly RouteReader routes;
    private readonly NetworkSpacesReader spaces;
    private readonly ContainersReader containers;
    private readonly AppSettingsReader settings;
    private readonly WorkerWaitsReader waits;
    private readonly ForwardsReader forwards;

    public MachineAnswers(MachineOptions options, TimeProvider time)
    {
        this.time = time;
        var machine = new MachineSnapshot(options);
        var programs = new Programs(options.SearchPath);
        nameServers = new(machine);
        policies = new(machine);
        nginx = new(machine, programs);
        listeners = new(machine);
        socketPaths = new(machine);
        apps = new(machine);
        pools = new(machine);
        units = new(machine, programs);
        supervisor = new(machine, programs);
        pm2 = new(machine, programs);
        filter = new(machine, programs);
        load = new(machine);
        state = new(machine);
        packages = new(machine);
        storage = new(machine);
        tracking = new(machine);
        heldLogs = new(machine);
        localPorts = new(machine);
        openFiles = new(machine);
        memory = new(machine);
        pressure = new(machine);
        routes = new(machine);
        spaces = new(machine);
        containers = new(machine);
        settings = new(machine);
        waits = new(machine);
        forwards = new(machine);
    }

    public static bool CanAnswer(Question question) => question is AccessControl or SystemNameServers or NginxInstances or TcpListeners or UnixListeners or SocketPath or AppProcesses
        or PhpFpmPools or UnitOf or ServiceUnits or SupervisedPrograms or Pm2Apps or PacketFilter or ServerLoad or MachineState
        or LogHeld or StoragePath or ConnectionTracking or LocalPorts or OpenFiles or MemoryUse or MachinePressure
        or RouteTo or NetworkSpaces or Containers or ContainerWrites
        or AppSettings or WorkerWaits or ForwardsOf or ConfigurationTest or PackageHistory;

    public async Task<Answer> AnswerAsync(Question question, CancellationToken cancellation)
    {
        var at = time.GetUtcNow();
        Look look;
        try
        {
            // Reading /proc is synchronous and quick; it still does not belong on the caller's thread.
            look = await Task.Run(() => LookAsync(question, cancellation), cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Fail forward: a fault in one reader must not cost the others.
            look = Look.Blind($"{failure.GetType().Name}: {failure.Message}", question.What);
        }

        return new(question, look.Fact, look.Unobserved, new(host, Sources.Machine, look.How, at));
    }

    private async Task<Look> LookAsync(Question question, CancellationToken cancellation) => question switch
    {
        SystemNameServers servers => nameServers.Read(servers),
        AccessControl process => policies.Read(process),
        NginxInstances instances => await nginx.ReadAsync(instances, cancellation).ConfigureAwait(false),
        TcpListeners => listeners.Tcp(),
        UnixListeners => listeners.Unix(),
        SocketPath path => socketPaths.Read(path),
        AppProcesses => apps.Read(),
        PhpFpmPools => pools.Read(),
        UnitOf unit => await units.UnitAsync(unit, cancellation).ConfigureAwait(false),
        ServiceUnits => await units.ServicesAsync(cancellation).ConfigureAwait(false),
        SupervisedPrograms => supervisor.Read(),
        Pm2Apps => await pm2.ReadAsync(cancellation).ConfigureAwait(false),
        PacketFilter rules => await filter.ReadAsync(rules, cancellation).ConfigureAwait(false),
        ServerLoad server => await load.ReadAsync(server, cancellation).ConfigureAwait(false),
        MachineState => state.Read(),
        ConfigurationTest test => Checks.ConfigurationTestReader.Read(test, cancellation),
        PackageHistory history => packages.Read(history),
        StoragePath path => storage.Read(path),
        ConnectionTracking table => tracking.Read(table),
        LogHeld log => heldLogs.Read(log),
        LocalPorts ports => localPorts.Read(ports),
        OpenFiles files => openFiles.Read(files),
        MemoryUse use => memory.Read(use),
        MachinePressure pressed => await pressure.ReadAsync(pressed, cancellation).ConfigureAwait(false),
        RouteTo route => routes.Read(route),
        NetworkSpaces => spaces.Read(),
        Containers => await containers.ReadAsync(cancellation).ConfigureAwait(false),
        ContainerWrites ask => await containers.WritesAsync(ask.Id, cancellation).ConfigureAwait(false),
        AppSettings ask => settings.Read(ask),
        WorkerWaits ask => waits.Read(ask),
        ForwardsOf ask => forwards.Read(ask),
        _ => Look.Blind("this is not a question about the machine", question.What),
    };
}
