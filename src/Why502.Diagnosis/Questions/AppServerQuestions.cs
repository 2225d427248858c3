namespace Why502.Diagnosis;

/// <summary>The limits of the app server behind an address: what it was told, else what its documentation says it does untold.</summary>
/// <param name="Address">In nginx's form: "127.0.0.1:3000", "unix:/run/app.sock".</param>
public sealed record AppSettings(string Address) : Question<AppSettingsFact>
{
    /// <summary>What nginx speaks to it: tells which of several given files is meant.</summary>
    public string Scheme { get; init; } = "";

    public override Cost Cost => Cost.Read;

    public override string What => $"settings of the app server behind {Address}";

    public override string WouldTell => "whether its own time, idle or size limits are below nginx's";
}

/// <summary>Limits by what they limit. Null is not known; that nothing is limited is a value.</summary>
public sealed record AppSettingsFact : Fact
{
    /// <summary>php-fpm, gunicorn, uwsgi, node, tomcat, puma, unicorn, kestrel, apache, uvicorn …</summary>
    public required string Stack { get; init; }

    public string? Version { get; init; }

    /// <summary>Seconds after which the server itself ends a request's worker.</summary>
    public AppSetting? RequestTime { get; init; }

    /// <summary>Seconds an idle connection is kept for the next request; 0 closes after every answer.</summary>
    public AppSetting? Idle { get; init; }

    public AppSetting? Workers { get; init; }

    public AppSetting? Threads { get; init; }

    /// <summary>Bytes of a request's body.</summary>
    public AppSetting? Body { get; init; }

    /// <summary>Bytes of a request's line and header.</summary>
    public AppSetting? Header { get; init; }

    /// <summary>Bytes of memory that the runtime, the unit or the container may use.</summary>
    public AppSetting? Memory { get; init; }

    /// <summary>Requests after which a worker is replaced.</summary>
    public AppSetting? Requests { get; init; }
}

/// <summary>One setting with its source.</summary>
/// <param name="Name">In the server's own spelling.</param>
/// <param name="Text">As written.</param>
/// <param name="Number">Seconds, bytes or a count; positive infinity is no limit.</param>
/// <param name="File">File, or "arguments" and "environment"; null for a default.</param>
/// <param name="Default">"default of gunicorn 20.1"; null for what is written.</param>
public sealed record AppSetting(string Name, string Text, double Number, string? File, int? Line, string? Default)
{
    public bool IsDefault => Default is not null;

    public bool IsUnlimited => double.IsPositiveInfinity(Number);

    public string Source => Default ?? (Line is { } line ? $"{File}:{line.ToString(System.Globalization.CultureInfo.InvariantCulture)}" : File ?? "");

    /// <summary><c>timeout 30 (default of gunicorn 20.1)</c></summary>
    public override string ToString() => $"{Name} {Text} ({Source})";
}

/// <summary>The connections that the processes behind an address hold to others: what a busy worker may be waiting for.</summary>
public sealed record WorkerWaits(string Address) : Question<WorkerWaitsFact>
{
    public override Cost Cost => Cost.Read;

    public override string What => $"connections of the workers behind {Address}";

    public override string WouldTell => "which database, cache or API the busy workers wait for";
}

/// <param name="Workers">Processes that were looked at.</param>
/// <param name="Targets">Held most first.</param>
public sealed record WorkerWaitsFact(int Workers, IReadOnlyList<WaitTarget> Targets) : Fact;

/// <param name="Address">"10.0.0.9:3306", "unix:/run/mysqld/mysqld.sock".</param>
/// <param name="Service">MySQL, PostgreSQL, Redis …, by its registered port or socket; null when it is none that is known.</param>
/// <param name="Workers">Workers that hold at least one connection to it.</param>
/// <param name="Connections">Connections in all.</param>
/// <param name="Waiting">Workers that have sent to it and have received nothing since; null where the kernel does not tell.</param>
public sealed record WaitTarget(string Address, string? Service, int Workers, int Connections, int? Waiting);
