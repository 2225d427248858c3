using System.Security.Cryptography.X509Certificates;
using System.Text;
using Why502.Diagnosis;

namespace Why502.Host.Probes;

/// <summary>What the certificates of a handshake say, in text that is fit to print.</summary>
internal static class TlsCertificates
{
    private const int NamesMax = 50;

    public static TlsFact Describe(TlsFact fact, TlsSession session)
    {
        if (session.Certificates is not [var certificate, ..])
        {
            return fact;
        }

        var (names, addresses) = Names(certificate);
        return fact with
        {
            Subject = Shown(certificate.Subject),
            Issuer = Shown(certificate.Issuer),
            SelfSigned = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData),
            Names = names,
            AddressNames = addresses,
            NotBefore = certificate.NotBefore.ToUniversalTime(),
            NotAfter = certificate.NotAfter.ToUniversalTime(),
            ChainTrusted = session.ChainTrusted,
            CertificatesSent = session.Certificates.Count,
            Depth = session.Depth,
            ExpiredIssuer = session.ExpiredIssuer is { } issuer ? Shown(issuer) : null,
        };
    }

    /// <summary>The subject's alternative names; only a certificate without DNS names is compared by its common name (X509_check_host(3)).</summary>
    private static (List<string> Names, List<string> Addresses) Names(X509Certificate2 certificate)
    {
        var names = new List<string>();
        var addresses = new List<string>();
        foreach (var extension in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            names.AddRange(extension.EnumerateDnsNames().Take(NamesMax).Select(Shown));
            addresses.AddRange(extension.EnumerateIPAddresses().Take(NamesMax).Select(address => address.ToString()));
        }

        if (names.Count == 0 && certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) is { Length: > 0 } common)
        {
            names.Add(Shown(common));
        }

        return (names, addresses);
    }

    private static string Shown(string text) => Exchange.Shown(Encoding.UTF8.GetBytes(text));
}
