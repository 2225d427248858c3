using System.Collections.Concurrent;

namespace Why502.Nginx.Routing;

/// <summary>A configuration arranged for routing. What is not asked for is not built; several threads may ask.</summary>
internal sealed class RoutingTable
{
    private readonly ConcurrentDictionary<Server, Scope> scopes = new(ReferenceEqualityComparer.Instance);
    private readonly Lazy<ListenTable> listens;
    private readonly Lazy<Dictionary<string, ValueSource>> variables;
    private readonly Lazy<HashSet<string>> implicitUpstreams;
    private readonly Lazy<HashSet<string>> assigned;
    private readonly string prefix;
    private readonly NginxConfiguration configuration;

    public RoutingTable(NginxConfiguration configuration)
    {
        this.configuration = configuration;
        prefix = ByteText.Of(configuration.Prefix);
        listens = new Lazy<ListenTable>(() => new ListenTable(configuration.Servers));
        variables = new Lazy<Dictionary<string, ValueSource>>(() => ValueSource.Read(configuration.Root));
        assigned = new Lazy<HashSet<string>>(() => AssignedVariables.Read(configuration.Root));
        implicitUpstreams = new Lazy<HashSet<string>>(ReadImplicitUpstreams);
    }

    public IReadOnlyList<Server> Servers => configuration.Servers;

    public ListenTable Listens => listens.Value;

    public Scope ScopeOf(Server server) => scopes.GetOrAdd(server, s => new Scope(this, null, s, null, s.Block, ScopeKind.Server));

    /// <summary>A map, geo or split_clients.</summary>
    public ValueSource? Variable(string name) => variables.Value.GetValueOrDefault(name);

    /// <summary>The configuration itself gives it its value somewhere; where it does not, it is empty.</summary>
    public bool Assigns(string name) => assigned.Value.Contains(name);

    /// <summary>ngx_conf_full_name: relative to the prefix.</summary>
    public string FullName(string path) => path.StartsWith('/') ? path : prefix + path;

    /// <summary>A group of this name, or a host that some pass directive names without variables (ngx_http_upstream_add): no resolver is needed.</summary>
    public bool KnowsUpstream(string host, int port, bool hasPort) =>
        (!hasPort && configuration.Upstreams.Any(u => u.Name.Equals(host, StringComparison.OrdinalIgnoreCase)))
        || implicitUpstreams.Value.Contains(System.FormattableString.Invariant($"{ByteText.Lower(host)}:{port}"));

    private HashSet<string> ReadImplicitUpstreams() =>
    [
        .. configuration.ProxiedLocations.Where(p => !p.HasVariables && p.Kind == PassKind.Proxy)
            .Select(p => PassUrl.Parse(ByteText.Of(p.Target)))
            .Where(u => u is { IsUnix: false }).Select(u => System.FormattableString.Invariant($"{ByteText.Lower(u!.Host)}:{u.Port}")),
    ];
}
