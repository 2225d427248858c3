using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>Lines of nginx that fail no request by themselves: on a machine they are no fault, and who hands over files with nothing else in them asks about them.</summary>
internal static class LoneLines
{
    /// <summary>The groups of such lines in files; none on a machine.</summary>
    public static List<ErrorGroup> In(NginxView view, Func<ErrorGroup, bool> isMeant)
        => view.Instance.FromFiles ? [.. view.ErrorLogs.SelectMany(log => log.Groups).Where(isMeant)] : [];

    /// <summary>What an incident of them has in common; the rest is its finder's.</summary>
    /// <param name="groups">At least one.</param>
    /// <param name="main">The one whose message is shown.</param>
    public static Incident Incident(NginxView view, Observations seen, List<ErrorGroup> groups, ErrorGroup main, SymptomKind kind, Phase phase, How how) => new()
    {
        Id = "",
        Kind = kind,
        Phase = phase,
        Side = Side.Nginx,
        How = how,
        Message = main.Message,
        MessageId = main.MessageId,
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
