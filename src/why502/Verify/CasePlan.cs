using Why502.Cli.Commands.Config;
using Why502.Diagnosis;
using Why502.Nginx;
using Why502.Nginx.Routing;

namespace Why502.Cli.Verify;

/// <summary>One request that is to be proven, and the way it takes through a configuration.</summary>
internal sealed record CasePlan(NginxInstance Instance, NginxConfiguration Configuration, Server Server, ProxiedLocation? Location)
{
    /// <summary>Where this nginx takes the request; null when it listens nowhere that could be asked.</summary>
    public Listen? Listen { get; init; }

    /// <summary>The Host field.</summary>
    public string Host { get; init; } = "";

    /// <summary>Without query; empty when no path is known that may be asked.</summary>
    public string Path { get; init; } = "";

    /// <summary>Only of a URL that the user gave.</summary>
    public string Query { get; init; } = "";

    /// <summary>Through nginx an upgrade to WebSocket is asked for; straight to the servers a plain GET.</summary>
    public bool Upgrades { get; init; }

    public Uri? Url { get; init; }

    public RouteAnswer? Route { get; init; }

    /// <summary>HTTP/2 is spoken there: a parameter of any server's listen on this address, or the directive (1.25.1).</summary>
    public bool TakesHttp2 => Listen is { Quic: false } listen && (Server.Effective(null, "http2").IsOn || IsHttp2Alone || (listen.Ssl && HasHttp2Parameter(listen)));

    /// <summary>Without TLS, nginx before 1.25.1 speaks nothing else on such an address; later ones both.</summary>
    public bool IsHttp2Alone => Listen is { Ssl: false, Quic: false } listen && HasHttp2Parameter(listen);

    /// <summary>The health service's path takes the same way as the request: a call can be made through nginx, and none of the app's own methods has to be.</summary>
    public bool CallsHealth => Location is { Kind: PassKind.Grpc } location && TakesHttp2 && Path.Length > 0
        && Configuration.Route(new RouteRequest { Listen = Listen!.Address, Tls = Listen.Ssl, Host = Host, Uri = GrpcHealth.Path, Method = "POST" }, Files(Instance)).Pass == location.Pass;

    public string What => Url is { } url ? Shown(url) : $"{Server.FirstName ?? "(no name)"} {Location?.Location?.ToString() ?? "/"}";

    /// <summary>Paths mean what they mean to the master, and only ours are on this disk.</summary>
    private static IRouteFiles Files(NginxInstance instance) => instance.FilesThrough == 0 ? new DiskRouteFiles() : NoRouteFiles.Instance;

    /// <summary>The server that a URL reaches here: one that listens on its port, by its host; null when this configuration has none.</summary>
    public static CasePlan? Of(NginxInstance instance, NginxConfiguration configuration, Uri url)
    {
        var listens = configuration.Servers.SelectMany(server => server.Listens)
            .Where(listen => listen.Port == url.Port && !listen.IsUnix && !listen.Quic && listen.Ssl == (url.Scheme == "https"))
            .OrderByDescending(listen => listen.Address.StartsWith($"{url.Host}:", StringComparison.OrdinalIgnoreCase));
        foreach (var listen in listens)
        {
            var request = new RouteRequest { Listen = listen.Address, Tls = listen.Ssl, Host = HostOf(url), Uri = url.PathAndQuery };
            var route = configuration.Route(request, Files(instance));
            if (route.Server is { } server
                && (url.HostNameType != UriHostNameType.Dns || server.Names.Count == 0 || Serves(server, url.Host) || listen.IsWildcard || url.IsLoopback))
            {
                return new(instance, configuration, server, Proxied(configuration, route))
                {
                    Listen = listen,
                    Host = HostOf(url),
                    Path = url.AbsolutePath,
                    Query = url.Query.TrimStart('?'),
                    Url = url,
                    Route = route,
                };
            }
        }

        return null;
    }

    /// <summary>A request that clients made.</summary>
    public static CasePlan? Of(NginxInstance instance, NginxConfiguration configuration, string? host, string path)
    {
        var route = configuration.Route(new RouteRequest { Host = host, Uri = path }, Files(instance));
        return route.Server is not { } server ? null : new(instance, configuration, server, Proxied(configuration, route))
        {
            Listen = Asked(server),
            Host = host ?? server.FirstName ?? "localhost",
            Path = path,
            Route = route,
        };
    }

    /// <summary>A place of the configuration, with a path that its log shows as answered, if there is one.</summary>
    public static CasePlan Of(NginxInstance instance, NginxConfiguration configuration, ProxiedLocation location, UsedPath? used)
        => used is not null && Of(instance, configuration, used.Host, used.Path) is { } plan && plan.Location == location
            ? plan
            : new(instance, configuration, location.Server, location)
            {
                Listen = Asked(location.Server),
                Host = used?.Host ?? location.Server.FirstName ?? "localhost",
                Path = used?.Path ?? "",
            };

    internal static string NameOf(string host)
    {
        var name = host.StartsWith('[') ? host : host.Split(':')[0];
        return Uri.CheckHostName(name.Trim('[', ']')) == UriHostNameType.Dns ? name : "";
    }

    /// <summary>Without its query, and without a password.</summary>
    internal static string Shown(Uri url) => Why502.Logs.Redactor.Text(url.GetLeftPart(UriPartial.Path));

    private static ProxiedLocation? Proxied(NginxConfiguration configuration, RouteAnswer route)
        => route.Pass is { } pass ? configuration.ProxiedLocations.FirstOrDefault(location => location.Pass == pass) : null;

    /// <summary>Not QUIC, and rather without the PROXY protocol.</summary>
    private static Listen? Asked(Server server) => server.Listens.Where(listen => !listen.Quic).OrderBy(listen => listen.ProxyProtocol).FirstOrDefault();

    private bool HasHttp2Parameter(Listen asked) => Configuration.Servers.SelectMany(server => server.Listens).Any(listen => listen.Http2 && listen.Address == asked.Address);

    private static bool Serves(Server server, string host) => server.Names.Any(name => name.Equals(host, StringComparison.OrdinalIgnoreCase) || name == "_");

    private static string HostOf(Uri url) => url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}:{url.Port}";
}
