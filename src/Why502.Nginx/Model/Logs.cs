namespace Why502.Nginx;

/// <summary>Where the lines of a log go.</summary>
public enum LogKind
{
    File,
    Stderr,
    Syslog,

    /// <summary><c>/dev/null</c> for error logs, <c>off</c> for access logs.</summary>
    Off,
    Memory,
}

/// <summary>An error log that is in effect somewhere.</summary>
/// <param name="Path">The file; for syslog its address. Null for stderr, and for the default that was compiled in.</param>
/// <param name="At">Null when nothing in the configuration says so and nginx's compiled default is meant.</param>
/// <param name="Servers">The servers whose requests it records; null when it is the log of the whole process.</param>
public sealed record LogTarget(string? Path, LogKind Kind, string Level, SourceLine? At, IReadOnlyList<Server>? Servers);

/// <summary>An access log that is in effect somewhere.</summary>
/// <param name="Path">The file; for syslog its address; null for <c>off</c>. It may hold variables.</param>
/// <param name="Format">The text of the log_format, its parameters joined as nginx joins them; null when it is not defined.</param>
/// <param name="Escape">default, json or none.</param>
/// <param name="Condition">The variable of <c>if=</c>.</param>
public sealed record AccessLogTarget(
    string? Path,
    LogKind Kind,
    string FormatName,
    string? Format,
    string Escape,
    string? Buffer,
    string? Flush,
    bool Gzip,
    string? Condition,
    SourceLine? At,
    IReadOnlyList<Server> Servers)
{
    public bool HasVariables => Path?.Contains('$') ?? false;
}
