using Why502.Diagnosis.Readings;
using Why502.Logs;

namespace Why502.Diagnosis.Causes.Response;

/// <summary>What the causes have in common in which the process that served a request ends.</summary>
internal static class DeathScales
{
    /// <summary>
    /// A process that ends closes its sockets: in good order, or by a reset where data was unread (RFC 9293, 3.10.4). nginx sees it
    /// wherever it waits, and where a fragment lost its upstream the errno is all there is.
    /// </summary>
    public static bool Applies(Incident incident, string id)
        => incident is { Kind: SymptomKind.ClosedEarly or SymptomKind.Reset, Phase: Phase.Header or Phase.Send or Phase.Body }
            || incident is { Kind: SymptomKind.OtherMessage, Errno: 104 or 32, Phase: Phase.Header or Phase.Send or Phase.Body }
            || (incident.Kind is not (SymptomKind.ClosedEarly or SymptomKind.Reset) && incident.Candidates.Contains(id) && !IsStandardError(incident));

    /// <summary>"FastCGI sent in stderr" carries the app's own words, and they decide what it is a symptom of.</summary>
    public static bool IsStandardError(Incident incident) => incident.MessageId == "fastcgi-sent-in-stderr";

    /// <summary>nginx's log lines tell the second (ngx_cached_err_log_time).</summary>
    public static readonly TimeSpan LogSecond = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether a process behind the address was started when the failures happened. One that has run since before did not die of them,
    /// and a pool that grows and shrinks starts children all the time.
    /// </summary>
    /// <param name="byMaster">The end is one that a server deals to its workers, and the server itself lives on.</param>
    public static void WeighStarts(Incident incident, Observations seen, DeathReading deaths, Scales scales, bool byMaster = false)
    {
        var processes = SocketReading.ServingProcesses(incident, incident.Peer, seen);
        if (processes.Count == 0 || incident is not { First: { } first, Last: { } last })
        {
            return;
        }

        // A new worker comes after the failure. The log cuts fractions of its second off: what was started within that second came before or after it,
        // and only a worker that is younger than its server by itself tells which.
        var oldest = processes.Min(process => process.StartedAt);
        var started = processes
            .Where(process => process.StartedAt <= last.AddSeconds(30)
                && (process.StartedAt >= first + LogSecond || (process.StartedAt >= first.AddSeconds(-0.5) && process.StartedAt >= oldest + LogSecond)))
            .ToList();
        var changing = processes.Any(process => process.Name.StartsWith("php", StringComparison.Ordinal));
        if (byMaster && started.Count == processes.Count && oldest > first + LogSecond)
        {
            scales.Weigh("processes", Sources.Machine, Weight.Moderate.Against($"{Words.Process(started[^1])}, the server itself, was started at {Words.Clock(oldest!.Value)}: whoever ends workers lives on"));
        }
        else if (started.Count > 0)
        {
            scales.Weigh("processes", Sources.Machine, (changing ? Weight.Weak : Weight.Moderate).For($"{Words.Process(started[^1])} was started at {Words.Clock(started[^1].StartedAt!.Value)}, when the failures happened"));
        }
        else if (deaths.Deaths.Count == 0 && processes.All(process => process.StartedAt < first))
        {
            scales.Weigh("processes", Sources.Machine, Weight.Strong.Against($"{Words.Processes(processes)} has run since before the failures: no process died of them"));
        }
    }

    /// <summary>In the middle of a response the truncation is named unless somebody's death is seen.</summary>
    public static void WeighPhase(Incident incident, DeathReading deaths, Scales scales)
    {
        if (incident.Phase == Phase.Body && deaths.Deaths.Count == 0)
        {
            scales.Weigh("phase", Sources.ErrorLog, Weight.Moderate.Against("the response header had been sent, and no death is seen"));
        }
    }

    /// <summary>The logs tell of another end: what they tell was not also this.</summary>
    public static void WeighRival(DeathReading deaths, Scales scales, params ReadOnlySpan<DeathKind> own)
    {
        for (var i = deaths.Deaths.Count - 1; i >= 0; i--)
        {
            if (own.Contains(deaths.Deaths[i].Kind))
            {
                return;
            }
        }

        if (deaths.Deaths.Count > 0 && deaths.Coverage >= 0.4)
        {
            var rival = deaths.Deaths[^1];
            scales.Weigh("another end", rival.Source, Weight.Strong.Against(rival.Text).At(rival.File, rival.Line));
        }
    }

    /// <summary>The app server's own log is where the reason stands; without it that is said, because it decides between these causes.</summary>
    public static void MissLog(Incident incident, Observations seen, Scales scales)
    {
        if (incident.Instance.FromFiles && !incident.Instance.GivenLogs.Any(log => log.Kind == GivenLogKind.AppLog))
        {
            scales.Weigh(seen.Ask(new AppLogWindow("of the app server", null)), _ => Weight.None);
        }
    }

    public static Fix Repair(Incident incident, Observations seen, string summary, params FixStep[] steps)
    {
        var unit = SocketReading.ServingProcesses(incident, incident.Peer, seen).Select(process => process.Unit).FirstOrDefault(name => name is not null);
        var from = (incident.First ?? seen.Now).AddSeconds(-30).ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        return new Fix
        {
            Summary = summary,
            Steps = [.. unit is null ? [] : new FixStep[] { new("Read what the service said at that time.", $"journalctl -u {Shell.Quote(unit)} --since {Shell.Quote(from)} --no-pager") }, .. steps],
        };
    }
}
