namespace Why502.Logs;

/// <summary>What an app server, the init system or the kernel reports, in one vocabulary for all of them.</summary>
public enum AppEventKind
{
    Other,
    MaxChildrenReached,
    PoolSeemsBusy,
    ListenQueueFull,
    ChildExitedOnSignal,
    ChildExited,
    RequestTimedOut,
    SlowRequest,
    FatalError,
    MemoryExhausted,
    WorkerTimeout,
    WorkerBooting,
    WorkerExited,
    WorkerSentSignal,
    ServerStarted,
    ServerStopped,
    BindFailed,
    ListeningOn,
    StartFailed,
    UnitFailed,
    UnitStarted,
    UnitStopped,
    UnitRestartScheduled,
    StartLimitHit,
    MainProcessExited,
    OomKill,

    /// <summary>The kernel found no memory for what this process asked for, and looks for one to end: whom it found stands in another line.</summary>
    OomInvoked,
    Segfault,
    ConntrackFull,
    SynFlood,
    PacketLogged,
    FilesExhausted,

    /// <summary>A server could not start a process, because the machine or its control group has no memory for it.</summary>
    ForkFailed,
    DiskFull,
    AccessDenied,
    UnhandledError,
    RequestTooLarge,
    HungTask,
    ConfigurationError,

    /// <summary>The runtime says that it ends the process: an exception nobody caught, a fatal error of the virtual machine.</summary>
    ProcessAborted,

    /// <summary>The thread of one request ended and its connection was closed; the process goes on (Go's net/http, Rust).</summary>
    RequestPanicked,

    /// <summary>Workers are replaced because somebody asked for it.</summary>
    ServerReloading,

    /// <summary>A database or a connection pool has no connection left.</summary>
    ConnectionsExhausted,

    /// <summary>Writing the answer failed because the reader had closed: whoever asked waited no longer.</summary>
    ReaderGone,

    /// <summary>The server's socket towards whoever asked failed; at which end, the line does not say.</summary>
    SocketFailed,

    /// <summary>A server that speaks TLS was sent something else: an HTTP request, mostly.</summary>
    PlainRequestToTls,

    /// <summary>uWSGI has no plugin for the first byte of a packet (modifier1), which is the event's value.</summary>
    UnknownModifier,

    /// <summary>A browser or client says that its WebSocket was refused; the status is the event's value where it is told.</summary>
    WebSocketRefused,

    /// <summary>The app says that what came to its WebSocket asked for no upgrade: the proxy in front did not pass the headers on.</summary>
    UpgradeMissing,

    /// <summary>The server could not load the app and runs: it answers each request with an error of its own.</summary>
    ServesWithoutApp,

    /// <summary>A manager's listing shows the program as running.</summary>
    ProgramRunning,

    /// <summary>A start, test or reload of nginx ended because nginx did not take its configuration.</summary>
    ConfigurationRefused,

    /// <summary>An app server in between says that the app ended its answer before it was one.</summary>
    AnswerIncomplete,

    /// <summary>Somebody tells that requests which auth_request guards end with 500.</summary>
    AuthQuestionFailed,

    /// <summary>Somebody tells that requests work while a packet filter is off.</summary>
    FilterTold,

    /// <summary>Somebody tells that requests work while SELinux lets them.</summary>
    PolicyTold,

    /// <summary>Somebody tells that requests work again once nginx was restarted, or that it keeps an old address.</summary>
    AddressHeldTold,

    /// <summary>Somebody tells that a name points to another host than the app's.</summary>
    NameElsewhereTold,

    /// <summary>Somebody tells that requests work with the upstream's address, and not with its name.</summary>
    NameUselessTold,

    /// <summary>Somebody tells that a name does not resolve.</summary>
    NameUnknownTold,

    /// <summary>Somebody tells that a name server does not answer.</summary>
    ResolverSilentTold,

    /// <summary>Somebody tells that the app listens on the other family's loopback.</summary>
    FamilyElsewhereTold,

    /// <summary>Somebody tells that nginx goes to its own container's loopback, or that the app listens on its own.</summary>
    ContainerLoopbackTold,

    /// <summary>Somebody tells of two sockets: nginx's and the app's.</summary>
    SocketElsewhereTold,

    /// <summary>Somebody tells that the app's socket is not there.</summary>
    SocketAbsentTold,

    /// <summary>Somebody tells of two ports: nginx's and the app's.</summary>
    PortElsewhereTold,

    /// <summary>A Service has no pod to send requests to.</summary>
    EndpointsEmpty,

    /// <summary>Somebody tells that a Service's selector fits no pod.</summary>
    PodsUnselectedTold,

    /// <summary>Somebody tells that the app does not run.</summary>
    DownTold,

    /// <summary>Somebody tells that a process was ended by its own fault.</summary>
    CrashTold,

    /// <summary>Somebody tells that workers are killed for the time that they took.</summary>
    WorkerEndedTold,

    /// <summary>Somebody tells that a process was killed for memory.</summary>
    MemoryTold,

    /// <summary>Somebody tells that the upstream closes connections which nginx keeps.</summary>
    KeptConnectionTold,

    /// <summary>Somebody tells that answers end before they are whole.</summary>
    CutShortTold,

    /// <summary>Somebody tells that one side speaks the PROXY protocol and the other does not.</summary>
    ProxyHeaderTold,

    /// <summary>An nginx behind nginx asks for a client certificate, and gets none.</summary>
    ClientCertificateTold,

    /// <summary>Somebody tells of a slash that makes the app see another path.</summary>
    PathMappedTold,

    /// <summary>Somebody tells that nginx proxies to itself.</summary>
    LoopTold,

    /// <summary>Somebody tells that the default server answers.</summary>
    OtherServerTold,

    /// <summary>Somebody tells that what the configuration says is not what nginx does.</summary>
    OldSettingsTold,

    /// <summary>Somebody tells that the status is the upstream's own.</summary>
    UpstreamAnsweredTold,

    /// <summary>Somebody tells that the app needs longer than it is waited for.</summary>
    WaitTooShortTold,

    /// <summary>Somebody tells that all workers are busy.</summary>
    PoolBusyTold,

    /// <summary>Somebody tells that the machine is short of processors, or waits for its disks.</summary>
    MachineBusyTold,

    /// <summary>Somebody tells that the answer's header is too big.</summary>
    HeaderTooBigTold,

    /// <summary>Somebody tells that no resolver is set for a name that is looked up at run time.</summary>
    ResolverMissingTold,

    /// <summary>Somebody tells that nginx may not open the app's socket.</summary>
    SocketDeniedTold,

    /// <summary>Somebody tells that there is no way to the upstream.</summary>
    UnreachableTold,

    /// <summary>Somebody tells that a worker of nginx itself dies.</summary>
    NginxCrashTold,

    /// <summary>Somebody tells that the upstream closes without an answer.</summary>
    ClosedEarlyTold,

    /// <summary>Somebody tells that an answer begins and does not go on.</summary>
    StalledTold,

    /// <summary>Somebody tells that requests end with each deploy of the app.</summary>
    ReloadCutTold,

    /// <summary>Somebody tells that clients leave before the answer.</summary>
    ClientGoneTold,

    /// <summary>Somebody tells that nginx speaks another protocol than the upstream.</summary>
    OtherProtocolTold,

    /// <summary>Somebody tells that the upstream of an https:// speaks plain HTTP.</summary>
    PlainUpstreamTold,

    /// <summary>Somebody tells that the upstream needs the name in the handshake.</summary>
    NameNotSentTold,

    /// <summary>Somebody tells that the upstream's certificate has expired.</summary>
    CertificateExpiredTold,

    /// <summary>Somebody tells that nobody vouches for the upstream's certificate.</summary>
    CertificateUntrustedTold,

    /// <summary>Somebody tells that nginx does not take its configuration.</summary>
    ConfigurationTold,

    /// <summary>Somebody tells that the configuration answers by itself.</summary>
    ReturnTold,

    /// <summary>Somebody tells that internal redirects go round.</summary>
    CycleTold,

    /// <summary>Somebody tells that the servers of a group are marked down.</summary>
    MarkedDownTold,

    /// <summary>Somebody tells that a newer nginx has another default.</summary>
    DefaultChangedTold,

    /// <summary>Somebody tells that nginx or the app has no descriptor left.</summary>
    FilesTold,

    /// <summary>Somebody tells that nginx has no connection left.</summary>
    ConnectionsTold,

    /// <summary>Somebody tells that no local port is left.</summary>
    PortsUsedUpTold,

    /// <summary>Somebody tells that nginx cannot write its temporary files.</summary>
    TempPathTold,

    /// <summary>Somebody tells that the upstream takes no request of that size.</summary>
    RequestTooLargeTold,

    /// <summary>Somebody tells that a limit of nginx refuses requests.</summary>
    RateTold,

    /// <summary>A client got bytes from there that are no HTTP/1 answer.</summary>
    NoHttpAnswer,

    /// <summary>A server that speaks HTTP got FastCGI's records where it looked for a request line.</summary>
    RecordsToHttp,
}

/// <summary>Who wrote an app-side log.</summary>
public enum AppLogKind
{
    Unknown,
    PhpFpm,
    Gunicorn,
    Uwsgi,
    Journal,
    Kernel,
    Node,
    Generic,
}

/// <summary>One event of an app-side log.</summary>
public sealed record AppLogEvent
{
    public required AppEventKind Kind { get; init; }
    public required LogLine Line { get; init; }

    /// <summary>Time as written; local time of the writer unless the line names a zone, then UTC.</summary>
    public DateTime? Time { get; init; }

    /// <summary>True when <see cref="Time"/> is UTC because the line named its zone.</summary>
    public bool TimeIsUtc { get; init; }

    /// <summary>The unit, pool or process that the line names.</summary>
    public string? Source { get; init; }
    public AppLogKind Log { get; init; }
    public int? Pid { get; init; }
    public string? Pool { get; init; }
    public string? Process { get; init; }
    public int? Signal { get; init; }
    public int? ExitStatus { get; init; }

    /// <summary>The address that was listened on, refused or dropped.</summary>
    public string? Address { get; init; }
    public int? Port { get; init; }
    public string? Script { get; init; }
    public string? Request { get; init; }

    /// <summary>The number the line is about: the max_children setting, the backlog, kilobytes, bytes of a memory limit.</summary>
    public long? Value { get; init; }
    public double? Seconds { get; init; }

    /// <summary>The message without prefix, sanitised and redacted.</summary>
    public string Text { get; init; } = "";
}
