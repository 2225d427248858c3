namespace Why502.Nginx;

/// <summary>An <c>upstream {}</c> block.</summary>
public sealed class UpstreamGroup
{
    internal UpstreamGroup(Directive block, bool isStream)
    {
        Block = block;
        IsStream = isStream;
        Name = block.Arguments.Count > 0 ? block.Arguments[0] : string.Empty;
        Peers = [.. block.Children("server").Where(d => d.Arguments.Count > 0).Select(PeerTarget.Of)];
        Keepalive = block.Children("keepalive").Select(KeepaliveOf).FirstOrDefault();
    }

    public string Name { get; }

    public Directive Block { get; }

    public SourceLine At => Block.At;

    public IReadOnlyList<PeerTarget> Peers { get; }

    /// <summary>Idle connections kept per worker; null when the block has no <c>keepalive</c>.</summary>
    public int? Keepalive { get; }

    public bool IsStream { get; }

    private static int? KeepaliveOf(Directive directive) =>
        directive.Arguments.Count > 0 && int.TryParse(directive.Arguments[0], out var connections) ? connections : null;
}

/// <summary>One <c>server</c> of a group, or the only peer of a pass target that names no group.</summary>
/// <param name="Endpoint">Null when the address holds variables or is not an address.</param>
/// <param name="Written">The address as it stands in the configuration.</param>
/// <param name="MaxFails">Failures within <paramref name="FailTimeout"/> that take the peer out; 0 never does.</param>
public sealed record PeerTarget(
    Endpoint? Endpoint,
    string Written,
    int MaxFails,
    TimeSpan FailTimeout,
    int? MaxConns,
    bool Backup,
    bool Down,
    int Weight,
    SourceLine At)
{
    // Defaults of ngx_http_upstream_server.
    private const int DefaultMaxFails = 1;
    private static readonly TimeSpan DefaultFailTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The directive that names the peer: <c>server</c> in a group, the pass directive otherwise.</summary>
    public Directive? Directive { get; init; }

    /// <summary>nginx re-resolves the name while it runs (<c>resolve</c>).</summary>
    public bool Resolve { get; init; }

    /// <summary>The target of a pass directive that names no group; nginx gives such a group of one the default limits, which one peer never reaches.</summary>
    internal static PeerTarget Implicit(string written, Endpoint? endpoint, Directive pass) =>
        new(endpoint, written, DefaultMaxFails, DefaultFailTimeout, null, false, false, 1, pass.At) { Directive = pass };

    internal static PeerTarget Of(Directive server)
    {
        var written = server.Arguments[0];
        var peer = new PeerTarget(
            Nginx.Endpoint.TryParse(written, 80, out var endpoint) ? endpoint : null,
            written, DefaultMaxFails, DefaultFailTimeout, null, false, false, 1, server.At)
        {
            Directive = server,
        };
        foreach (var parameter in server.Arguments.Skip(1))
        {
            peer = peer.With(parameter);
        }

        return peer;
    }

    private PeerTarget With(string parameter)
    {
        var equals = parameter.IndexOf('=');
        var value = equals < 0 ? string.Empty : parameter[(equals + 1)..];
        return (equals < 0 ? parameter : parameter[..equals]) switch
        {
            "weight" when int.TryParse(value, out var weight) => this with { Weight = weight },
            "max_fails" when int.TryParse(value, out var fails) => this with { MaxFails = fails },
            "max_conns" when int.TryParse(value, out var connections) => this with { MaxConns = connections == 0 ? null : connections },
            "fail_timeout" when NginxValue.TryTime(value, out var time) => this with { FailTimeout = time },
            "backup" when equals < 0 => this with { Backup = true },
            "down" when equals < 0 => this with { Down = true },
            "resolve" when equals < 0 => this with { Resolve = true },
            _ => this,
        };
    }
}
