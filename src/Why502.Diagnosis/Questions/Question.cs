using System.Text.Json.Serialization;

namespace Why502.Diagnosis;

/// <summary>What an answer costs the machine that is asked.</summary>
public enum Cost
{
    /// <summary>Reading files, /proc and netlink tables of this host.</summary>
    Read,

    /// <summary>One connection or look-up that carries no application request.</summary>
    Probe,

    /// <summary>One application request.</summary>
    Request,
}

/// <summary>
/// Something that can be found out about the world. A value: two equal questions are one question, and a record of
/// questions and answers replays to the same verdict.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "ask")]
[JsonDerivedType(typeof(NginxInstances), "nginx-instances")]
[JsonDerivedType(typeof(ConfigurationText), "configuration")]
[JsonDerivedType(typeof(ConfigurationTest), "configuration-test")]
[JsonDerivedType(typeof(PackageHistory), "package-history")]
[JsonDerivedType(typeof(ErrorLogWindow), "error-log")]
[JsonDerivedType(typeof(AccessLogWindow), "access-log")]
[JsonDerivedType(typeof(AppLogWindow), "app-log")]
[JsonDerivedType(typeof(JournalWindow), "journal")]
[JsonDerivedType(typeof(KernelLogWindow), "kernel-log")]
[JsonDerivedType(typeof(TcpListeners), "tcp-listeners")]
[JsonDerivedType(typeof(UnixListeners), "unix-listeners")]
[JsonDerivedType(typeof(SocketPath), "socket-path")]
[JsonDerivedType(typeof(AppProcesses), "app-processes")]
[JsonDerivedType(typeof(PhpFpmPools), "php-fpm-pools")]
[JsonDerivedType(typeof(UnitOf), "unit")]
[JsonDerivedType(typeof(ServiceUnits), "service-units")]
[JsonDerivedType(typeof(SupervisedPrograms), "supervised-programs")]
[JsonDerivedType(typeof(Pm2Apps), "pm2-apps")]
[JsonDerivedType(typeof(PacketFilter), "packet-filter")]
[JsonDerivedType(typeof(AccessControl), "access-control")]
[JsonDerivedType(typeof(RouteTo), "route")]
[JsonDerivedType(typeof(NetworkSpaces), "network-spaces")]
[JsonDerivedType(typeof(Containers), "containers")]
[JsonDerivedType(typeof(ContainerWrites), "container-writes")]
[JsonDerivedType(typeof(ServerLoad), "server-load")]
[JsonDerivedType(typeof(MachineState), "machine-state")]
[JsonDerivedType(typeof(StubStatus), "stub-status")]
[JsonDerivedType(typeof(Connect), "connect")]
[JsonDerivedType(typeof(TlsHandshake), "tls-handshake")]
[JsonDerivedType(typeof(Resolve), "resolve")]
[JsonDerivedType(typeof(SystemNameServers), "system-name-servers")]
[JsonDerivedType(typeof(HttpGet), "http-get")]
[JsonDerivedType(typeof(FastCgiGet), "fastcgi-get")]
[JsonDerivedType(typeof(FpmStatus), "fpm-status")]
[JsonDerivedType(typeof(GetThroughNginx), "get-through-nginx")]
[JsonDerivedType(typeof(PortProtocol), "port-protocol")]
[JsonDerivedType(typeof(UwsgiGet), "uwsgi-get")]
[JsonDerivedType(typeof(ScgiGet), "scgi-get")]
[JsonDerivedType(typeof(MemcachedGet), "memcached-get")]
[JsonDerivedType(typeof(GrpcHealth), "grpc-health")]
[JsonDerivedType(typeof(StoragePath), "storage-path")]
[JsonDerivedType(typeof(ConnectionTracking), "connection-tracking")]
[JsonDerivedType(typeof(LogHeld), "log-held")]
[JsonDerivedType(typeof(LocalPorts), "local-ports")]
[JsonDerivedType(typeof(OpenFiles), "open-files")]
[JsonDerivedType(typeof(MemoryUse), "memory-use")]
[JsonDerivedType(typeof(MachinePressure), "machine-pressure")]
[JsonDerivedType(typeof(AppSettings), "app-settings")]
[JsonDerivedType(typeof(WorkerWaits), "worker-waits")]
[JsonDerivedType(typeof(ForwardsOf), "forwards-of")]
public abstract record Question
{
    [JsonIgnore]
    public abstract Cost Cost { get; }

    /// <summary>What is looked at, as a noun phrase for "could not look at …".</summary>
    [JsonIgnore]
    public abstract string What { get; }

    /// <summary>What the answer would have told, for the report of what was not seen.</summary>
    [JsonIgnore]
    public abstract string WouldTell { get; }
}

/// <summary>A question together with the type of fact that answers it.</summary>
public abstract record Question<TFact> : Question
    where TFact : Fact;

/// <summary>An answer's content. Absence is a fact too: a table without the row was seen.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(NginxInstancesFact), "nginx-instances")]
[JsonDerivedType(typeof(ConfigurationFact), "configuration")]
[JsonDerivedType(typeof(ConfigurationTestFact), "configuration-test")]
[JsonDerivedType(typeof(PackageHistoryFact), "package-history")]
[JsonDerivedType(typeof(ErrorLogFact), "error-log")]
[JsonDerivedType(typeof(AccessLogFact), "access-log")]
[JsonDerivedType(typeof(AppLogFact), "app-log")]
[JsonDerivedType(typeof(TcpListenersFact), "tcp-listeners")]
[JsonDerivedType(typeof(UnixListenersFact), "unix-listeners")]
[JsonDerivedType(typeof(SocketPathFact), "socket-path")]
[JsonDerivedType(typeof(AppProcessesFact), "app-processes")]
[JsonDerivedType(typeof(PhpFpmPoolsFact), "php-fpm-pools")]
[JsonDerivedType(typeof(UnitFact), "unit")]
[JsonDerivedType(typeof(ServiceUnitsFact), "service-units")]
[JsonDerivedType(typeof(SupervisedProgramsFact), "supervised-programs")]
[JsonDerivedType(typeof(Pm2AppsFact), "pm2-apps")]
[JsonDerivedType(typeof(PacketFilterFact), "packet-filter")]
[JsonDerivedType(typeof(AccessControlFact), "access-control")]
[JsonDerivedType(typeof(RouteFact), "route")]
[JsonDerivedType(typeof(NetworkSpacesFact), "network-spaces")]
[JsonDerivedType(typeof(ContainersFact), "containers")]
[JsonDerivedType(typeof(ContainerWritesFact), "container-writes")]
[JsonDerivedType(typeof(ServerLoadFact), "server-load")]
[JsonDerivedType(typeof(MachineStateFact), "machine-state")]
[JsonDerivedType(typeof(StubStatusFact), "stub-status")]
[JsonDerivedType(typeof(ConnectFact), "connect")]
[JsonDerivedType(typeof(TlsFact), "tls")]
[JsonDerivedType(typeof(ResolveFact), "resolve")]
[JsonDerivedType(typeof(NameServersFact), "name-servers")]
[JsonDerivedType(typeof(ResponseFact), "response")]
[JsonDerivedType(typeof(FpmStatusFact), "fpm-status")]
[JsonDerivedType(typeof(PortProtocolFact), "port-protocol")]
[JsonDerivedType(typeof(StoragePathFact), "storage-path")]
[JsonDerivedType(typeof(ConnectionTrackingFact), "connection-tracking")]
[JsonDerivedType(typeof(LogHeldFact), "log-held")]
[JsonDerivedType(typeof(LocalPortsFact), "local-ports")]
[JsonDerivedType(typeof(OpenFilesFact), "open-files")]
[JsonDerivedType(typeof(MemoryUseFact), "memory-use")]
[JsonDerivedType(typeof(MachinePressureFact), "machine-pressure")]
[JsonDerivedType(typeof(AppSettingsFact), "app-settings")]
[JsonDerivedType(typeof(WorkerWaitsFact), "worker-waits")]
[JsonDerivedType(typeof(ForwardsFact), "forwards")]
public abstract record Fact;

/// <summary>An answer that may lack a part of what was asked for.</summary>
public interface IPartialFact
{
    /// <summary>What is not in it, and why; null when all is.</summary>
    string? Lacks { get; }
}

/// <summary>Where an answer came from: the host, the kind of source and how it was obtained.</summary>
/// <param name="Host">Host name of the machine that was looked at.</param>
/// <param name="Source">The JSON contract's word: error-log, access-log, config, machine, probe, app-log or kernel-log.</param>
/// <param name="How">Path, table or call, such as <c>/proc/net/tcp</c> or <c>GET http://127.0.0.1:3000/</c>.</param>
/// <param name="At">When it was looked at.</param>
public sealed record Provenance(string Host, string Source, string How, DateTimeOffset At)
{
    /// <summary>The file that shows it, where one does: pasted output, a settings file.</summary>
    public string? File { get; init; }

    public int? Line { get; init; }
}

/// <summary>A question with what became of it: a fact, or the reason why there is none.</summary>
public sealed record Answer(Question Question, Fact? Fact, string? Unobserved, Provenance Provenance);

/// <summary>The words of the JSON contract for <see cref="Provenance.Source"/>.</summary>
public static class Sources
{
    public const string ErrorLog = "error-log";
    public const string AccessLog = "access-log";
    public const string Config = "config";
    public const string Machine = "machine";
    public const string Probe = "probe";
    public const string AppLog = "app-log";
    public const string KernelLog = "kernel-log";
}
