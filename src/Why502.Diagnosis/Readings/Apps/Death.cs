namespace Why502.Diagnosis.Readings;

/// <summary>How a worker, or the server with all its workers, came to its end.</summary>
public enum DeathKind
{
    /// <summary>A signal of its own making: a memory fault, an abort.</summary>
    Signal,

    /// <summary>Signal 9, and nobody says who sent it and why.</summary>
    Killed,

    /// <summary>The kernel, the cgroup or the runtime's own limit.</summary>
    Memory,

    /// <summary>The app server's own limit for a request.</summary>
    TimeLimit,

    /// <summary>The runtime ended the process, or the request's thread, on an error.</summary>
    Fatal,

    /// <summary>It ended by itself with a status that is not 0.</summary>
    Exit,

    /// <summary>A new worker was started and nobody says what became of the old one.</summary>
    Silent,

    /// <summary>Somebody stopped, restarted or reloaded it.</summary>
    Asked,
}

/// <summary>One end of a process as a log or the init system tells it.</summary>
public sealed record Death(DeathKind Kind, string Text, string Source, string? File, int? Line)
{
    public int? Pid { get; init; }

    public int? Signal { get; init; }

    public DateTimeOffset? At { get; init; }
}
