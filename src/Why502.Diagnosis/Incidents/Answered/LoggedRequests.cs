using Why502.Logs;

namespace Why502.Diagnosis;

/// <summary>Which rows of the access logs have their line in the error log: those are explained there.</summary>
/// <param name="fragments">The logs are pasted pieces: what lies outside of a piece's time was not read.</param>
public sealed class LoggedRequests(IReadOnlyList<ErrorLogSummary> logs, bool fragments = false)
{
    private readonly List<ErrorGroup> failures =
    [
        .. logs.SelectMany(log => log.Groups).Where(group => group is { Known: { } known, Level: null or <= LogLevel.Error or LogLevel.Stderr }
            && (known.Candidates.Count > 0 || known.IsGatewayPath || known.Status.Length > 1)),
    ];

    /// <summary><see cref="Readings.NginxView.FailuresKnownFrom"/>, looked at when a row needs it.</summary>
    public Lazy<DateTimeOffset?>? KnownFrom { get; init; }

    /// <summary>An error log of the row's time was read: then a failure of nginx's own would have its line there (it logs them at level error).</summary>
    public bool Covers(AccessGroup row)
        => logs.Any(log => log.Records > 0 && (!fragments || log.First is not { } first || log.Last is not { } last || row.First is not { } from || row.Last is not { } to || (Clock(from) <= last && Clock(to) >= first)))
            || (row.First is { } begun && begun >= KnownFrom?.Value);

    /// <summary>nginx writes its error log in local time without a zone.</summary>
    private static DateTime Clock(DateTimeOffset time) => time.DateTime;

    /// <summary>
    /// Lines that belong to the rows: same peer or same path, and a status that the message can lead to. Of a paste people keep one line of each kind:
    /// there a row of the very second of a failure has that failure's status for the same reason.
    /// </summary>
    public long For(AccessGroup row)
        => failures.Where(failure => (LeadsTo(failure, row.Status) || (fragments && IsLeftWhileTrying(failure, row.Status))) && SamePlace(failure, row)).Sum(failure => failure.Count) is > 0 and var lines ? lines
            : fragments && failures.Any(failure => LeadsTo(failure, row.Status) && SameSecond(failure, row)) ? row.Count
            : 0;

    /// <summary>$msec of a row is the request's end, and the error line is older by what was left to do: nginx caches its clock for both.</summary>
    private static bool SameSecond(ErrorGroup failure, AccessGroup row)
        => row is { UpstreamAddr: null, First: { } from, Last: { } to } && failure is { First: { } first, Last: { } last } && Clock(from) >= first && Clock(to) <= last.AddSeconds(1);

    /// <summary>Whoever waits in vain leaves: a time-out of the same upstream explains the clients that left before it.</summary>
    private static bool LeadsTo(ErrorGroup failure, int status)
    {
        if (Symptom.Of(failure) is { } symptom)
        {
            return status == 499 ? symptom.Kind is SymptomKind.TimedOut : status >= 500;
        }

        var text = failure.Known!.Status;
        return text.StartsWith(status.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    /// <summary>Before a connection is made nginx has nothing to wait for: whoever left then left while nginx tried the next server.</summary>
    private static bool IsLeftWhileTrying(ErrorGroup failure, int status) => status == 499 && Symptom.Of(failure) is { Phase: Phase.Resolve or Phase.Connect or Phase.Tls };

    private static bool SamePlace(ErrorGroup failure, AccessGroup row)
        => (failure.UpstreamPeer is { } peer && row.UpstreamAddr is { } address && peer == address.TrimEnd(':'))
            || (failure.Path is { } path && path == row.Path)
            || (failure.Route is { } route && route == row.Route);
}
