using System.Diagnostics.CodeAnalysis;
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

    public TlsSession(Stream plain)
    {
        wire = new FirstBytesStream(plain);
        Stream = new SslStream(wire, leaveInnerStreamOpen: true);
    }

    public SslStream Stream { get; }

    public string? Protocol { get; private set; }

    public X509Certificate2? Certificate { get; private set; }

    public bool? ChainTrusted { get; private set; }

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

        Certificate?.Dispose();
    }

    [SuppressMessage("Security", "CA5359", Justification = "The probe reports what the upstream shows; nothing is entrusted to the session.")]
    private SslClientAuthenticationOptions Options(string serverName) => new()
    {
        TargetHost = serverName,
        RemoteCertificateValidationCallback = Keep,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = new X509ChainPolicy
        {
            // A probe talks to the upstream only: neither CRLs nor missing intermediates are fetched from elsewhere.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            // Expiry is told by the certificate's own dates; this is about who signed it.
            VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid,
        },
    };

    private bool Keep(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not null)
        {
            Certificate = X509CertificateLoader.LoadCertificate(certificate.Export(X509ContentType.Cert));
            ChainTrusted = !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors);
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
            return $"wrong version number: the peer does not speak TLS, it answered: {Exchange.Shown(first.ToArray())}";
        }

        return OpenSslReason(failure) ?? TlsRecord.Alert(first) ?? Exchange.Shown(System.Text.Encoding.UTF8.GetBytes(failure.Message));
    }

    /// <summary>OpenSSL's text is the message of the innermost exception: <c>error:0A000410:SSL routines::ssl/tls alert handshake failure</c>.</summary>
    public static string? OpenSslReason(Exception failure)
    {
        var inner = failure;
        while (inner.InnerException is { } next)
        {
            inner = next;
        }

        if (!inner.Message.StartsWith("error:", StringComparison.Ordinal))
        {
            return null;
        }

        return inner.Message[(inner.Message.LastIndexOf(':') + 1)..];
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
