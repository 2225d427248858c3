namespace Why502.Nginx;

public sealed partial class NginxConfiguration
{
    private IReadOnlyList<LogTarget>? errorLogs;
    private IReadOnlyList<AccessLogTarget>? accessLogs;

    /// <summary>Every error log in effect somewhere; when the configuration names none for the process, nginx's compiled default with a null path and line.</summary>
    public IReadOnlyList<LogTarget> ErrorLogs => errorLogs ??= new LogModel(this, model.Value).ErrorLogs();

    /// <summary>Every access log in effect somewhere, <c>off</c> included; a server without one logs to nginx's compiled default in the combined format (null line).</summary>
    public IReadOnlyList<AccessLogTarget> AccessLogs => accessLogs ??= new LogModel(this, model.Value).AccessLogs();
}
