using Why502.Logs.Commands;

namespace Why502.Diagnosis;

/// <summary>Which nginx is meant: running masters, else the binary's compiled-in paths; <paramref name="ConfigPath"/> is the user's <c>--config</c>.</summary>
public sealed record NginxInstances(string? ConfigPath) : Question<NginxInstancesFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "running nginx processes";

    public override string WouldTell => "which configuration is in force and as which user its workers run";
}

public sealed record NginxInstancesFact(IReadOnlyList<NginxInstance> Instances) : Fact;

/// <summary>One nginx: a running master with its workers, or a binary that is installed and not running.</summary>
public sealed record NginxInstance
{
    public required string ConfigPath { get; init; }

    /// <summary><c>-p</c>, else the compiled-in prefix, with a trailing slash.</summary>
    public required string Prefix { get; init; }

    public string? Binary { get; init; }

    /// <summary>Which nginx, or which server made from it; null where that is not known.</summary>
    public NginxRelease? Release { get; init; }

    /// <summary>The <c>-g</c> directives of the command line.</summary>
    public string? GlobalDirectives { get; init; }

    public bool Running => MasterPid is not null;

    /// <summary>Of this machine, and not running; what is known from files alone may run.</summary>
    public bool IsStopped => !Running && !FromFiles;

    public int? MasterPid { get; init; }

    public IReadOnlyList<int> WorkerPids { get; init; } = [];

    /// <summary>Effective user of the workers as the kernel has it, not as the configuration says.</summary>
    public Identity? WorkerIdentity { get; init; }

    public long? WorkerFileLimit { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the oldest worker that serves now was started: the last reload that took.</summary>
    public DateTimeOffset? WorkersStartedAt { get; init; }

    /// <summary>Inode numbers of the namespaces, as in /proc/PID/ns.</summary>
    public string? NetworkNamespace { get; init; }

    public string? MountNamespace { get; init; }

    /// <summary>The master when it is in another network namespace than why502 (a container): connections are tried from there. 0 where it is ours, or is not known.</summary>
    public int NetworkThrough { get; init; }

    /// <summary>The master when its files are others than ours (another root or mount namespace): paths mean what they mean there. 0 where they are the same.</summary>
    public int FilesThrough { get; init; }

    /// <summary>Where file descriptor 2 of the master leads: a file's path, "journal", or null.</summary>
    public string? StderrTarget { get; init; }

    /// <summary>The compiled-in <c>--error-log-path</c>.</summary>
    public string? DefaultErrorLog { get; init; }

    /// <summary>The compiled-in <c>--http-log-path</c>.</summary>
    public string? DefaultAccessLog { get; init; }

    public string? Unit { get; init; }

    /// <summary>The compiled-in temp paths, by directive: <c>client_body_temp_path</c> and so on.</summary>
    public IReadOnlyDictionary<string, string> TempPaths { get; init; } = new Dictionary<string, string>();

    /// <summary>Id of the container that the master runs in; empty where only its traces are seen (why502 runs inside too); null outside of containers.</summary>
    public string? Container { get; init; }

    /// <summary>The instance stands for files that were handed over: nothing of a machine is known.</summary>
    public bool FromFiles { get; init; }

    /// <summary>Logs that were handed over, when <see cref="FromFiles"/>.</summary>
    public IReadOnlyList<GivenLog> GivenLogs { get; init; } = [];
}

/// <summary>What a file that was handed over holds.</summary>
public enum GivenLogKind
{
    ErrorLog,
    AccessLog,
    AppLog,
    KernelLog,
}

/// <summary>A log file named by the user. <paramref name="Format"/> and <paramref name="Escape"/> are an access log's, as recognised or configured.</summary>
public sealed record GivenLog(GivenLogKind Kind, string Path, string Format = "", string Escape = "");

/// <summary>The user that nginx's workers run as.</summary>
/// <param name="Groups">Supplementary groups, by number.</param>
public sealed record Identity(int Uid, string User, int Gid, IReadOnlyList<int> Groups)
{
    /// <summary>Names of groups that /etc/group gives the user now and the running worker is not in: ngx_worker_process_init() asks once, with initgroups(3).</summary>
    public IReadOnlyList<string> JoinedSince { get; init; } = [];
}

/// <summary>The configuration with all its includes, as bytes.</summary>
public sealed record ConfigurationText(string ConfigPath, string Prefix) : Question<ConfigurationFact>
{
    public override Cost Cost => Cost.Read;

    /// <summary>A process whose root directory the path is meant in (<see cref="NginxInstance.FilesThrough"/>); 0 is our own.</summary>
    public int ThroughPid { get; init; }

    public override string What => $"nginx configuration {ConfigPath}";

    public override string WouldTell => "which locations are proxied, where to, and with which limits";
}

/// <param name="Files">The main file first, then what it includes, each once.</param>
public sealed record ConfigurationFact(IReadOnlyList<ConfigurationTextFile> Files) : Fact;

/// <param name="Path">As nginx opens it.</param>
/// <param name="Content">Null when it could not be read.</param>
/// <param name="Problem">Why it could not be read.</param>
/// <param name="ModifiedAt">Last modification of the content, or of a symbolic link on the way to it.</param>
public sealed record ConfigurationTextFile(string Path, byte[]? Content, string? Problem, DateTimeOffset? ModifiedAt);

/// <summary>The stub_status page of this nginx, asked on loopback.</summary>
public sealed record StubStatus(string Listen, string Path) : Question<StubStatusFact>, IAskedFrom
{
    public override Cost Cost => Cost.Request;

    /// <inheritdoc cref="IAskedFrom.ThroughPid"/>
    public int ThroughPid { get; init; }

    /// <summary>Name of the server block; empty asks the default server of the address.</summary>
    public string ServerName { get; init; } = "";

    public bool Tls { get; init; }

    public override string What => $"stub_status at {Listen}{Path}";

    public override string WouldTell => "how many connections nginx holds";
}

public sealed record StubStatusFact(long Active, long Accepts, long Handled, long Requests, long Reading, long Writing, long Waiting) : Fact;
