namespace Why502.Diagnosis;

/// <summary>The network namespaces of this machine with their addresses: containers, and whatever else has a network of its own.</summary>
public sealed record NetworkSpaces : Question<NetworkSpacesFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "network namespaces of this machine";

    public override string WouldTell => "whether the upstream's address belongs to a container here, and what listens inside it";
}

public sealed record NetworkSpacesFact(IReadOnlyList<NetworkSpace> Spaces) : Fact;

/// <param name="Id">Inode, as in /proc/PID/ns/net.</param>
/// <param name="Process">A process in it: the first one.</param>
/// <param name="Addresses">Its own addresses, without prefix length.</param>
/// <param name="Container">Container id from a process's control group; null when it is no container's.</param>
public sealed record NetworkSpace(string Id, ProcessRef Process, IReadOnlyList<string> Addresses, string? Container);

/// <summary>What the container engines of this machine (Docker, Podman) say of their containers.</summary>
public sealed record Containers : Question<ContainersFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "containers of Docker and Podman";

    public override string WouldTell => "which containers run, which ended and why, and which of their ports are published";
}

/// <param name="Engines">Such as "Docker 27.3.1 (API 1.47)"; empty where no engine is installed.</param>
public sealed record ContainersFact(IReadOnlyList<string> Engines, IReadOnlyList<Container> All) : Fact;

/// <summary>One container in the engine's words.</summary>
public sealed record Container
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public string Engine { get; init; } = "docker";

    public string? Image { get; init; }

    /// <summary>created, running, paused, restarting, removing, exited, dead.</summary>
    public string State { get; init; } = "";

    public int? ExitCode { get; init; }

    public bool OomKilled { get; init; }

    /// <summary>What the engine says when it could not start.</summary>
    public string? Error { get; init; }

    /// <summary>What it uses of its limit on memory, from 0 to 1; null where nobody has looked.</summary>
    public double? MemoryShare { get; init; }

    public int RestartCount { get; init; }

    /// <summary>no, always, on-failure, unless-stopped.</summary>
    public string? RestartPolicy { get; init; }

    /// <summary>healthy, unhealthy, starting; null without a health check.</summary>
    public string? Health { get; init; }

    /// <summary>Process id of its first process on this machine; null when it does not run.</summary>
    public int? Pid { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>bridge, host, none, container:ID or a network's name.</summary>
    public string? NetworkMode { get; init; }

    public IReadOnlyList<ContainerNetwork> Networks { get; init; } = [];

    /// <summary>Published ports, also those a stopped container will publish again.</summary>
    public IReadOnlyList<PublishedPort> Published { get; init; } = [];

    /// <summary>Ports that the image says it listens on.</summary>
    public IReadOnlyList<int> Exposed { get; init; } = [];

    /// <summary>The port at which it asks a proxy that is configured from the containers to reach it (nginx-proxy's VIRTUAL_PORT).</summary>
    public int? ProxiedPort { get; init; }

    /// <summary>The Service that was handed over with it, and whose selector its pods do not fit.</summary>
    public string? UnselectedBy { get; init; }

    /// <summary>Compose project and service, from the labels.</summary>
    public string? Project { get; init; }

    public string? Service { get; init; }

    /// <summary>
    /// The compose files that it was made from, in their order: a later one holds where both say something. Absolute paths of this machine; empty where they are relative to another
    /// directory than the first one's.
    /// </summary>
    public IReadOnlyList<string> ComposeFiles { get; init; } = [];

    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Newest lines of its output, sanitised and redacted; read only of containers that do not run well.</summary>
    public IReadOnlyList<string> LastLines { get; init; } = [];

    public bool Running => State == "running";

    /// <summary>The engine says that it does not run; a recipe ("defined") says nothing of it.</summary>
    public bool Stopped => State is not ("running" or "defined" or "");
}

/// <summary>What a container has written into its own layer: gone when it is made anew.</summary>
/// <param name="Id">As its engine gave it.</param>
public sealed record ContainerWrites(string Id) : Question<ContainerWritesFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => $"what container {(Id.Length > 12 ? Id[..12] : Id)} has written outside its volumes";

    public override string WouldTell => "whether anything is lost when it is made anew";
}

/// <param name="Paths">Files that were added or changed, without places that are empty after any start (/tmp, /run); a few of them.</param>
public sealed record ContainerWritesFact(IReadOnlyList<string> Paths) : Fact;

/// <param name="Address">Empty while the container does not run.</param>
/// <param name="Aliases">Names by which other containers of the network find it.</param>
public sealed record ContainerNetwork(string Name, string Address, IReadOnlyList<string> Aliases);

/// <param name="HostAddress">"0.0.0.0", "::", "127.0.0.1"; empty for all.</param>
public sealed record PublishedPort(string HostAddress, int HostPort, int ContainerPort);
