using Why502.Diagnosis;
using Why502.Logs;
using Why502.Nginx;

namespace Why502.Cli.Verify;

/// <summary>A path that clients got an answer for by GET, with the host they asked.</summary>
internal sealed record UsedPath(string Path, string Host);

/// <summary>What the access logs of the window show as answered, by location: nothing else is requested without a URL.</summary>
internal sealed class UsedPaths
{
    // By the directive itself: a line may hold several.
    private readonly Dictionary<Directive, (UsedPath Path, long Count)> paths = new(ReferenceEqualityComparer.Instance);

    public UsedPath? Of(ProxiedLocation location) => paths.TryGetValue(location.Pass, out var used) ? used.Path : null;

    public static async Task<UsedPaths> OfAsync(
        NginxInstance instance, NginxConfiguration configuration, DateTimeOffset from, Func<Question, CancellationToken, Task<Answer>> ask, CancellationToken cancellation)
    {
        var used = new UsedPaths();
        foreach (var log in configuration.AccessLogs.Where(log => log.Kind == Why502.Nginx.LogKind.File && !log.HasVariables).DistinctBy(log => log.Path))
        {
            if ((log.Path ?? instance.DefaultAccessLog) is not { Length: > 0 } written)
            {
                continue;
            }

            var path = written.StartsWith('/') ? written : instance.Prefix.TrimEnd('/') + "/" + written;
            var question = new AccessLogWindow(path, log.Format ?? AccessLogFormat.CombinedText, log.Escape, from) { ThroughPid = instance.FilesThrough };
            var answer = await ask(question, cancellation).ConfigureAwait(false);
            if (answer.Fact is AccessLogFact fact)
            {
                foreach (var group in fact.Summary.Groups)
                {
                    used.Add(configuration, group, log.Servers);
                }
            }
        }

        return used;
    }

    private void Add(NginxConfiguration configuration, AccessGroup group, IReadOnlyList<Server> servers)
    {
        if (group is not { Method: "GET", Status: >= 200 and < 400, Path: { Length: > 0 } path } || path[0] != '/')
        {
            return;
        }

        var host = group.Host ?? group.ServerName ?? (servers.Count == 1 ? servers[0].FirstName : null) ?? "localhost";
        if (configuration.LocationFor(group.ServerName, host, path, null) is not { } location)
        {
            return;
        }

        if (!paths.TryGetValue(location.Pass, out var before) || before.Count < group.Count)
        {
            paths[location.Pass] = (new UsedPath(path, host), group.Count);
        }
    }
}
