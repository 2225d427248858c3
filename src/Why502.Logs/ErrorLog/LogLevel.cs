namespace Why502.Logs;

/// <summary>nginx's severities, most severe first (ngx_log.h); <see cref="Stderr"/> is a text written to the terminal with no level of its own.</summary>
public enum LogLevel
{
    Emerg,
    Alert,
    Crit,
    Error,
    Warn,
    Notice,
    Info,
    Debug,
    Stderr,
}
