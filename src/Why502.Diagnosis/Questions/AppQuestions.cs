namespace Why502.Diagnosis;

/// <summary>Processes of known app servers, with the address they were told to bind.</summary>
public sealed record AppProcesses : Question<AppProcessesFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => "app server processes";

    public override string WouldTell => "whether the app runs at all, and on which address it was told to listen";
}

/// <param name="Processes">One entry a server: its master stands for its workers.</param>
public sealed record AppProcessesFact(IReadOnlyList<AppProcess> Processes) : Fact;

/// <summary>An app server that runs.</summary>
/// <param name="Stack">gunicorn, uwsgi, php-fpm, node, java, dotnet, ruby, python, go …</param>
/// <param name="ToldToBind">Addresses from its arguments ("127.0.0.1:8000", "unix:/run/x.sock", ":3000").</param>
/// <param name="ListensOn">Addresses it holds now.</param>
/// <param name="Workers">Processes below it that serve.</param>
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

/// <param name="Pools">Those of all versions that are installed, running or not.</param>
public sealed record PhpFpmPoolsFact(IReadOnlyList<PhpFpmPool> Pools) : Fact;

/// <summary>A pool as its file configures it (php-fpm.conf): null where the file does not say, so that PHP-FPM's default holds.</summary>
public sealed record PhpFpmPool
{
    public required string Name { get; init; }

    /// <summary>Where the pool stands, absolute.</summary>
    public required string File { get; init; }

    /// <summary>Line of <c>listen</c>.</summary>
    public required int ListenLine { get; init; }

    /// <summary>In nginx's form: "unix:/run/php.sock", "127.0.0.1:9000", "*:9000".</summary>
    public required string Listen { get; init; }

    public string? User { get; init; }

    public string? ListenOwner { get; init; }

    public string? ListenGroup { get; init; }

    /// <summary>Octal, as written: "0660".</summary>
    public string? ListenMode { get; init; }

    /// <summary><c>listen.backlog</c>, in connections; -1 leaves it to the kernel.</summary>
    public int? Backlog { get; init; }

    /// <summary><c>listen.allowed_clients</c>; null lets everybody in.</summary>
    public IReadOnlyList<string>? AllowedClients { get; init; }

    /// <summary><c>pm</c>: static, dynamic or ondemand.</summary>
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
