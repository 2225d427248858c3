namespace Why502.Logs;

/// <summary>What a log file is, judged by its content.</summary>
public enum LogKind
{
    Unknown,
    NginxError,
    NginxAccess,
    PhpFpm,
    Gunicorn,
    Uwsgi,
    Journal,
    Kernel,
    App,
}
