using System.Net.Security;

namespace Why502.Host.Probes;

/// <summary>OpenSSL's names of cipher suites (ciphers(1)) as the registry's: ECDHE-RSA-AES128-GCM-SHA256 is TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256.</summary>
internal static class TlsCipherNames
{
    private static readonly string[] KeyExchanges = ["ECDHE-ECDSA-", "ECDHE-RSA-", "DHE-RSA-", "DHE-DSS-"];

    public static bool TryFind(string name, out TlsCipherSuite suite)
    {
        if (name.StartsWith("TLS_", StringComparison.Ordinal))
        {
            return Enum.TryParse(name, out suite) && Enum.IsDefined(suite);
        }

        var exchange = Array.Find(KeyExchanges, prefix => name.StartsWith(prefix, StringComparison.Ordinal));
        var rest = exchange is null ? name : name[exchange.Length..];
        var standard = $"TLS_{(exchange ?? "RSA-").TrimEnd('-').Replace('-', '_')}_WITH_{Cipher(rest)}";
        return Enum.TryParse(standard, out suite) && Enum.IsDefined(suite);
    }

    private static string Cipher(string rest)
    {
        var text = rest
            .Replace("AES128", "AES_128", StringComparison.Ordinal)
            .Replace("AES256", "AES_256", StringComparison.Ordinal)
            .Replace("CAMELLIA128", "CAMELLIA_128", StringComparison.Ordinal)
            .Replace("CAMELLIA256", "CAMELLIA_256", StringComparison.Ordinal)
            .Replace('-', '_');
        // The names leave out the mode where it is CBC, and the hash of ChaCha20.
        return text == "CHACHA20_POLY1305" ? "CHACHA20_POLY1305_SHA256"
            : text.Contains("GCM", StringComparison.Ordinal) || text.Contains("CCM", StringComparison.Ordinal) || text.Contains("CHACHA", StringComparison.Ordinal) ? text
            : text.Insert(text.LastIndexOf('_') is >= 0 and var at ? at : text.Length, "_CBC");
    }
}
