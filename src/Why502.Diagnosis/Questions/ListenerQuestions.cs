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

/// <param name="ProcessesComplete">False without root: sockets of other users have no process.</param>
public sealed record UnixListenersFact(IReadOnlyList<Listener> Listeners, bool ProcessesComplete) : Fact;
