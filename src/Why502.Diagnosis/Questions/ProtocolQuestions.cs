namespace Why502.Diagnosis;

/// <summary>What two programs speak over a connection, as far as the first bytes tell.</summary>
public enum WireProtocol
{
    Http1,

    /// <summary>Also gRPC, which is HTTP/2 underneath.</summary>
    Http2,
    Tls,
    FastCgi,
    Uwsgi,
    Scgi,
    Memcached,

    /// <summary>None of nginx's upstream protocols: a mail, database or SSH server's greeting.</summary>
    Other,

    /// <summary>Tomcat's connector for Apache's mod_jk and mod_proxy_ajp, which nginx does not speak.</summary>
    Ajp,
}

/// <summary>
/// Which protocol a port speaks, by greetings that contain no request: HTTP/2's connection preface (RFC 9113 §3.4; an HTTP/1 server
/// refuses its reserved method), FastCGI's FCGI_GET_VALUES (specification §4.1), a uwsgi ping (modifier 100) and AJP's CPing. One connection each. A port that closes at the first is greeted once more behind a PROXY header.
/// </summary>
/// <param name="Address">"127.0.0.1:3000", "[::1]:3000" or "unix:/run/app.sock".</param>
public sealed record PortProtocol(string Address) : Question<PortProtocolFact>, IAskedFrom
{
    /// <summary>Counted as a request, so that it stays within the machine's own networks.</summary>
    public override Cost Cost => Cost.Request;

    /// <inheritdoc cref="IAskedFrom.ThroughPid"/>
    public int ThroughPid { get; init; }

    public override string What => $"the protocol of {Address}";

    public override string WouldTell => "whether the port speaks the protocol that nginx is told to speak";
}

/// <param name="Spoken">Null when no greeting was answered in a protocol that is known.</param>
/// <param name="Greeting">Which greeting was answered.</param>
/// <param name="FirstBytes">The answer's beginning, sanitised.</param>
/// <param name="Outcome">How the last exchange ended.</param>
public sealed record PortProtocolFact(WireProtocol? Spoken, string? Greeting, string? FirstBytes, ProbeOutcome Outcome) : Fact
{
    /// <summary>The greeting is answered behind a PROXY header only, and not behind a line that is nearly one.</summary>
    public bool ExpectsProxyHeader { get; init; }
}

/// <summary>One GET over the uwsgi protocol, with the variables that nginx's uwsgi_params have.</summary>
public sealed record UwsgiGet(string Address, string Path, string Host, int PatienceMs) : Question<ResponseFact>, IAskedFrom
{
    public override Cost Cost => Cost.Request;

    /// <inheritdoc cref="IAskedFrom.ThroughPid"/>
    public int ThroughPid { get; init; }

    /// <inheritdoc cref="HttpGet.Query"/>
    public string Query { get; init; } = "";

    public override string What => $"GET {Path} straight to uwsgi {Address}";

    public override string WouldTell => "whether the app answers when nginx is not between";
}

/// <summary>One GET over SCGI, with the variables that nginx's scgi_params have.</summary>
public sealed record ScgiGet(string Address, string Path, string Host, int PatienceMs) : Question<ResponseFact>, IAskedFrom
{
    public override Cost Cost => Cost.Request;

    /// <inheritdoc cref="IAskedFrom.ThroughPid"/>
    public int ThroughPid { get; init; }

    /// <inheritdoc cref="HttpGet.Query"/>
    public string Query { get; init; } = "";

    public override string What => $"GET {Path} straight to SCGI {Address}";

    public override string WouldTell => "whether the app answers when nginx is not between";
}
