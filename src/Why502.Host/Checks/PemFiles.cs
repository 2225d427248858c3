using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Why502.Host.Kernel;
using Why502.Nginx.Checks;

namespace Why502.Host.Checks;

/// <summary>Certificates and keys, with OpenSSL 3's words for what nginx would fail at (ngx_ssl_load_certificate, ngx_ssl_load_certificate_key).</summary>
internal static class PemFiles
{
    private const int FileBytesMax = 4 << 20;

    public static Sight Certificate(string path)
    {
        if (Read(path) is not { } text)
        {
            return Unread(path);
        }

        return Labels(text).Any(label => label is "CERTIFICATE" or "TRUSTED CERTIFICATE" or "X509 CERTIFICATE")
            ? Sight.Yes
            : Sight.No("PEM_read_bio_X509_AUX() failed (SSL: error:0480006C:PEM routines::no start line:Expecting: TRUSTED CERTIFICATE)");
    }

    public static Sight Key(string path, string? certificatePath)
    {
        if (Read(path) is not { } text)
        {
            return Unread(path);
        }

        if (!Labels(text).Any(label => label.EndsWith("PRIVATE KEY", StringComparison.Ordinal)))
        {
            return Sight.No("PEM_read_bio_PrivateKey() failed (SSL: error:1E08010C:DECODER routines::unsupported:No supported data to decode. Input type: PEM)");
        }

        return certificatePath is not null && Read(certificatePath) is { } certificate && Matches(certificate, text) == false
            ? Sight.No("(SSL: error:05800074:x509 certificate routines::key values mismatch)")
            : Sight.Yes;
    }

    private static string? Read(string path) => FileCalls.Status(path) is { IsRegular: true } ? FileCalls.ReadText(path, FileBytesMax) : null;

    private static Sight Unread(string path)
    {
        if (FileCalls.Status(path, follow: true, out var errno) is not null || !Errno.IsMissing(errno))
        {
            return Sight.Unobserved;
        }

        // OpenSSL's library number 2 is the system: 80000000 + errno.
        var words = Errno.NumberAndWords(errno).Split(": ", 2);
        return Sight.No($"BIO_new_file() failed (SSL: error:{0x80000000 + (uint)errno:X8}:system library::{words[1]}:calling fopen({path}, r) error:10000080:BIO routines::no such file)");
    }

    private static IEnumerable<string> Labels(string text)
    {
        const string Begin = "-----BEGIN ";
        for (var at = text.IndexOf(Begin, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Begin, at + 1, StringComparison.Ordinal))
        {
            var end = text.IndexOf("-----", at + Begin.Length, StringComparison.Ordinal);
            if (end > 0)
            {
                yield return text[(at + Begin.Length)..end];
            }
        }
    }

    /// <summary>Null when it cannot be told: an encrypted key, or an algorithm that .NET does not know.</summary>
    private static bool? Matches(string certificate, string key)
    {
        try
        {
            using var parsed = X509Certificate2.CreateFromPem(certificate);
            using AsymmetricAlgorithm? pair = parsed.GetKeyAlgorithm() switch
            {
                "1.2.840.113549.1.1.1" => RSA.Create(),
                "1.2.840.10045.2.1" => ECDsa.Create(),
                _ => null,
            };
            if (pair is null)
            {
                return null;
            }

            pair.ImportFromPem(key);
            return pair.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(parsed.PublicKey.ExportSubjectPublicKeyInfo());
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            return null;
        }
    }
}
