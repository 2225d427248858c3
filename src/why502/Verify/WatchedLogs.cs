using Why502.Diagnosis;
using Why502.Host.Logs;
using Why502.Logs;
using Why502.Nginx;
using Why502.Reports;

namespace Why502.Cli.Verify;

/// <summary>The error logs of the nginx that is asked, from before the first request to after the last.</summary>
internal sealed class WatchedLogs(DateTimeOffset began) : IDisposable
{
    /// <summary>Different lines that are shown.</summary>
    private const int LinesMax = 20;

    /// <summary>Logs of one nginx that are held open.</summary>
    private const int LogsMax = 64;

    private readonly ErrorLogWatch watch = new();
    private readonly HashSet<string> paths = new(StringComparer.Ordinal);
    private readonly List<string> unseen = [];
    private readonly HashSet<(string Host, string Target)> asked = [];

    /// <param name="servers">Those that are asked: the logs of others are left alone.</param>
    public void Add(NginxInstance instance, NginxConfiguration configuration, IReadOnlyCollection<Server> servers)
    {
        foreach (var log in configuration.ErrorLogs.Where(log => log.Servers is null || log.Servers.Any(servers.Contains)).Take(LogsMax))
        {
            var written = log.Path ?? instance.DefaultErrorLog;
            if (log.Kind == Why502.Nginx.LogKind.Off)
            {
                continue;
            }

            if (log.Kind != Why502.Nginx.LogKind.File || written is null)
            {
                unseen.Add(log.Kind switch
                {
                    Why502.Nginx.LogKind.Syslog => $"the error log in syslog ({written}) was not watched",
                    Why502.Nginx.LogKind.Stderr => "the error log is nginx's standard error and was not watched",
                    _ => "where the error log is could not be told",
                });
                continue;
            }

            var path = written.StartsWith('/') ? written : instance.Prefix.TrimEnd('/') + "/" + written;
            if (paths.Add($"{instance.FilesThrough} {path}"))
            {
                watch.Add(path, instance.FilesThrough);
            }
        }
    }

    /// <summary>A request that went through nginx: its lines are ours.</summary>
    public void Asked(CaseTarget target)
    {
        if (target.Plan is { Path.Length: > 0 } plan)
        {
            asked.Add((plan.Host, plan.Query.Length > 0 ? $"{plan.Path}?{plan.Query}" : plan.Path));
        }
        else if (target.Url is { } url)
        {
            asked.Add((url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}:{url.Port}", url.PathAndQuery));
        }
    }

    public LoggedMeanwhile Read(IReadOnlyList<string> ownAddresses)
    {
        var earliest = began.DateTime.AddSeconds(-1);
        var records = watch.Read(CancellationToken.None).Where(record => record.Time is null || record.Time >= earliest).ToList();
        var ours = records.Where(record => IsOurs(record, ownAddresses) || IsOfNginxItself(record)).ToList();
        var lines = ours.GroupBy(record => (record.Known?.Id, record.Message, record.Errno, record.UpstreamPeer))
            .Take(LinesMax)
            .Select(group => Line(group.Last(), group.Count()))
            .ToList();
        return new(lines, records.Count - ours.Count, watch.Files, [.. unseen.Distinct(), .. watch.Unseen.Select(log => $"{log.Path}: {log.Reason}"), .. watch.Cut ? ["more came than is read of it"] : Array.Empty<string>()]);
    }

    public void Dispose() => watch.Dispose();

    private static LoggedLine Line(ErrorLogRecord record, int count)
        => new(record.ToLine(), count, record.Known?.Id, LinePage.CausesOf(record)) { Upstream = record.UpstreamIsTrusted ? record.UpstreamPeer : null };

    /// <summary>Our request line and Host, from this machine. Another client here that asks just the same is not told apart.</summary>
    private bool IsOurs(ErrorLogRecord record, IReadOnlyList<string> ownAddresses)
        => !record.Suspect && record.Method == "GET" && record.RequestUri is { } target
            && asked.Any(request => request.Target == target && (record.Host is null || record.Host.Equals(request.Host, StringComparison.OrdinalIgnoreCase)))
            && (record.Client is null || record.Client.StartsWith("unix:", StringComparison.Ordinal)
                || (System.Net.IPAddress.TryParse(record.Client, out var client) && (System.Net.IPAddress.IsLoopback(client) || ownAddresses.Contains(record.Client))));

    /// <summary>A worker that died, a file that could not be opened: nobody's request, and everybody's.</summary>
    private static bool IsOfNginxItself(ErrorLogRecord record)
        => record is { Client: null, RequestLine: null, Suspect: false } && record.Level is LogLevel.Error or LogLevel.Crit or LogLevel.Alert or LogLevel.Emerg;
}
