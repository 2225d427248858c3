using Why502.Nginx.Routing;

namespace Why502.Nginx;

public sealed partial class NginxConfiguration
{
    private Router? router;

    private Router Router => router ??= new Router(this);

    /// <summary>The whole way of a request: server, rewrites, locations, error pages, and what is sent upstream.</summary>
    /// <param name="files">Answers for the file system, which try_files and index depend on.</param>
    public RouteAnswer Route(RouteRequest request, IRouteFiles files)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(files);
        return Router.Route(request, files);
    }

    /// <summary>The server and location nginx chooses for a request, if no file exists; null when nothing listens there.</summary>
    /// <param name="listen">The local address the request came to, as <c>ADDR:PORT</c>; null when unknown: every server is then a candidate.</param>
    /// <param name="host">The Host header (or the request line's host).</param>
    /// <param name="uri">The request target as sent, with its query.</param>
    public Route? Route(string? listen, string? host, string method, string uri, bool tls = false)
    {
        var answer = Route(new RouteRequest { Listen = listen, Host = host, Method = method, Uri = uri, Tls = tls }, NoRouteFiles.Instance);
        return answer.Server is null ? null : Of(answer);
    }

    internal Route Of(RouteAnswer answer) =>
        new(answer.Server!, answer.Location, answer.Pass is null ? null : ProxiedLocations.FirstOrDefault(p => p.Pass == answer.Pass)) { Steps = answer.Steps };

    /// <summary>
    /// The server that an error-log record names. Its <c>server:</c> is only the first name of the chosen block, so several
    /// blocks may share it (one per port, say): the request's host then decides, else the first.
    /// </summary>
    public Server? ServerNamed(string errorLogServerField, string? host)
    {
        ArgumentNullException.ThrowIfNull(errorLogServerField);
        var named = ServersNamed(errorLogServerField);
        if (named.Count <= 1 || string.IsNullOrEmpty(host))
        {
            return named.Count == 0 ? null : named[0];
        }

        return Router.ByName(named, host) ?? named[0];
    }

    /// <summary>The proxied location an error-log record is about.</summary>
    /// <param name="serverField">The record's <c>server:</c>.</param>
    /// <param name="requestUri">The client's request target, or its path.</param>
    /// <param name="upstreamField">The record's <c>upstream:</c>: it confirms the location, and finds it when rewrites lead elsewhere.</param>
    public ProxiedLocation? LocationFor(string? serverField, string? host, string requestUri, string? upstreamField) =>
        new RecordMatcher(this, Router).Find(serverField, host, requestUri, upstreamField);

    /// <summary>The way of a request within a server that is known already, if no file exists.</summary>
    public RouteAnswer RouteWithin(Server server, string? host, string uri)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Router.Within(server, new RouteRequest { Host = host, Uri = uri });
    }

    internal IReadOnlyList<Server> ServersNamed(string field)
    {
        var byName = Servers.Where(s => string.Equals(s.FirstName ?? string.Empty, field, StringComparison.OrdinalIgnoreCase)).ToList();
        if (byName.Count > 0)
        {
            return byName;
        }

        // Before the request line is read the field is the listen address (ngx_http_log_error_handler).
        return Servers.Where(s => s.Listens.Any(l => l.Address == field)).ToList();
    }
}
