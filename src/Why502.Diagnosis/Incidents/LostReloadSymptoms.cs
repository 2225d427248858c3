using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// A reload that reached nobody: <c>nginx -s reload</c> sends SIGHUP to the process that the pid file names (ngx_os_signal_process), and there is none. What an nginx that
/// is handed over as files goes on with is then not what lies on disk.
/// </summary>
public sealed class LostReloadSymptoms(NginxView view, Observations seen)
{
    private const string Signal = "kill-failed-process";

    /// <summary>SIGHUP; nginx's master sends its workers other signals only (ngx_signal_worker_processes).</summary>
    private const string Reload = ", 1) failed";

    /// <summary>ESRCH.</summary>
    private const int NoSuchProcess = 3;

    /// <summary>The incident, or null where no such line was handed over.</summary>
    public Incident? Find()
    {
        var groups = view.Instance.FromFiles
            ? view.ErrorLogs.SelectMany(log => log.Groups).Where(group => group.Errno == NoSuchProcess && IsSignal(group.MessageId) && group.Message.Contains(Reload, StringComparison.Ordinal)).ToList()
            : [];
        return groups.Count == 0 ? null : new()
        {
            Id = "",
            Kind = SymptomKind.OtherMessage,
            Phase = Phase.Connect,
            Side = Side.Nginx,
            How = How.Invalid,
            Errno = NoSuchProcess,
            Message = groups[0].Message,
            MessageId = groups[0].MessageId,
            Candidates = ["config-not-reloaded"],
            Instance = view.Instance,
            Configuration = view.Configuration,
            State = IncidentState.Current,
            Requests = 0,
            First = seen.Zoned(groups.Min(group => group.First)),
            Last = seen.Zoned(groups.Max(group => group.Last)),
            Samples = [.. groups.SelectMany(group => group.Samples).OrderBy(line => line.Time).TakeLast(3)],
            Traffic = PeerTraffic.Nothing,
        };
    }

    /// <summary>Whether an incident is one of these.</summary>
    public static bool Is(Incident incident) => incident is { Errno: NoSuchProcess, MessageId: { } id } && IsSignal(id);

    private static bool IsSignal(string id) => id.StartsWith(Signal, StringComparison.Ordinal);
}
