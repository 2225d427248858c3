namespace Why502.Diagnosis;

/// <summary>A TLS handshake, closed at once, verification off so that everything is seen; the peer's chain is judged beside it.</summary>
/// <param name="Address">Peer in nginx's writing.</param>
/// <param name="ServerName">SNI; "" sends none.</param>
public sealed record TlsHandshake(string Address, string ServerName) : Question<TlsFact>, IAskedFrom
{
    public override Cost Cost => Cost.Probe;

    /// <inheritdoc cref="IAskedFrom.ThroughPid"/>
    public int ThroughPid { get; init; }

    /// <summary>As in proxy_ssl_protocols, separated by spaces; empty offers every version that this machine's OpenSSL has.</summary>
    public string Protocols { get; init; } = "";

    /// <summary>As in proxy_ssl_ciphers; empty offers OpenSSL's default.</summary>
    public string Ciphers { get; init; } = "";

    /// <summary>The file of proxy_ssl_trusted_certificate; empty judges the chain by the system's own store.</summary>
    public string TrustedCertificate { get; init; } = "";

    public override string What => $"a TLS handshake with {Address}{(ServerName.Length > 0 ? $" for the name {ServerName}" : "")}{(Protocols.Length > 0 ? $" ({Protocols})" : "")}";

    public override string WouldTell => ServerName.Length > 0
        ? "whether the upstream wants this name, and which protocol, certificate and client certificate it uses"
        : "whether the upstream speaks TLS, and with which certificate";
}

/// <param name="Error">OpenSSL's reason.</param>
/// <param name="Names">DNS names of the certificate: its alternative names, or the common name where it has none (RFC 9525).</param>
/// <param name="ChainTrusted">Whether the chain leads to an accepted authority, whatever the dates say.</param>
public sealed record TlsFact(ProbeOutcome Outcome, string? Error, string? Protocol, string? Subject, IReadOnlyList<string> Names, DateTimeOffset? NotBefore, DateTimeOffset? NotAfter, bool? ChainTrusted, double TookMs) : Fact
{
    public TlsRefusal Refusal { get; init; }

    public int? Alert { get; init; }

    /// <summary>The server asked for a client certificate (CertificateRequest); null when that cannot be told.</summary>
    public bool? CertificateRequested { get; init; }

    public string? Issuer { get; init; }

    public bool SelfSigned { get; init; }

    /// <summary>IP addresses among the alternative names. nginx compares names only (ngx_ssl_check_host calls X509_check_host).</summary>
    public IReadOnlyList<string> AddressNames { get; init; } = [];

    /// <summary>How many certificates the server sent.</summary>
    public int? CertificatesSent { get; init; }

    /// <summary>Intermediate authorities between the certificate and the accepted root: what proxy_ssl_verify_depth counts.</summary>
    public int? Depth { get; init; }

    /// <summary>Subject of an authority of the chain whose time is over, where it is not the certificate itself.</summary>
    public string? ExpiredIssuer { get; init; }

    /// <summary>No byte came back before the end.</summary>
    public bool Silent { get; init; }
}
