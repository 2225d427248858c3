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

    /// <summary>A client got bytes from there that are no HTTP/1 answer.</summary>
    NoHttpAnswer,
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
