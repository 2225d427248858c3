using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using Why502.Host.Kernel;

namespace Why502.Host.Probes;

/// <summary>A TLS client session that accepts every certificate and reports what it saw; failures come as OpenSSL's reason, as nginx logs it.</summary>
internal sealed class TlsSession : IAsyncDisposable
{
    private readonly FirstBytesStream wire;
    private readonly TlsOffer offer;

    public TlsSession(Stream plain, TlsOffer? offer = null)
    {
        this.offer = offer ?? TlsOffer.Default;
        wire = new FirstBytesStream(plain);
        Stream = new SslStream(wire, leaveInnerStreamOpen: true);
    }

    public SslStream Stream { get; }

    public string? Protocol { get; private set; }

    /// <summary>What the peer sent: its own certificate first.</summary>
    public IReadOnlyList<X509Certificate2> Certificates { get; private set; } = [];

    public bool? ChainTrusted { get; private set; }

    /// <summary>Authorities between the certificate and the accepted root.</summary>
    public int? Depth { get; private set; }

    /// <summary>Subject of an authority of the chain that is out of date.</summary>
    public string? ExpiredIssuer { get; private set; }

    public bool CertificateRequested { get; private set; }

    /// <summary>What came back is no TLS record.</summary>
    public bool IsPlainText { get; private set; }

    /// <summary>OpenSSL's reason, its number, and the alert that the peer sent.</summary>
    public string? Reason { get; private set; }

    public int? ReasonCode { get; private set; }

    public int? Alert { get; private set; }

    /// <summary>errno when the connection broke instead of the handshake.</summary>
    public int? Errno { get; private set; }

    public int BytesReceived => wire.FirstBytes.Length;

    /// <summary>The peer closed the connection in the handshake, and said nothing in TLS before.</summary>
    public bool Closed { get; private set; }

    /// <returns>Null when the session stands, else why not.</returns>
    public async Task<string?> TryHandshakeAsync(string serverName, CancellationToken cancellation)
    {
        try
        {
            await Stream.AuthenticateAsClientAsync(Options(serverName), cancellation).ConfigureAwait(false);
            Protocol = Name(Stream.SslProtocol);
            return null;
        }
        catch (OperationCanceledException)
        {
            return "not finished";
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException or CryptographicException or NotSupportedException or System.ComponentModel.Win32Exception)
        {
            return Explain(failure);
        }
    }

    /// <summary>Waits for a refusal that comes after the client's end of a TLS 1.3 handshake, such as a missing client certificate.</summary>
    public async Task<string?> LateRefusalAsync(CancellationToken cancellation)
    {
        try
        {
            var count = await Stream.ReadAsync(new byte[1], cancellation).ConfigureAwait(false);
            return count == 0 ? "the peer closed the session right after the handshake" : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or AuthenticationException)
        {
            return Explain(failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // close_notify could not be sent: the peer is gone, and the exchange is over anyway.
            Closed = true;
        }

        foreach (var certificate in Certificates)
        {
            certificate.Dispose();
        }
    }

    [SuppressMessage("Security", "CA5359", Justification = "The probe reports what the upstream shows; nothing is entrusted to the session.")]
    [SuppressMessage("Security", "CA5398", Justification = "It offers the versions that nginx is configured to offer.")]
    private SslClientAuthenticationOptions Options(string serverName)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = serverName,
            EnabledSslProtocols = offer.Protocols,
            RemoteCertificateValidationCallback = Keep,
            LocalCertificateSelectionCallback = NoCertificate,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = new X509ChainPolicy
            {
                // A probe talks to the upstream only: neither CRLs nor missing intermediates are fetched from elsewhere.
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
                // Expiry is told by the certificates' own dates; this is about who signed them.
                VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid,
            },
        };
        if (offer.Ciphers is { } ciphers)
        {
            options.CipherSuitesPolicy = ciphers;
        }

        if (offer.Http2)
        {
            options.ApplicationProtocols = [SslApplicationProtocol.Http2];
        }

        if (offer.Trusted is { } trusted)
        {
            options.CertificateChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            options.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        }

        return options;
    }

    /// <summary>
    /// .NET asks before the handshake, without the peer's certificate, and again when a CertificateRequest has come.
    /// </summary>
    private X509Certificate NoCertificate(object sender, string targetHost, X509CertificateCollection local, X509Certificate? remote, string[] acceptableIssuers)
    {
        CertificateRequested |= remote is not null || acceptableIssuers.Length > 0;
        return null!;
    }

    private bool Keep(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not null)
        {
            var sent = chain?.ChainPolicy.ExtraStore.Select(other => other.RawData) ?? [];
            var own = certificate.Export(X509ContentType.Cert);
            Certificates = [X509CertificateLoader.LoadCertificate(own), .. sent.Where(other => !other.AsSpan().SequenceEqual(own)).Select(X509CertificateLoader.LoadCertificate)];
            ChainTrusted = !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors);
            var authorities = chain?.ChainElements.Skip(1).Select(element => element.Certificate).ToList() ?? [];
            Depth = Math.Max(0, authorities.Count - 1);
            ExpiredIssuer = authorities.FirstOrDefault(authority => authority.NotAfter < DateTime.Now)?.Subject;
        }

        return true;
    }

    private string Explain(Exception failure)
    {
        Errno = ProbeErrors.Of(failure);
        var first = wire.FirstBytes;
        if (Errno is { } errno)
        {
            return $"{Kernel.Errno.NumberAndWords(errno)} in the handshake";
        }

        if (first.Length == 0)
        {
            Closed = true;
            return "the connection was closed in the handshake, before any answer";
        }

        if (!TlsRecord.LooksLikeTls(first))
        {
            IsPlainText = true;
            return $"wrong version number: the peer does not speak TLS, it answered: {Exchange.Shown(first.ToArray())}";
        }

        ReadReason(failure);
        Alert ??= TlsRecord.AlertNumber(first);
        return Reason ?? TlsRecord.Alert(first) ?? Exchange.Shown(System.Text.Encoding.UTF8.GetBytes(failure.Message));
    }

    /// <summary>OpenSSL's text is the message of the innermost exception: <c>error:0A000410:SSL routines::ssl/tls alert handshake failure</c>.</summary>
    public static string? OpenSslReason(Exception failure) => Taken(failure) is [.., var reason] ? reason : null;

    private static string[]? Taken(Exception failure)
    {
        var inner = failure;
        while (inner.InnerException is { } next)
        {
            inner = next;
        }

        return inner.Message.Split(':') is ["error", _, _, ..] parts ? parts : null;
    }

    private void ReadReason(Exception failure)
    {
        if (Taken(failure) is not [_, var code, .., var reason])
        {
            return;
        }

        Reason = reason;
        ReasonCode = uint.TryParse(code, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var packed) ? (int)(packed & 0xFFF) : null;
        // SSL_AD_REASON_OFFSET: reason 1000 + N is the received alert N.
        Alert = ReasonCode is > 1000 and < 1256 ? ReasonCode - 1000 : null;
    }

    private static string Name(SslProtocols protocol) => (int)protocol switch
    {
        192 => "TLSv1",
        768 => "TLSv1.1",
        (int)SslProtocols.Tls12 => "TLSv1.2",
        (int)SslProtocols.Tls13 => "TLSv1.3",
        _ => protocol.ToString(),
    };
}
