using Why502.Diagnosis.Readings;

namespace Why502.Diagnosis;

/// <summary>A TLS server made of words: it answers handshakes as such a server would.</summary>
public sealed record TlsServer
{
    public IReadOnlyList<string> Names { get; init; } = ["api.internal.example"];

    public IReadOnlyList<string> Protocols { get; init; } = ["TLSv1.2", "TLSv1.3"];

    /// <summary>It breaks off (alert 40) without a name that it knows.</summary>
    public bool NameRequired { get; init; }

    /// <summary>What it shows to a handshake without a name that it knows; null shows its own certificate.</summary>
    public IReadOnlyList<string>? DefaultNames { get; init; }

    public bool ClientCertificateRequired { get; init; }

    /// <summary>It asks for a client certificate and goes on without one.</summary>
    public bool ClientCertificateAsked { get; init; }

    public bool PlainText { get; init; }

    /// <summary>It takes the connection and waits for a line.</summary>
    public bool Waits { get; init; }

    public bool Trusted { get; init; } = true;

    /// <summary>Days until the certificate ends; negative: it has ended.</summary>
    public int DaysLeft { get; init; } = 60;

    public int CertificatesSent { get; init; } = 2;

    public int Depth { get; init; } = 1;
}

public sealed partial class Scene
{
    private readonly Dictionary<string, TlsServer> tlsServers = new(StringComparer.Ordinal);

    /// <summary>A TLS server at the address.</summary>
    public Scene Tls(string address, TlsServer server)
    {
        tlsServers[address] = server;
        return Connects(address, ProbeOutcome.Ok);
    }

    private TlsFact? Answer(TlsHandshake ask)
    {
        if (!tlsServers.TryGetValue(ask.Address, out var server))
        {
            return null;
        }

        if (server.PlainText)
        {
            return Broken("wrong version number: the peer does not speak TLS, it answered: HTTP/1.1 400 Bad Request", TlsRefusal.NotTls, null);
        }

        if (server.Waits)
        {
            return Broken("the handshake had not ended within 2500 ms; nothing came", TlsRefusal.None, null) with { Outcome = ProbeOutcome.TimedOut, Silent = true };
        }

        var offered = ask.Protocols.Length == 0 ? ["TLSv1.2", "TLSv1.3"] : ask.Protocols.Split(' ');
        var protocol = server.Protocols.LastOrDefault(offered.Contains);
        var known = TlsReading.Covers(server.Names, ask.ServerName);
        return protocol is null || ask.Ciphers.Length > 0 ? Broken("tlsv1 alert protocol version", TlsRefusal.Version, 70)
            : server.NameRequired && !known ? Broken("sslv3 alert handshake failure", TlsRefusal.HandshakeFailure, 40)
            : server.ClientCertificateRequired ? Broken("sslv3 alert handshake failure", TlsRefusal.HandshakeFailure, 40) with { CertificateRequested = true }
            : new TlsFact(ProbeOutcome.Ok, null, protocol, "CN=upstream", known ? server.Names : server.DefaultNames ?? server.Names, Now.AddDays(server.DaysLeft - 90), Now.AddDays(server.DaysLeft), server.Trusted, 3)
            {
                CertificateRequested = server.ClientCertificateAsked,
                CertificatesSent = server.CertificatesSent,
                Depth = server.Depth,
            };
    }

    private static TlsFact Broken(string error, TlsRefusal refusal, int? alert) => new(ProbeOutcome.TlsFailed, error, null, null, [], null, null, null, 2) { Refusal = refusal, Alert = alert };
}
