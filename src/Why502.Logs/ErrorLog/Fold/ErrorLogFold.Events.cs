namespace Why502.Logs;

public sealed partial class ErrorLogFold
{
    /// <summary>Events of nginx's life that are kept; the oldest go first.</summary>
    private const int EventsMax = 256;
    private readonly Queue<Happened> _events = [];

    /// <summary>An event whose line is made fit for people when somebody wants to see it.</summary>
    private sealed record Happened(NginxEventKind Kind, int? Pid, int? Code, Sample Line)
    {
        public NginxEvent ToEvent() => new(Kind, Line.Time, Pid, Code, Line.ToLine());
    }

    private void AddEvent(Happened happened)
    {
        if (_events.Count >= EventsMax)
        {
            _events.Dequeue();
        }

        _events.Enqueue(happened);
    }

    /// <summary>From the notice lines of ngx_process_cycle.c, ngx_process.c, ngx_cycle.c and ngx_posix_init.c.</summary>
    private static NginxEventKind? KindOf(ErrorLogRecord record)
    {
        if (record.Connection is not null)
        {
            // Lines of a client's connection never speak of nginx itself.
            return null;
        }

        string message = record.Message;
        if (record.Level == LogLevel.Emerg && record.Time is not null && (record.ConfigFile is not null || message.StartsWith("bind() to ", StringComparison.Ordinal)))
        {
            return NginxEventKind.ReloadFailed;
        }

        return message switch
        {
            "reconfiguring" => NginxEventKind.Reconfiguring,
            "start worker processes" => NginxEventKind.WorkersStarted,
            "reopening logs" => NginxEventKind.LogsReopened,
            "changing binary" => NginxEventKind.BinaryUpgraded,
            "exit" => NginxEventKind.Stopped,
            _ when message.StartsWith("nginx/", StringComparison.Ordinal) || message.StartsWith("openresty/", StringComparison.Ordinal)
                || message.StartsWith("Angie/", StringComparison.Ordinal) => NginxEventKind.Started,
            _ when message.Contains(" exited on signal ", StringComparison.Ordinal) => NginxEventKind.WorkerDiedOnSignal,
            _ when record.Code is not (0 or null) && message.Contains(" exited with ", StringComparison.Ordinal) => NginxEventKind.WorkerExited,
            _ when message.StartsWith("signal 3 (SIGQUIT) received", StringComparison.Ordinal) || message.StartsWith("signal 15 (SIGTERM) received", StringComparison.Ordinal)
                || message.StartsWith("signal 2 (SIGINT) received", StringComparison.Ordinal) => NginxEventKind.Stopping,
            _ => null,
        };
    }
}
