using Why502.Nginx;

namespace Why502.Reports.Config;

/// <summary>Everything that is said about one request, before it is put on a page or into JSON.</summary>
public sealed class EffectiveAnswer
{
    private static readonly string[] Families = ["proxy_", "fastcgi_", "uwsgi_", "scgi_", "grpc_", "memcached_"];

    private static readonly string[] AlwaysOfInterest =
        ["client_max_body_size", "client_body_timeout", "keepalive_timeout", "send_timeout", "large_client_header_buffers", "access_log", "error_log"];

    private static readonly string[] OfInterestInFamily =
    [
        "connect_timeout", "send_timeout", "read_timeout", "buffering", "buffer_size", "buffers", "busy_buffers_size", "request_buffering",
        "next_upstream", "next_upstream_tries", "http_version", "intercept_errors",
    ];

    private EffectiveAnswer(EffectiveRequest request, EffectiveScope scope, Route route, IReadOnlyList<EffectiveValue> values)
    {
        Request = request;
        Scope = scope;
        Route = route;
        Values = values;
    }

    public EffectiveRequest Request { get; }

    public EffectiveScope Scope { get; }

    public Route Route { get; }

    /// <summary>What is set first, then defaults.</summary>
    public IReadOnlyList<EffectiveValue> Values { get; }

    /// <summary>The pass that takes the request on; null when nginx answers itself.</summary>
    public ProxiedLocation? Pass => Scope.Handler is { } handler && Route.Proxied is { } proxied && ReferenceEquals(proxied.Pass, handler) ? proxied : null;

    /// <param name="all">Also the settings of pass modules that are not used here, and every default.</param>
    public static EffectiveAnswer? Find(NginxConfiguration configuration, EffectiveRequest request, bool all)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(request);
        if (configuration.Route(request.Listen, request.Host, request.Method, request.Uri, request.Tls) is not { } route)
        {
            return null;
        }

        var scope = new EffectiveScope(configuration, route.Server, route.Location, request.Method, request.Version);
        var family = Array.Find(Families, f => scope.Handler?.Name == f + "pass");
        var values = scope.Mentioned().Where(value => all || IsUsed(value.Name, family)).Where(value => value.Directive != scope.Handler || value.Directive is null).ToList();
        var known = values.Where(v => v.IsSet).Select(v => v.Name).ToHashSet(StringComparer.Ordinal);
        values.RemoveAll(value => value.IsDefault && scope.Shadowed(value).Count == 0);
        var defaults = all ? scope.Defaults() : OfInterest(scope, family, route.Server.Ssl).Select(scope.Value);
        values.AddRange(defaults.Where(value => !known.Contains(value.Name) && (value.Arguments.Count > 0 || value.IsSet) && !values.Exists(v => v.Name == value.Name && v.IsSet)));
        return new EffectiveAnswer(request, scope, route, values);
    }

    /// <summary>What is surprising: whole lists that do not apply, and what is not inherited; a value that an inner block sets anew is neither.</summary>
    public IEnumerable<(EffectiveValue Value, ShadowedDirectives Shadowed)> Surprises() =>
        from value in Values
        from shadowed in Scope.Shadowed(value)
        where shadowed.Reason != ShadowReason.Overridden
        select (value, shadowed);

    /// <summary>The headers that proxy_pass sends without being told to, where no directive says otherwise (ngx_http_proxy_headers).</summary>
    public IReadOnlyList<IReadOnlyList<string>> ImpliedHeaders()
    {
        if (Scope.Handler?.Name != "proxy_pass")
        {
            return [];
        }

        var own = Scope.Value("proxy_set_header").All ?? [];
        var version = Request.Version ?? new Version(1, 28);
        List<IReadOnlyList<string>> implied = [["Host", "$proxy_host"]];
        if (version < new Version(1, 29, 7))
        {
            implied.Add(["Connection", "close"]);
        }

        return [.. implied.Where(header => !own.Any(set => set.Count > 0 && set[0].Equals(header[0], StringComparison.OrdinalIgnoreCase)))];
    }

    /// <summary>The server's and the location's own rewriting, in the order in which nginx runs it.</summary>
    public IEnumerable<Directive> Rewrites() =>
        Scope.Levels.Where(level => level == Scope.Server.Block || level == Scope.Location?.Block || level == Scope.LimitExcept).Reverse()
            .SelectMany(level => (level.Block ?? []).Where(d => d.Name is "rewrite" or "set" or "break" or "return"));

    private static bool IsUsed(string name, string? family) =>
        Array.Find(Families, f => name.StartsWith(f, StringComparison.Ordinal)) is not { } own || own == family || name.EndsWith("_pass", StringComparison.Ordinal);

    private static IEnumerable<string> OfInterest(EffectiveScope scope, string? family, bool tls) =>
        (family is null ? ["root", "index"] : OfInterestInFamily.Select(end => family + end))
        .Concat(scope.Handler is { Name: "proxy_pass" } pass && pass.Arguments is [['h', 't', 't', 'p', 's', ..], ..] ? ["proxy_ssl_verify", "proxy_ssl_server_name", "proxy_ssl_protocols"] : [])
        .Concat(AlwaysOfInterest)
        .Concat(tls ? ["ssl_protocols", "ssl_ciphers", "ssl_session_timeout"] : []);
}
