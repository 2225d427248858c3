namespace Why502.Nginx.Routing;

/// <summary>An address nginx listens on, with its servers in the order nginx knows them (ngx_http_conf_addr_t).</summary>
internal sealed class ListenAddress(string address)
{
    private readonly List<Server> servers = [];
    private Server? marked;
    private ServerNames? names;

    public string Address => address;

    public IReadOnlyList<Server> Servers => servers;

    /// <summary>The one with <c>default_server</c>, else the first.</summary>
    public Server Default => marked ?? servers[0];

    public bool IsDefaultMarked => marked is not null;

    public bool Ssl { get; private set; }

    public bool TakesIPv4 { get; private set; }

    public ServerNames Names(string? machineName) => names ??= new ServerNames(servers, machineName);

    public void Add(Server server, Listen listen)
    {
        if (servers.Count == 0 || servers[^1] != server)
        {
            servers.Add(server);
        }

        marked ??= listen.IsDefault ? server : null;
        Ssl |= listen.Ssl;
        TakesIPv4 |= listen.Directive?.Arguments.Contains("ipv6only=off") == true;
    }
}
