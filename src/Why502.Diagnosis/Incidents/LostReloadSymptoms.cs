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
        var groups = LoneLines.In(view, group => group.Errno == NoSuchProcess && IsSignal(group.MessageId) && group.Message.Contains(Reload, StringComparison.Ordinal));
        return groups.Count == 0 ? null : LoneLines.Incident(view, seen, groups, groups[0], SymptomKind.OtherMessage, Phase.Connect, How.Invalid) with
        {
            Errno = NoSuchProcess,
            Candidates = ["config-not-reloaded"],
        };
    }

    /// <summary>Whether an incident is one of these.</summary>
    public static bool Is(Incident incident) => incident is { Errno: NoSuchProcess, MessageId: { } id } && IsSignal(id);

    private static bool IsSignal(string id) => id.StartsWith(Signal, StringComparison.Ordinal);
}
