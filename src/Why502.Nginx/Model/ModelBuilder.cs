namespace Why502.Nginx;

/// <summary>Walks the directives in effect once and finds servers, locations, groups and passes.</summary>
internal sealed class ModelBuilder
{
    private static readonly string[] SnippetBlocks = ["server", "location", "upstream"];

    private readonly bool unprivileged;
    private readonly List<Server> servers = [];
    private readonly List<StreamServer> streamServers = [];
    private readonly List<MailServer> mailServers = [];
    private readonly List<ValueMap> valueMaps = [];
    private readonly VariableValues variables;
    private readonly VariableValues streamVariables;
    private readonly List<UpstreamGroup> upstreams = [];
    private readonly List<ProxiedLocation> proxied = [];
    private readonly List<StubStatusLocation> stubStatus = [];
    private readonly List<(Directive Log, Server Server)> accessLogs = [];
    private readonly List<(Directive Log, Server Server)> errorLogs = [];
    private readonly Dictionary<string, UpstreamGroup> groups = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, UpstreamGroup> streamGroups = new(StringComparer.OrdinalIgnoreCase);

    public ModelBuilder(IReadOnlyList<Directive> root, IReadOnlyList<ConfigurationFile> files, bool unprivileged)
    {
        this.unprivileged = unprivileged;
        Http = [.. root.Where(d => d.Is("http"))];
        var stream = root.Where(d => d.Is("stream")).ToList();
        FindGroups(Http.SelectMany(d => d.Block ?? []), groups, false);
        FindGroups(stream.SelectMany(d => d.Block ?? []), streamGroups, true);
        FindMaps(Http, false);
        FindMaps(stream, true);
        var isSnippet = Http.Count == 0 && stream.Count == 0 && files.Count > 0;
        if (isSnippet)
        {
            valueMaps.AddRange(root.Select(d => ValueMap.Of(d, false)).OfType<ValueMap>());
        }

        variables = new VariableValues([.. valueMaps.Where(m => !m.IsStream)]);
        streamVariables = new VariableValues([.. valueMaps.Where(m => m.IsStream)]);
        foreach (var http in Http)
        {
            AddServers(http.Block ?? []);
        }

        foreach (var server in stream.SelectMany(d => d.Children("server")))
        {
            streamServers.Add(StreamServerOf(server));
        }

        mailServers.AddRange(root.Where(d => d.Is("mail")).SelectMany(d => d.Children("server")).Where(d => d.Block is not null).Select(MailServer.Of));
        if (isSnippet)
        {
            AddSnippet(root, files[0]);
        }
    }

    public IReadOnlyList<Directive> Http { get; }

    public IReadOnlyList<Server> Servers => servers;

    public IReadOnlyList<StreamServer> StreamServers => streamServers;

    public IReadOnlyList<MailServer> MailServers => mailServers;

    public IReadOnlyList<ValueMap> ValueMaps => valueMaps;

    public IReadOnlyList<UpstreamGroup> Upstreams => upstreams;

    public IReadOnlyList<ProxiedLocation> ProxiedLocations => proxied;

    public IReadOnlyList<StubStatusLocation> StubStatus => stubStatus;

    /// <summary>The access_log directives inside servers, in order.</summary>
    public IReadOnlyList<(Directive Log, Server Server)> AccessLogs => accessLogs;

    public IReadOnlyList<(Directive Log, Server Server)> ErrorLogs => errorLogs;

    public UpstreamGroup? Group(string name) => groups.GetValueOrDefault(name);

    private void FindGroups(IEnumerable<Directive> directives, Dictionary<string, UpstreamGroup> into, bool isStream)
    {
        foreach (var directive in directives)
        {
            if (directive.Block is not null && directive.Is("upstream"))
            {
                var group = new UpstreamGroup(directive, isStream);
                upstreams.Add(group);
                // ngx_http_upstream_add: names are compared without case, and the first one wins.
                into.TryAdd(group.Name, group);
            }
        }
    }

    private void AddServers(IReadOnlyList<Directive> directives)
    {
        foreach (var directive in directives)
        {
            if (directive.Block is not null && directive.Is("server"))
            {
                AddServer(directive);
            }
        }
    }

    private void AddServer(Directive block)
    {
        var server = new Server(block, unprivileged);
        servers.Add(server);
        Walk(block.Block!, server, null);
    }

    private void Walk(IReadOnlyList<Directive> directives, Server server, Location? location)
    {
        for (var i = 0; i < directives.Count; i++)
        {
            var directive = directives[i];
            if (directive.Block is not null)
            {
                if (directive.Is("location"))
                {
                    AddLocation(directive, server, location);
                }
                else if (directive.Is("if") || directive.Is("limit_except"))
                {
                    Walk(directive.Block, server, location);
                }
            }
            else if (PassTarget.IsPass(directive.Name) && directive.Arguments.Count > 0)
            {
                AddPass(directive, server, location);
            }
            else if (directive.Is("stub_status"))
            {
                stubStatus.Add(new StubStatusLocation(server, location, directive.At));
            }
            else if (directive.Is("access_log") && directive.Arguments.Count > 0)
            {
                accessLogs.Add((directive, server));
            }
            else if (directive.Is("error_log") && directive.Arguments.Count > 0)
            {
                errorLogs.Add((directive, server));
            }
        }
    }

    private void AddLocation(Directive block, Server server, Location? parent)
    {
        var location = new Location(server, parent, block);
        if (parent is null)
        {
            server.Add(location);
        }
        else
        {
            parent.Add(location);
        }

        Walk(block.Block!, server, location);
    }

    private void AddPass(Directive pass, Server server, Location? location)
    {
        var target = PassTarget.Of(pass);
        var possible = target.Authority is null ? PossibleTargets(pass, server) : [];
        proxied.Add(new ProxiedLocation(server, location, pass, target, target.Authority is null ? null : Group(target.Authority)) { PossibleTargets = possible });
    }

    /// <summary>What the variables of a pass may stand for; nothing when the request decides.</summary>
    private List<PossibleTarget> PossibleTargets(Directive pass, Server server)
    {
        List<Directive> levels = [.. BlockLevels.From(pass.Parent, server)];
        var texts = variables.Of(pass.Arguments[0], levels) ?? variables.Of(PassTarget.BeforeUri(pass.Arguments[0]), levels) ?? [];
        var targets = new List<PossibleTarget>();
        foreach (var text in texts.Where(text => text.Length > 0 && !text.Contains('$')))
        {
            var target = PassTarget.Of(pass.Name, text);
            var group = target.Authority is null ? null : Group(target.Authority);
            targets.Add(new PossibleTarget(text, target.Scheme, group, group?.Peers ?? (target.Authority is null ? [] : [PeerTarget.Implicit(target.Authority, target.Endpoint, pass)])));
        }

        return targets;
    }

    private void FindMaps(IEnumerable<Directive> blocks, bool isStream)
    {
        foreach (var directive in blocks.SelectMany(b => b.Block ?? []))
        {
            if (directive.Block is not null && ValueMap.Of(directive, isStream) is { } map)
            {
                valueMaps.Add(map);
            }
        }
    }

    private StreamServer StreamServerOf(Directive block)
    {
        var pass = block.Children("proxy_pass").FirstOrDefault(d => d.Arguments.Count > 0);
        var listens = block.Children("listen").Select(Listen.Of).ToList();
        if (pass is null)
        {
            return new StreamServer(block, listens, null, null, [], block.At);
        }

        var target = pass.Arguments[0];
        var group = streamGroups.GetValueOrDefault(target);
        var endpoint = !target.Contains('$') && Endpoint.TryParse(target, 0, out var parsed) ? parsed : null;
        if (target.Contains('$') && streamVariables.Of(target, [.. BlockLevels.From(block, null)]) is { } possible)
        {
            // ssl_preread's maps: the name in the client's hello chooses among these.
            return new StreamServer(block, listens, target, null, [.. possible.Where(text => text.Length > 0).SelectMany(text => StreamPeers(text, pass)).Distinct()], pass.At);
        }

        return new StreamServer(block, listens, target, group, group?.Peers ?? [PeerTarget.Implicit(target, endpoint, pass)], pass.At);
    }

    private IReadOnlyList<PeerTarget> StreamPeers(string target, Directive pass) =>
        streamGroups.GetValueOrDefault(target)?.Peers ?? [PeerTarget.Implicit(target, Endpoint.TryParse(target, 0, out var endpoint) ? endpoint : null, pass)];

    /// <summary>A file without <c>http {}</c>: servers, groups, locations or plain directives are taken to stand where they belong.</summary>
    private void AddSnippet(IReadOnlyList<Directive> root, ConfigurationFile file)
    {
        FindGroups(root, groups, false);
        AddServers(root);
        var rest = root.Where(d => !(d.Block is not null && (d.Is("server") || d.Is("upstream")))).ToList();
        if (rest.Exists(d => (d.Block is not null && SnippetBlocks.Contains(d.Name)) || PassTarget.IsPass(d.Name)))
        {
            var server = new Server(Directive.Imagined("server", file, rest), unprivileged);
            servers.Add(server);
            Walk(rest, server, null);
        }
    }
}
