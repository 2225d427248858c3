using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>
/// A worker that may not raise its limit on open files (ngx_worker_process_init: <c>setrlimit(RLIMIT_NOFILE, …)</c>) goes on with the one it has. On a machine that is
/// no fault until the files run out; who hands nothing but such lines over asks about them.
/// </summary>
public sealed class FileLimitSymptoms(NginxView view, Observations seen)
{
    private const string Refused = "setrlimit-rlimit-nofile-failed";

    /// <summary>EPERM: above the hard limit, without CAP_SYS_RESOURCE.</summary>
    private const int NotPermitted = 1;

    /// <summary>The incident, or null where no such line was handed over.</summary>
    public Incident? Find()
    {
        var groups = LoneLines.In(view, group => group.Errno == NotPermitted && group.MessageId == Refused);
        return groups.Count == 0 ? null : LoneLines.Incident(view, seen, groups, groups[0], SymptomKind.OutOfResource, Phase.Connect, How.Limit) with
        {
            Resource = Resource.Descriptors,
            Errno = NotPermitted,
            Candidates = ["file-descriptors-exhausted"],
        };
    }

    /// <summary>Whether an incident is one of these.</summary>
    public static bool Is(Incident incident) => incident is { Errno: NotPermitted, MessageId: Refused };
}
