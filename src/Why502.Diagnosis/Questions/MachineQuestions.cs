namespace Why502.Diagnosis;

/// <summary>A process as far as it concerns a listener. <see cref="CommandLine"/> is redacted.</summary>
public sealed record ProcessRef
{
    public required int Pid { get; init; }

    public int? ParentPid { get; init; }

    public required string Name { get; init; }

    public string? CommandLine { get; init; }

    public string? User { get; init; }

    public int? Uid { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Current directory; null where it may not be looked at.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>systemd unit from the process's cgroup.</summary>
    public string? Unit { get; init; }

    /// <summary>Container id from the process's cgroup.</summary>
    public string? Container { get; init; }

    public string? NetworkNamespace { get; init; }
}

/// <summary>A listening socket with its accept queue, as sock_diag(7) reports it.</summary>
/// <param name="Address">IP literal without brackets ("0.0.0.0", "::", "127.0.0.1"), or the path for a unix socket.</param>
/// <param name="Port">0 for a unix socket.</param>
/// <param name="QueueLength">Connections that are established and not yet accepted; null when it could not be read.</param>
/// <param name="Backlog">The queue's limit; null when it could not be read.</param>
/// <param name="IPv6Only">Of an IPv6 wildcard: IPv4 clients are not served. Null when unknown.</param>
/// <param name="NetworkNamespace">Inode of the namespace it listens in.</param>
/// <param name="Processes">Who holds it; empty when that needs root.</param>
public sealed record Listener(string Address, int Port, int? QueueLength, int? Backlog, bool? IPv6Only, string? NetworkNamespace, IReadOnlyList<ProcessRef> Processes)
{
    /// <summary>Of a unix socket: the file at the path is this socket. False when it was removed or bound anew by another; null when unknown.</summary>
    public bool? AtPath { get; init; }

    /// <summary>Of a unix socket whose holders see other mounts than why502 does (PrivateTmp=, a container): its file is at the path there. Null where they see the same, or cannot be looked at.</summary>
    public bool? AtPathOfItsMounts { get; init; }
}

/// <summary>All listening TCP sockets, in every network namespace that can be looked into.</summary>
public sealed record TcpListeners : Question<TcpListenersFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "listening TCP sockets";

    public override string WouldTell => "whether anything listens on the upstream's address, or the app listens elsewhere";
}

/// <param name="Listeners">Of all namespaces seen.</param>
/// <param name="OwnNetworkNamespace">The namespace of why502 itself.</param>
/// <param name="ProcessesComplete">False without root: sockets of other users have no process.</param>
public sealed record TcpListenersFact(IReadOnlyList<Listener> Listeners, string? OwnNetworkNamespace, bool ProcessesComplete) : Fact;

/// <summary>All listening unix stream sockets with a path.</summary>
public sealed record UnixListeners : Question<UnixListenersFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "listening unix sockets";

    public override string WouldTell => "whether a process listens on the socket, and where the app listens instead";
}

public sealed record UnixListenersFact(IReadOnlyList<Listener> Listeners, bool ProcessesComplete) : Fact;

/// <summary>A unix socket's path, seen with the eyes of nginx's worker.</summary>
/// <param name="Path">The path nginx connects to.</param>
/// <param name="Uid">Worker's user id; -1 when unknown.</param>
/// <param name="Gid">Worker's primary group id.</param>
/// <param name="Groups">Supplementary group ids, comma separated (a question is a value).</param>
/// <param name="ThroughPid">A process whose root directory is looked through (nginx's master in another mount namespace); 0 is none.</param>
public sealed record SocketPath(string Path, int Uid, int Gid, string Groups, int ThroughPid) : Question<SocketPathFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => $"socket path {Path}";

    public override string WouldTell => "whether the socket exists and nginx's worker user may open it";
}

/// <param name="Exists">The last component exists.</param>
/// <param name="Kind">"socket", "file", "directory", "symlink" (dangling) or "other".</param>
/// <param name="Steps">Every directory above from / on, then the socket itself when it exists.</param>
/// <param name="FirstMissing">The first component that does not exist.</param>
/// <param name="WorkerMayConnect">Null when it cannot be told (unknown user, or no permission to look).</param>
/// <param name="BlockedBy">The step that stops the worker.</param>
public sealed record SocketPathFact(bool Exists, string? Kind, IReadOnlyList<PathStep> Steps, string? FirstMissing, bool? WorkerMayConnect, PathStep? BlockedBy, DateTimeOffset? ModifiedAt) : Fact
{
    /// <summary>
    /// Set when why502 itself could not look past a step that blocks the worker as well: then <see cref="BlockedBy"/> is
    /// certain, and whether the socket exists is not known.
    /// </summary>
    public string? Unseen { get; init; }

    /// <summary>The one socket that is in the directory where this one is not; null where there is none or several, and on a machine, where who listens is seen.</summary>
    public string? Neighbour { get; init; }
}

/// <param name="Mode">Such as "0660".</param>
/// <param name="Allowed">Whether the worker may traverse (directory) or write (socket); null when unknown.</param>
/// <param name="Acl">POSIX ACL in getfacl's short form when there is one.</param>
public sealed record PathStep(string Path, string Owner, string Group, string Mode, bool? Allowed, string? Acl);

/// <summary>Processes of known app servers, with the address they were told to bind.</summary>
public sealed record AppProcesses : Question<AppProcessesFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "app server processes";

    public override string WouldTell => "whether the app runs at all, and on which address it was told to listen";
}

public sealed record AppProcessesFact(IReadOnlyList<AppProcess> Processes) : Fact;

/// <param name="Stack">gunicorn, uwsgi, php-fpm, node, java, dotnet, ruby, python, go …</param>
/// <param name="ToldToBind">Addresses from its arguments ("127.0.0.1:8000", "unix:/run/x.sock", ":3000").</param>
/// <param name="ListensOn">Addresses it holds now.</param>
/// <param name="LogFiles">Regular files open for writing that look like its logs, and those named by its arguments.</param>
public sealed record AppProcess(ProcessRef Process, string Stack, IReadOnlyList<string> ToldToBind, IReadOnlyList<string> ListensOn, int Workers, IReadOnlyList<string> LogFiles)
{
    /// <summary>The stack of what answered somebody who asked on loopback: no more is known of it.</summary>
    public const string AskedByHand = "what answers by hand";
}

/// <summary>PHP-FPM pools from their configuration files, with what runs of them.</summary>
public sealed record PhpFpmPools : Question<PhpFpmPoolsFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "PHP-FPM pool files";

    public override string WouldTell => "on which socket each pool listens, for whom it is open, and how many workers it may have";
}

public sealed record PhpFpmPoolsFact(IReadOnlyList<PhpFpmPool> Pools) : Fact;

public sealed record PhpFpmPool
{
    public required string Name { get; init; }

    public required string File { get; init; }

    /// <summary>Line of <c>listen</c>.</summary>
    public required int ListenLine { get; init; }

    /// <summary>In nginx's form: "unix:/run/php.sock", "127.0.0.1:9000", "*:9000".</summary>
    public required string Listen { get; init; }

    public string? User { get; init; }

    public string? ListenOwner { get; init; }

    public string? ListenGroup { get; init; }

    public string? ListenMode { get; init; }

    public int? Backlog { get; init; }

    /// <summary><c>listen.allowed_clients</c>; null lets everybody in.</summary>
    public IReadOnlyList<string>? AllowedClients { get; init; }

    public string? ProcessManager { get; init; }

    public int? MaxChildren { get; init; }

    public string? StatusPath { get; init; }

    public string? StatusListen { get; init; }

    public string? PingPath { get; init; }

    public TimeSpan? RequestTerminateTimeout { get; init; }

    public string? ErrorLog { get; init; }

    public string? SlowLog { get; init; }

    /// <summary>Master's pid when it runs.</summary>
    public int? MasterPid { get; init; }

    /// <summary>Children of this pool, by their process title.</summary>
    public int Children { get; init; }

    /// <summary>Unit of the master, or the unit that the installed package brings ("php8.2-fpm.service").</summary>
    public string? Unit { get; init; }
}

public sealed record UnitOf(string Name) : Question<UnitFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => $"state of {Name}";

    public override string WouldTell => "whether the service runs, and why it ended";
}

/// <summary>A service's state in systemd's own words.</summary>
public sealed record UnitFact : Fact
{
    public required string Name { get; init; }

    /// <summary>LoadState: loaded, not-found, masked …</summary>
    public string LoadState { get; init; } = "";

    public string ActiveState { get; init; } = "";

    public string SubState { get; init; } = "";

    /// <summary>Result: success, exit-code, signal, oom-kill, start-limit-hit, timeout …</summary>
    public string Result { get; init; } = "";

    public int? ExitStatus { get; init; }

    /// <summary>CLD_EXITED, CLD_KILLED or CLD_DUMPED, in words: exited, killed, dumped.</summary>
    public string? ExitCode { get; init; }

    public string? Restart { get; init; }

    public int? RestartCount { get; init; }

    /// <summary>enabled, disabled, static, masked …</summary>
    public string? UnitFileState { get; init; }

    public string? FragmentPath { get; init; }

    /// <summary>Redacted ExecStart.</summary>
    public string? ExecStart { get; init; }

    public int? MainPid { get; init; }

    public DateTimeOffset? StateChangedAt { get; init; }

    /// <summary>Addresses found in ExecStart, Environment and socket units: ":3000", "unix:/run/app.sock".</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];
}

/// <summary>The administrator's own services and those of known app servers, whatever their state.</summary>
public sealed record ServiceUnits : Question<ServiceUnitsFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "systemd services";

    public override string WouldTell => "which service should serve this address, and whether it failed";
}

public sealed record ServiceUnitsFact(IReadOnlyList<UnitFact> Units) : Fact
{
    /// <summary>A person chose these units because they belong to the fault; a machine lists all it has.</summary>
    public bool Chosen { get; init; }
}

/// <summary>Rules of the packet filter in the network namespace of <paramref name="Pid"/> (0: our own).</summary>
public sealed record PacketFilter(int Pid) : Question<PacketFilterFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "packet-filter rules";

    public override string WouldTell => "whether a rule rejects or drops connections to the upstream";
}

/// <param name="Rules">Every rule that drops or rejects, in order.</param>
public sealed record PacketFilterFact(IReadOnlyList<FilterRule> Rules) : Fact
{
    /// <summary>
    /// Every rule that accepts. One with the same tool, family, table and base chain and a lower order takes a packet
    /// before the rule that would block it.
    /// </summary>
    public IReadOnlyList<FilterRule> Accepts { get; init; } = [];
}

/// <param name="Family">ip, ip6, inet …</param>
/// <param name="Hook">input, output, forward; empty for a chain that is only jumped to.</param>
/// <param name="InInterface">A name, "!lo" for every one but lo (also when an earlier rule accepts all of lo), null for any. The same goes for <paramref name="OutInterface"/>.</param>
/// <param name="Verdict">drop or reject; accept in <see cref="PacketFilterFact.Accepts"/>.</param>
/// <param name="RejectWith">icmp type or "tcp reset".</param>
/// <param name="Protocol">tcp, udp or null for all.</param>
/// <param name="DestinationPorts">Ranges "3000", "3000-3010"; empty for all.</param>
/// <param name="Destinations">Addresses or prefixes; empty for all.</param>
/// <param name="IsPolicy">It is the chain's policy, and earlier rules may accept.</param>
/// <param name="Understood">False when the rule has matches that were not understood (marks, sets, users …): it may or may not apply.</param>
/// <param name="Packets">Counter, when the rule has one.</param>
/// <param name="Text">The rule as the tool printed it.</param>
public sealed record FilterRule(
    string Tool, string Family, string Table, string Chain, string Hook, string Verdict, string? RejectWith, string? Protocol,
    IReadOnlyList<string> DestinationPorts, IReadOnlyList<string> Destinations, IReadOnlyList<string> Sources, string? InInterface, string? OutInterface,
    bool IsPolicy, bool Understood, long? Packets, long? Handle, string Text)
{
    /// <summary>The chain at the hook from which this rule is reached; the rule's own chain, when it is not jumped to.</summary>
    public string BaseChain { get; init; } = "";

    /// <summary>Place among all rules of the fact, as a packet meets them.</summary>
    public int Order { get; init; }
}

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
