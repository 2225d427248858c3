namespace Why502.Nginx;

/// <summary>One <c>listen</c> of a server.</summary>
/// <param name="Address">As nginx prints it: <c>0.0.0.0:80</c> (for <c>*:80</c>), <c>[::]:80</c>, <c>127.0.0.1:8080</c>, <c>unix:/path</c>.</param>
/// <param name="At">Null for the listen that nginx adds to a server without one.</param>
public sealed record Listen(string Address, int Port, bool IsDefault, bool Ssl, bool Http2, bool Quic, bool ProxyProtocol, SourceLine? At, Directive? Directive)
{
    public bool IsUnix => Address.StartsWith("unix:", StringComparison.Ordinal);

    public bool IsWildcard => Address.StartsWith("0.0.0.0:", StringComparison.Ordinal) || Address.StartsWith("[::]:", StringComparison.Ordinal);

    public int? Backlog { get; init; }

    internal static Listen Of(Directive directive)
    {
        var written = directive.Arguments.Count > 0 ? directive.Arguments[0] : "80";
        var parameters = directive.Arguments.Skip(1).ToList();
        var (address, port) = Normalise(written);
        var listen = new Listen(
            address,
            port,
            parameters.Contains("default_server") || parameters.Contains("default"),
            parameters.Contains("ssl"),
            parameters.Contains("http2"),
            parameters.Contains("quic"),
            parameters.Contains("proxy_protocol"),
            directive.At,
            directive);
        var backlog = parameters.Find(p => p.StartsWith("backlog=", StringComparison.Ordinal));
        return backlog is not null && int.TryParse(backlog.AsSpan(8), out var length) ? listen with { Backlog = length } : listen;
    }

    /// <summary>ngx_http_core_server: a server without <c>listen</c> gets port 80 when the master runs as root, else 8000.</summary>
    internal static Listen Missing(bool unprivileged) =>
        new(unprivileged ? "0.0.0.0:8000" : "0.0.0.0:80", unprivileged ? 8000 : 80, false, false, false, false, false, null, null);

    /// <summary>The written address in one form, so that <c>80</c>, <c>*:80</c> and <c>0.0.0.0:80</c> are the same listen.</summary>
    internal static (string Address, int Port) Normalise(string written)
    {
        if (written.StartsWith("unix:", StringComparison.Ordinal))
        {
            return (written, 0);
        }

        if (int.TryParse(written, System.Globalization.NumberStyles.None, null, out var bare))
        {
            return ($"0.0.0.0:{bare}", bare);
        }

        if (written.StartsWith("*:", StringComparison.Ordinal) || written == "*")
        {
            written = "0.0.0.0" + written[1..];
        }

        return Endpoint.TryParse(written, 80, out var endpoint) ? (endpoint.ToString(), endpoint.Port) : (written, 0);
    }
}

/// <summary>An http <c>server {}</c>. A snippet without one is given a server that is only thought of, whose block is the whole file.</summary>
public sealed class Server
{
    private readonly List<Location> locations = [];

    internal Server(Directive block, bool unprivileged)
    {
        Block = block;
        Names = [.. block.Children("server_name").SelectMany(d => d.Arguments)];
        var listens = block.Children("listen").Select(Listen.Of).ToList();
        Listens = listens.Count > 0 ? listens : [Listen.Missing(unprivileged)];
    }

    public Directive Block { get; }

    public SourceLine At => Block.At;

    public IReadOnlyList<Listen> Listens { get; }

    /// <summary>Every server_name as written; empty when there is none (nginx then uses the name "").</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The name the error log shows as <c>server:</c>: the first one, a regular expression's without its <c>~</c> (ngx_http_core_server_name).</summary>
    public string? FirstName => Names.Count == 0 ? null : Names[0].StartsWith('~') ? Names[0][1..] : Names[0].StartsWith('.') ? Names[0][1..] : Names[0];

    /// <summary>The locations directly in this server, in file order.</summary>
    public IReadOnlyList<Location> Locations => locations;

    public bool Ssl => Listens.Any(l => l.Ssl);

    /// <summary>Every location of this server, the nested ones after their parents.</summary>
    public IEnumerable<Location> AllLocations() => locations.SelectMany(l => l.AndNested());

    /// <summary>The value in force in a block of this server, such as a location's; null means the server itself.</summary>
    public EffectiveValue Effective(Directive? block, string directiveName) => Inheritance.Effective(block ?? Block, this, directiveName);

    internal void Add(Location location) => locations.Add(location);
}

/// <summary>A <c>location {}</c>; <c>if</c> and <c>limit_except</c> are not locations here although nginx makes nameless ones of them.</summary>
public sealed class Location
{
    private readonly List<Location> nested = [];

    internal Location(Server server, Location? parent, Directive block)
    {
        Server = server;
        Parent = parent;
        Block = block;
        (Modifier, Path) = Read(block.Arguments);
    }

    /// <summary><c>""</c>, <c>=</c>, <c>~</c>, <c>~*</c>, <c>^~</c> or <c>@</c>.</summary>
    public string Modifier { get; }

    /// <summary>The path or the expression without its modifier; a named location's with its <c>@</c>.</summary>
    public string Path { get; }

    public Server Server { get; }

    public Location? Parent { get; }

    public Directive Block { get; }

    public SourceLine At => Block.At;

    public IReadOnlyList<Location> Nested => nested;

    public bool IsRegex => Modifier is "~" or "~*";

    public bool IsNamed => Modifier == "@";

    public bool IsExact => Modifier == "=";

    /// <summary>As it is written in a configuration, for people.</summary>
    public override string ToString() => Modifier is "" or "@" ? Path : $"{Modifier} {Path}";

    internal void Add(Location location) => nested.Add(location);

    internal IEnumerable<Location> AndNested() => nested.SelectMany(l => l.AndNested()).Prepend(this);

    /// <summary>ngx_http_core_location: the modifier may stand alone or be glued to the path.</summary>
    internal static (string Modifier, string Path) Read(IReadOnlyList<string> arguments)
    {
        if (arguments.Count >= 2)
        {
            return (arguments[0], arguments[1]);
        }

        var path = arguments.Count == 0 ? string.Empty : arguments[0];
        return path switch
        {
            ['=', .. var rest] => ("=", rest),
            ['^', '~', .. var rest] => ("^~", rest),
            ['~', '*', .. var rest] => ("~*", rest),
            ['~', .. var rest] => ("~", rest),
            ['@', ..] => ("@", path),
            _ => (string.Empty, path),
        };
    }
}

/// <summary>A place where <c>stub_status</c> is on; <see cref="Location"/> is null when it stands in the server itself.</summary>
public sealed record StubStatusLocation(Server Server, Location? Location, SourceLine At)
{
    public string Path => Location is null ? "/" : Location.Path;
}

/// <summary>A server of <c>stream {}</c>.</summary>
/// <param name="Target">The argument of proxy_pass; null when this server does not proxy.</param>
public sealed record StreamServer(Directive Block, IReadOnlyList<Listen> Listens, string? Target, UpstreamGroup? Group, IReadOnlyList<PeerTarget> Peers, SourceLine At);
