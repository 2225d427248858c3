using Why502.Logs;

namespace Why502.Diagnosis.Readings;

/// <summary>
/// Requests that nginx answers 500 by itself with a line of the error log that no cause explains: a file that it may not read, a variable that is not set, a move that is refused.
/// </summary>
public static class UnexplainedErrors
{
    private const int SamplesMax = 3;

    /// <summary>A line of each kind; empty where such requests are too few to be a fault.</summary>
    public static IReadOnlyList<LogLine> Of(NginxView view)
    {
        var failed = view.AccessLogs.SelectMany(log => log.Groups).Where(group => group is { Status: 500, UpstreamAddr: null, Origin: not StatusOrigin.Upstream, Path: not null }).ToList();
        if (failed.Sum(group => group.Count) is var all && (all < AnsweredForms.Least || all < AnsweredForms.GatewayShare * view.AccessLogs.Sum(log => log.Rows)))
        {
            return [];
        }

        var paths = failed.Select(group => group.Path!).ToHashSet(StringComparer.Ordinal);
        var lines = view.ErrorLogs.SelectMany(log => log.Groups)
            .Where(group => group is { Path: { } path, UpstreamPeer: null, Level: LogLevel.Error or LogLevel.Crit or LogLevel.Alert or LogLevel.Emerg, Errno: not 2 } && paths.Contains(path) && Symptom.Of(group) is null)
            .ToList();
        return lines.Sum(group => group.Count) * 2 < all ? [] : [.. lines.OrderByDescending(group => group.Count).Take(SamplesMax).SelectMany(group => group.Samples.TakeLast(1))];
    }
}
