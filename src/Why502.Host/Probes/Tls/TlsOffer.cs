using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Probes;

/// <summary>What a client offers and trusts in a handshake, in .NET's terms.</summary>
/// <param name="Protocols">None lets OpenSSL choose.</param>
/// <param name="Trusted">Null is the system's own store.</param>
internal sealed record TlsOffer(SslProtocols Protocols, CipherSuitesPolicy? Ciphers, X509Certificate2Collection? Trusted)
{
    public static readonly TlsOffer Default = new(SslProtocols.None, null, null);

    /// <summary>Offers HTTP/2 alone (ALPN), as ngx_http_grpc_module does.</summary>
    public bool Http2 { get; init; }

    private const int TrustedBytesMax = 8 << 20;

    private const SslProtocols Tls10 = (SslProtocols)192;
    private const SslProtocols Tls11 = (SslProtocols)768;

    public static TlsOffer Of(TlsHandshake ask) => new(ProtocolsOf(ask.Protocols), CiphersOf(ask.Ciphers), TrustedOf(ask.TrustedCertificate));

    [SuppressMessage("Security", "CA5397", Justification = "What the configuration has nginx offer is offered, however old.")]
    [SuppressMessage("Security", "CA5398", Justification = "What the configuration has nginx offer is offered.")]
    private static SslProtocols ProtocolsOf(string protocols)
        => protocols.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(SslProtocols.None, (all, name) => all | name switch
        {
            "TLSv1" => Tls10,
            "TLSv1.1" => Tls11,
            "TLSv1.2" => SslProtocols.Tls12,
            "TLSv1.3" => SslProtocols.Tls13,
            _ => SslProtocols.None,
        });

    /// <summary>A list of plain suite names can be offered; a list with OpenSSL's operators and groups (ciphers(1)) cannot be told here.</summary>
    private static CipherSuitesPolicy? CiphersOf(string ciphers)
    {
        if (ciphers.Length == 0 || !(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()))
        {
            return null;
        }

        var suites = new List<TlsCipherSuite>();
        foreach (var name in ciphers.Split([':', ',', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TlsCipherNames.TryFind(name, out var suite))
            {
                throw new FormatException("its list of ciphers is written with OpenSSL's groups, which only OpenSSL can take apart");
            }

            suites.Add(suite);
        }

        // proxy_ssl_ciphers is about TLS 1.2 and older; the suites of 1.3 are always offered (SSL_CTX_set_cipher_list(3)).
        return new CipherSuitesPolicy([.. suites, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_AES_128_GCM_SHA256]);
    }

    private static X509Certificate2Collection? TrustedOf(string path)
    {
        if (path.Length == 0)
        {
            return null;
        }

        if (FileCalls.Status(path) is not { IsRegular: true } || FileCalls.ReadText(path, TrustedBytesMax) is not { } text)
        {
            throw new FormatException($"{path} cannot be read");
        }

        var trusted = new X509Certificate2Collection();
        try
        {
            trusted.ImportFromPem(text.Replace("TRUSTED CERTIFICATE-----", "CERTIFICATE-----", StringComparison.Ordinal));
        }
        catch (CryptographicException)
        {
            throw new FormatException($"{path} holds a certificate that cannot be read");
        }

        return trusted;
    }
}
