namespace Why502.Logs;

/// <summary>What a carrier (journal, syslog, container runtime) put around a line.</summary>
internal readonly ref struct Carried
{
    /// <summary>Whether there was any carrier at all.</summary>
    public bool IsPresent { get; init; }
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>Where the payload begins in the line, when the line was not rewritten.</summary>
    public int PayloadStart { get; init; }

    /// <summary>The carrier's name for the writer: pod, compose service, or the identifier of a journal line.</summary>
    public string? Source { get; init; }

    /// <summary>The program of a syslog or journal line.</summary>
    public string? Program { get; init; }
    public int? Pid { get; init; }
    public DateTime? Time { get; init; }
    public bool TimeIsUtc { get; init; }

    /// <summary>The line is an error-log record in JSON, rewritten to nginx's own form.</summary>
    public bool IsNginxJson { get; init; }

    /// <summary>A container runtime split the line here (CRI tag P); the rest follows in the next one.</summary>
    public bool IsPartial { get; init; }

    public bool IsNginx => Program is null || NginxFamily.IsNamedIn(Program);
}
