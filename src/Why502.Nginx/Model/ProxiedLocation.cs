namespace Why502.Nginx;

/// <summary>nginx's six ways of handing a request to an upstream.</summary>
public enum PassKind
{
    Proxy,
    FastCgi,
    Uwsgi,
    Scgi,
    Grpc,
    Memcached,
}

/// <summary>A place of the configuration that hands requests to an upstream: a location, or an <c>if</c> or <c>limit_except</c> in it.</summary>
public sealed class ProxiedLocation
{
    internal ProxiedLocation(Server server, Location? location, Directive pass, PassTarget target, UpstreamGroup? group)
    {
        Server = server;
        Location = location;
        Pass = pass;
        Kind = target.Kind;
        Scheme = target.Scheme;
        UriPart = target.UriPart;
        HasVariables = target.HasVariables;
        Group = group;
        Peers = group?.Peers ?? (target.Authority is null ? [] : [PeerTarget.Implicit(target.Authority, target.Endpoint, pass)]);
    }

    public Server Server { get; }

    /// <summary>The location around the pass directive; null when it stands in a snippet without one.</summary>
    public Location? Location { get; }

    public PassKind Kind { get; }

    public Directive Pass { get; }

    public SourceLine At => Pass.At;

    /// <summary>The pass directive's argument as written.</summary>
    public string Target => Pass.Arguments.Count > 0 ? Pass.Arguments[0] : string.Empty;

    /// <summary>http, https, fastcgi, uwsgi, suwsgi, scgi, grpc, grpcs, memcached; null when it is in a variable.</summary>
    public string? Scheme { get; private init; }

    /// <summary>What follows the address, from its slash or question mark on; null when nothing does.</summary>
    public string? UriPart { get; }

    public bool HasVariables { get; }

    public UpstreamGroup? Group { get; private init; }

    /// <summary>The group's peers, or the one implied by the target; of an address in a variable all that are possible, empty when the request decides.</summary>
    public IReadOnlyList<PeerTarget> Peers { get; private init; }

    /// <summary>For an address in a variable: all that set, map, geo and split_clients can make of it; empty when the request decides.</summary>
    public IReadOnlyList<PossibleTarget> PossibleTargets
    {
        get;
        internal init
        {
            field = value;
            if (value.Count > 0)
            {
                Peers = [.. value.SelectMany(target => target.Peers).Distinct()];
                Group = value.All(target => target.Group == value[0].Group) ? value[0].Group : null;
                Scheme ??= value.All(target => target.Scheme == value[0].Scheme) ? value[0].Scheme : null;
            }
        }
    } = [];

    /// <summary>The block whose values hold here: the location, or the <c>if</c> or <c>limit_except</c> in it.</summary>
    public Directive Block => Pass.Parent ?? Location?.Block ?? Server.Block;

    /// <summary>The prefix of the directives that belong to this pass: proxy, fastcgi, uwsgi, scgi, grpc or memcached.</summary>
    public string DirectivePrefix => Kind switch
    {
        PassKind.Proxy => "proxy",
        PassKind.FastCgi => "fastcgi",
        PassKind.Uwsgi => "uwsgi",
        PassKind.Scgi => "scgi",
        PassKind.Grpc => "grpc",
        _ => "memcached",
    };

    public TimeSpan ConnectTimeout => Time("connect_timeout");

    public TimeSpan SendTimeout => Time("send_timeout");

    public TimeSpan ReadTimeout => Time("read_timeout");

    /// <summary>The room for the response header: proxy_buffer_size and its like.</summary>
    public long BufferSize => Effective($"{DirectivePrefix}_buffer_size").AsSize ?? 4096;

    public EffectiveValue NextUpstream => Effective($"{DirectivePrefix}_next_upstream");

    public EffectiveValue Effective(string directiveName) => Inheritance.Effective(Pass.Parent, Server, directiveName);

    /// <summary>
    /// Whether connections to this upstream are kept for later requests. From nginx 1.29.7 a group keeps 32
    /// without being asked and proxy_pass speaks HTTP/1.1; before, both had to be configured, and Connection emptied.
    /// </summary>
    public bool KeepaliveToUpstream(Version nginxVersion)
    {
        ArgumentNullException.ThrowIfNull(nginxVersion);
        var keptByDefault = nginxVersion >= new Version(1, 29, 7);
        if (Group is null || (Group.Keepalive ?? (keptByDefault ? 32 : 0)) == 0)
        {
            return false;
        }

        return Kind switch
        {
            PassKind.Proxy => SpeaksPersistentHttp(keptByDefault),
            PassKind.FastCgi => Effective("fastcgi_keep_conn").IsOn,
            PassKind.Grpc or PassKind.Memcached => true,
            _ => false,
        };
    }

    public override string ToString() => $"{Pass} ({At})";

    private bool SpeaksPersistentHttp(bool keptByDefault)
    {
        var version = Effective("proxy_http_version");
        var speaks11 = version.IsDefault ? keptByDefault : version.Value is "1.1" or "2";
        var connection = Effective("proxy_set_header").All?
            .LastOrDefault(h => h.Count == 2 && h[0].Equals("Connection", StringComparison.OrdinalIgnoreCase));

        // Without a header of its own nginx sends "Connection: close" (before 1.29.7); an empty value leaves it out.
        var closes = connection is null
            ? !keptByDefault
            : connection[1].Contains("close", StringComparison.OrdinalIgnoreCase) || connection[1].Contains("upgrade", StringComparison.OrdinalIgnoreCase);
        return speaks11 && !closes;
    }

    private TimeSpan Time(string suffix) => Effective($"{DirectivePrefix}_{suffix}").AsTime ?? TimeSpan.FromSeconds(60);
}
