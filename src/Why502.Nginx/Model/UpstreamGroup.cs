namespace Why502.Nginx;

/// <summary>An <c>upstream {}</c> block.</summary>
public sealed class UpstreamGroup
{
    private static readonly string[] BalancingNames =
        ["least_conn", "ip_hash", "hash", "random", "least_time", "least_bandwidth", "fair", "consistent_hash", "session_sticky", "bandwidth_aware"];

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

    /// <summary>How a peer is chosen: <c>least_conn</c>, <c>ip_hash</c>, <c>hash</c>, <c>random</c>, <c>least_time</c>; null is round robin by weight.</summary>
    public Directive? Balancing => Block.Block?.FirstOrDefault(d => BalancingNames.Contains(d.Name));

    /// <summary>The shared memory that all workers see the peers' state in; without it each worker counts for itself.</summary>
    public UpstreamZone? Zone => Block.LastChild("zone") is { Arguments: [var name, ..] } zone
        ? new UpstreamZone(name, zone.Arguments.Count > 1 && NginxValue.TrySize(zone.Arguments[1], out var size) ? size : null, zone.At)
        : null;

    /// <summary>How requests of one client stay with one peer (NGINX Plus, Angie, Tengine).</summary>
    public Directive? Sticky => Block.LastChild("sticky");

    /// <summary>Requests wait here while every peer has its fill (NGINX Plus, Angie); null when they are refused at once.</summary>
    public UpstreamQueue? Queue => Block.LastChild("queue") is { Arguments: [var length, ..] } queue && int.TryParse(length, out var requests)
        ? new UpstreamQueue(requests, TimeoutOf(queue.Arguments) ?? TimeSpan.FromSeconds(60), queue.At)
        : null;

    /// <summary>The file in which peers that were set at run time are kept (NGINX Plus, Angie): the peers are not in the configuration then.</summary>
    public string? StateFile => Block.LastChild("state") is { Arguments: [var file] } ? file : null;

    /// <summary>Idle connections are closed after so long; null when the block does not say.</summary>
    public TimeSpan? KeepaliveTimeout => Block.LastChild("keepalive_timeout") is { Arguments: [var text] } && NginxValue.TryTime(text, out var time) ? time : null;

    /// <summary>A connection is closed after so many requests; null when the block does not say.</summary>
    public int? KeepaliveRequests => Block.LastChild("keepalive_requests") is { Arguments: [var text] } && int.TryParse(text, out var requests) ? requests : null;

    private static TimeSpan? TimeoutOf(IReadOnlyList<string> arguments) =>
        arguments.FirstOrDefault(a => a.StartsWith("timeout=", StringComparison.Ordinal)) is { } written && NginxValue.TryTime(written[8..], out var time) ? time : null;

    private static int? KeepaliveOf(Directive directive) =>
        directive.Arguments.Count > 0 && int.TryParse(directive.Arguments[0], out var connections) ? connections : null;
}

/// <param name="Size">Null when another group of the same zone gives it.</param>
public sealed record UpstreamZone(string Name, long? Size, SourceLine At);

/// <param name="Timeout">A request that has waited so long is refused.</param>
public sealed record UpstreamQueue(int Requests, TimeSpan Timeout, SourceLine At);

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

    /// <summary>The name of the SRV records the addresses come from (<c>service=</c>).</summary>
    public string? Service { get; init; }

    /// <summary>After a failure the weight grows back over this time; null: it is there at once.</summary>
    public TimeSpan? SlowStart { get; init; }

    /// <summary>The value that leads clients back to this peer (<c>route=</c>, Angie's <c>sid=</c>).</summary>
    public string? StickyRoute { get; init; }

    /// <summary>Only requests that belong to the peer by their cookie or route still go there (<c>drain</c>).</summary>
    public bool Drain { get; init; }

    /// <summary>Parameters that are not known here, as written.</summary>
    public IReadOnlyList<string> OtherParameters { get; init; } = [];

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
            "drain" when equals < 0 => this with { Drain = true },
            "service" when value.Length > 0 => this with { Service = value },
            "slow_start" when NginxValue.TryTime(value, out var time) => this with { SlowStart = time == TimeSpan.Zero ? null : time },
            "route" or "sid" when value.Length > 0 => this with { StickyRoute = value },
            _ => this with { OtherParameters = [.. OtherParameters, parameter] },
        };
    }
}
