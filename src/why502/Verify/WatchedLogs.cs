using Why502.Diagnosis;
using Why502.Diagnosis.Readings;
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
    private readonly JournalWatch journal = new();
    private readonly HashSet<string> paths = new(StringComparer.Ordinal);
    private readonly List<string> unseen = [];
    private readonly HashSet<(string Method, string Host, string Target)> asked = [];
    private List<ErrorLogRecord> ours = [];

    /// <param name="servers">Those that are asked: the logs of others are left alone.</param>
    public void Add(NginxInstance instance, NginxConfiguration configuration, IReadOnlyCollection<Server> servers)
    {
        foreach (var log in configuration.ErrorLogs.Where(log => log.Servers is null || log.Servers.Any(servers.Contains)).Take(LogsMax))
        {
            if (log.Kind == Why502.Nginx.LogKind.Off)
            {
                continue;
            }

            if (NginxView.JournalOf(instance, log) is { } unit)
            {
                journal.Add(unit);
                continue;
            }

            var written = log.Kind switch
            {
                Why502.Nginx.LogKind.File => log.Path ?? instance.DefaultErrorLog,
                // Of a container: what its engine keeps of the stream. Else where descriptor 2 leads, if that is a file.
                Why502.Nginx.LogKind.Stderr => instance.FilesThrough != 0 ? "/dev/stderr" : instance.StderrTarget is { } target && target.StartsWith('/') ? target : null,
                _ => null,
            };
            if (written is null)
            {
                unseen.Add(log.Kind switch
                {
                    Why502.Nginx.LogKind.Syslog => $"the error log in syslog ({log.Path}) was not watched",
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
        if (RequestOf(target) is { } request)
        {
            asked.Add(request);
        }
    }

    /// <summary>After <see cref="ReadAsync"/>: lines that say that a server failed this request.</summary>
    public int FailuresOf(CaseTarget target)
        => RequestOf(target) is { } request ? ours.Count(record => record.Known is { IsGatewayPath: true } && record.Client is not null && IsOf(record, request)) : 0;

    public async Task<LoggedMeanwhile> ReadAsync(IReadOnlyList<string> ownAddresses)
    {
        var earliest = began.DateTime.AddSeconds(-1);
        var records = watch.Read(CancellationToken.None).Concat(await journal.ReadAsync(began.AddSeconds(-1), CancellationToken.None).ConfigureAwait(false)).Where(record => record.Time is null || record.Time >= earliest).ToList();
        ours = [.. records.Where(record => IsOurs(record, ownAddresses) || IsOfNginxItself(record))];
        var lines = ours.GroupBy(record => (record.Known?.Id, record.Message, record.Errno, record.UpstreamPeer))
            .Take(LinesMax)
            .Select(group => Line(group.Last(), group.Count()))
            .ToList();
        return new(lines, records.Count - ours.Count, [.. watch.Files, .. journal.Files.Except(journal.Unseen.Select(log => log.Path))], [.. unseen.Distinct(), .. watch.Unseen.Concat(journal.Unseen).Select(log => $"{log.Path}: {log.Reason}"), .. watch.Cut || journal.Cut ? ["more came than is read of it"] : Array.Empty<string>()]);
    }

    public void Dispose() => watch.Dispose();

    private static LoggedLine Line(ErrorLogRecord record, int count)
        => new(record.ToLine(), count, record.Known?.Id, LinePage.CausesOf(record)) { Upstream = record.UpstreamIsTrusted ? record.UpstreamPeer : null };

    /// <summary>Our request line and Host, from this machine. Another client here that asks just the same is not told apart.</summary>
    private bool IsOurs(ErrorLogRecord record, IReadOnlyList<string> ownAddresses)
        => !record.Suspect && asked.Any(request => IsOf(record, request))
            && (record.Client is null || record.Client.StartsWith("unix:", StringComparison.Ordinal)
                || (System.Net.IPAddress.TryParse(record.Client, out var client) && (System.Net.IPAddress.IsLoopback(client) || ownAddresses.Contains(record.Client))));

    private static bool IsOf(ErrorLogRecord record, (string Method, string Host, string Target) request)
        => record.Method == request.Method && record.RequestUri == request.Target && (record.Host is null || record.Host.Equals(request.Host, StringComparison.OrdinalIgnoreCase));

    private static (string Method, string Host, string Target)? RequestOf(CaseTarget target)
        => target.Plan is { CallsHealth: true } call ? ("POST", call.Host, GrpcHealth.Path)
            : target.Plan is { Path.Length: > 0 } plan ? ("GET", plan.Host, plan.Query.Length > 0 ? $"{plan.Path}?{plan.Query}" : plan.Path)
            : target is { Plan: null, Url: { } url } ? ("GET", url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}:{url.Port}", url.PathAndQuery)
            : null;

    /// <summary>A worker that died, a file that could not be opened: nobody's request, and everybody's.</summary>
    private static bool IsOfNginxItself(ErrorLogRecord record)
        => record is { Client: null, RequestLine: null, Suspect: false } && record.Level is LogLevel.Error or LogLevel.Crit or LogLevel.Alert or LogLevel.Emerg;
}
