using System.Globalization;
using Why502.Nginx;
using LogKind = Why502.Nginx.LogKind;

namespace Why502.Diagnosis.Readings;

/// <summary>What is said of an nginx beside its faults.</summary>
public sealed partial class NginxView
{
    private const int ProblemsMax = 3;
    private const int UnreadableMax = 2;

    /// <summary>What is worth knowing of this nginx and no fault, one sentence each.</summary>
    public IEnumerable<string> Notes(Observations seen)
    {
        if (Instance.IsStopped)
        {
            yield return ServiceOfNginx.Of(Instance, seen) is { } unit
                ? $"nginx with {Instance.ConfigPath} does not run: {unit.Name} is {unit.ActiveState}{(unit.Result is "" or "success" ? "" : $" ({unit.Result})")}; journalctl -u {unit.Name} says why."
                : $"nginx with {Instance.ConfigPath} does not run.";
        }

        foreach (var note in HiddenFailureReading.Notes(AccessLogs).Concat(TrafficPatternReading.Notes(Patterns)))
        {
            yield return note;
        }

        if (Configuration is null)
        {
            yield break;
        }

        foreach (var problem in Configuration.Problems.Take(ProblemsMax))
        {
            yield return $"{problem.At}: {problem.Message}";
        }

        foreach (var target in Configuration.ErrorLogs.Where(target => target.Level is "crit" or "alert" or "emerg"))
        {
            yield return $"error_log at level {target.Level} hides refused connections and time-outs, which nginx logs at level error{(target.At is { } at ? $" ({at})" : "")}.";
        }

        foreach (var path in Configuration.ErrorLogs.Where(target => target.Kind is LogKind.Syslog or LogKind.Off or LogKind.Memory && JournalOf(Instance, target) is null).Select(target => target.At).OfType<SourceLine>().Take(UnreadableMax))
        {
            yield return $"An error log of {path} goes where it cannot be read back (syslog, memory or nowhere).";
        }

        foreach (var note in ConnectionNotes(seen))
        {
            yield return note;
        }

        var groupsDropped = ErrorLogs.Sum(log => log.GroupsDropped);
        if (groupsDropped > 0)
        {
            yield return $"{groupsDropped} more kinds of error-log records were counted and not kept.";
        }

        var suspect = ErrorLogs.Sum(log => log.SuspectCount);
        if (suspect > 0)
        {
            yield return $"{suspect} error-log lines look forged by a client (a line feed inside a decoded URI) and were left out.";
        }
    }

    /// <summary>Where stub_status is configured: how near nginx is to the limit of its connections.</summary>
    private IEnumerable<string> ConnectionNotes(Observations seen)
    {
        if (!Instance.Running || Configuration!.StubStatus.Select(StatusPage).FirstOrDefault(question => question is not null) is not { } question
            || seen.Ask(question with { ThroughPid = Instance.NetworkThrough }).FactOrNull is not { } page)
        {
            yield break;
        }

        // Proxied requests hold two connections each.
        var limit = (Configuration.WorkerConnections ?? LimitReading.DefaultConnections) * (long)Math.Max(1, Instance.WorkerPids.Count);
        if (page.Active * 2 > limit * 8 / 10)
        {
            yield return $"nginx holds {page.Active} client connections of {limit} in all (stub_status); each proxied request takes two.";
        }
    }

    /// <summary>Only a page that asking leaves no line for in an access log: looking must not change what is looked at.</summary>
    private static StubStatus? StatusPage(StubStatusLocation status)
    {
        var listen = status.Server.Listens.FirstOrDefault(candidate => candidate is { IsUnix: false, Ssl: false, Quic: false, ProxyProtocol: false });
        var silent = (status.Location?.Block ?? status.Server.Block).Block?.Any(directive => directive is { Name: "access_log", Arguments: ["off", ..] }) == true;
        if (listen is null || !silent || status.Location is not { Modifier: "" or "=" or "^~" } location)
        {
            return null;
        }

        var host = listen.IsWildcard ? (listen.Address.StartsWith('[') ? "[::1]" : "127.0.0.1") : listen.Address[..listen.Address.LastIndexOf(':')];
        return new($"{host}:{listen.Port.ToString(CultureInfo.InvariantCulture)}", location.Path) { ServerName = status.Server.FirstName ?? "" };
    }
}
