namespace Why502.Nginx.Checks.Http;

/// <summary>The groups that OpenSSL knows by name, SSL_CTX_set1_curves_list(3).</summary>
internal static class CurveList
{
    private static readonly HashSet<string> Known = new(
        ("X25519 X448 P-256 P-384 P-521 prime256v1 prime192v1 P-192 P-224 secp160k1 secp160r1 secp160r2 secp192k1 secp224k1 secp224r1 secp256k1 secp384r1 secp521r1 brainpoolP256r1 brainpoolP384r1 "
        + "brainpoolP512r1 sect163k1 sect163r1 sect163r2 sect193r1 sect193r2 sect233k1 sect233r1 sect239k1 sect283k1 sect283r1 sect409k1 sect409r1 sect571k1 sect571r1 "
        + "ffdhe2048 ffdhe3072 ffdhe4096 ffdhe6144 ffdhe8192 K-163 B-163 K-233 B-233 K-283 B-283 K-409 B-409 K-571 B-571 X25519MLKEM768 SecP256r1MLKEM768 SecP384r1MLKEM1024 X25519Kyber768Draft00").Split(' '),
        StringComparer.OrdinalIgnoreCase);

    public static bool IsKnown(string list) => Array.TrueForAll(list.Split(':'), Known.Contains);
}
