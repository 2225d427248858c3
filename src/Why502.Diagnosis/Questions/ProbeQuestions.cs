namespace Why502.Diagnosis;

/// <summary>How a connection attempt or an exchange ended.</summary>
public enum ProbeOutcome
{
    Ok,
    Refused,
    TimedOut,
    Unreachable,
    NotFound,
    PermissionDenied,
    QueueFull,
    Reset,
    Closed,
    TlsFailed,
    Invalid,
    OtherError,
}

/// <summary>Opens a connection the way nginx would, and closes it at once.</summary>
/// <param name="Address">"127.0.0.1:3000", "[::1]:3000" or "unix:/run/app.sock".</param>
public sealed record Connect(string Address) : Question<ConnectFact>, IAskedFrom
{
    public override Cost Cost => Cost.Probe;

    /// <summary>A process in whose network namespace and root directory the address is meant (nginx in a container); 0 is our own.</summary>
    public int ThroughPid { get; init; }

    /// <summary>Whose socket it is to be, as filters tell users apart (nft <c>meta skuid</c>, iptables <c>--uid-owner</c>): nginx's worker; 0 is our own.</summary>
    public int AsUser { get; init; }

    public override string What => ThroughPid == 0 ? $"a connection to {Address}" : $"a connection to {Address} from where nginx {ThroughPid} runs";

    public override string WouldTell => "whether the upstream accepts connections now";
}

/// <param name="Errno">Linux errno number when it failed.</param>
/// <param name="Attempts">How many attempts were made (a full queue is looked at more than once).</param>
public sealed record ConnectFact(ProbeOutcome Outcome, int? Errno, double TookMs, int Attempts) : Fact;

/// <summary>A name look-up. <paramref name="Server"/> is nginx's resolver ("127.0.0.53:53"); empty is the system's own way.</summary>
public sealed record Resolve(string Name, string Server) : Question<ResolveFact>, IAskedFrom
{
    public override Cost Cost => Cost.Probe;

    /// <inheritdoc cref="IAskedFrom.ThroughPid"/>
    public int ThroughPid { get; init; }

    public override string What => Server.Length == 0 ? $"the addresses of {Name}" : $"the addresses of {Name} by {Server}";

    public override string WouldTell => "which addresses the upstream's name has now";
}

/// <param name="Code">DNS RCODE or a word: ok, not-found, server-failure, refused (by the server), timeout, unreachable (nobody at its address), error.</param>
public sealed record ResolveFact(string Code, IReadOnlyList<string> Addresses, int? Ttl, double TookMs) : Fact
{
    /// <summary>How many times the same was asked: the addresses are those of all answers, for a server may give a part of them each time.</summary>
    public int Answers { get; init; } = 1;

    /// <summary>The name stands in /etc/hosts of this machine, of which no DNS server knows. Only told where the system was asked.</summary>
    public bool FromHosts { get; init; }
}

/// <summary>One GET straight to the upstream.</summary>
/// <param name="Address">Peer.</param>
/// <param name="Scheme">http or https.</param>
/// <param name="Host">Host header.</param>
/// <param name="Path">Path without query.</param>
/// <param name="HttpVersion">"1.0" or "1.1", as nginx would speak.</param>
/// <param name="PatienceMs">How long to wait for the header.</param>
public sealed record HttpGet(string Address, string Scheme, string Host, string Path, string HttpVersion, int PatienceMs) : Question<ResponseFact>, IAskedFrom
{
    public override Cost Cost => Cost.Request;

    /// <inheritdoc cref="IAskedFrom.ThroughPid"/>
    public int ThroughPid { get; init; }

    /// <summary>SNI; empty sends none, as nginx does unless proxy_ssl_server_name is on.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>Without its question mark; only the one of a URL that the user gave.</summary>
    public string Query { get; init; } = "";

    /// <summary>The PROXY protocol's line "UNKNOWN" goes before everything else, for a listener that demands one (ngx_proxy_protocol_read).</summary>
    public bool AnnouncesProxy { get; init; }

    /// <summary>With the fields that open a WebSocket (RFC 6455, 4.1); the connection is closed after the answer's header.</summary>
    public bool Upgrades { get; init; }

    public override string What => $"GET {Path} straight to {Address}";

    public override string WouldTell => "whether the upstream answers when nginx is not between";
}

/// <summary>One GET over FastCGI, with the parameters that nginx would send.</summary>
public sealed record FastCgiGet(string Address, string ScriptFilename, string Path, string Host, int PatienceMs) : Question<ResponseFact>, IAskedFrom
{
    public override Cost Cost => Cost.Request;

    /// <inheritdoc cref="IAskedFrom.ThroughPid"/>
    public int ThroughPid { get; init; }

    /// <inheritdoc cref="HttpGet.Query"/>
    public string Query { get; init; } = "";

    /// <summary>SCRIPT_NAME, where it is not the path: a front controller's.</summary>
    public string ScriptName { get; init; } = "";

    public override string What => $"GET {Path} straight to FastCGI {Address}";

    public override string WouldTell => "whether the app answers when nginx is not between";
}

/// <summary>One GET of <c>--url</c> through nginx itself.</summary>
public sealed record GetThroughNginx(string Url, int PatienceMs) : Question<ResponseFact>
{
    public override Cost Cost => Cost.Request;

    public override string What => $"GET {Url} through nginx";

    public override string WouldTell => "what a client gets now";
}

/// <param name="Status">Null when no valid status line came.</param>
/// <param name="HeaderBytes">Size of the whole response header as nginx counts it, from the first byte to the blank line.</param>
/// <param name="LargestHeader">Name of the largest field.</param>
/// <param name="HeaderMs">Time to the complete header.</param>
/// <param name="TotalMs">Time to the end of what was read.</param>
/// <param name="Server">The Server field.</param>
/// <param name="FirstBytes">Sanitised first bytes when the answer is not of the protocol.</param>
public sealed record ResponseFact(ProbeOutcome Outcome, int? Errno, int? Status, long HeaderBytes, string? LargestHeader, long LargestHeaderBytes, double? ConnectMs, double? HeaderMs, double TotalMs, long BodyBytes, string? Server, string? FirstBytes, string? Error) : Fact
{
    /// <summary>Time to the end of the TLS handshake; null without one.</summary>
    public double? TlsMs { get; init; }

    /// <summary>What a protocol of its own answers: memcached's END, the name of a grpc-status, what a health service says. Null in HTTP.</summary>
    public string? Said { get; init; }
}

/// <summary>The status page of a PHP-FPM pool, asked over FastCGI.</summary>
public sealed record FpmStatus(string Address, string StatusPath) : Question<FpmStatusFact>
{
    public override Cost Cost => Cost.Request;

    public override string What => $"FPM status {StatusPath} at {Address}";

    public override string WouldTell => "how many FPM workers are busy and how many requests wait";
}

/// <summary>The status page in its own words (fpm_status.c): requests that wait and the most that have, the queue's length, processes now and at most, how often max_children was reached.</summary>
public sealed record FpmStatusFact(string Pool, string ProcessManager, int ListenQueue, int MaxListenQueue, int ListenQueueLength, int Idle, int Active, int Total, int MaxActive, int MaxChildrenReached, int SlowRequests, long Accepted) : Fact;
