namespace Why502.Nginx.Checks.Http;

/// <summary>OpenSSL's cipher list format, openssl-ciphers(1), as far as it tells whether any cipher is selected.</summary>
internal static class CipherList
{
    private static readonly HashSet<string> Keywords = new(
        ("DEFAULT COMPLEMENTOFDEFAULT ALL COMPLEMENTOFALL HIGH MEDIUM LOW kRSA aRSA RSA kDHr kDHd kDH kDHE kEDH DH DHE EDH kEECDH kECDHE ECDH ECDHE EECDH kECDH AECDH aECDSA ECDSA ADH aDSS DSS "
        + "TLSv1.2 TLSv1.0 SSLv3 AES128 AES256 AES AESGCM AESCCM AESCCM8 ARIA128 ARIA256 ARIA CAMELLIA128 CAMELLIA256 CAMELLIA CHACHA20 SHA1 SHA SHA256 SHA384 "
        + "PSK kPSK kECDHEPSK kDHEPSK kRSAPSK aPSK SUITEB128 SUITEB128ONLY SUITEB192 FIPS SRP").Split(' '), StringComparer.Ordinal);

    public static bool SelectsAny(string list)
    {
        foreach (var word in list.Split([':', ',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word[0] is '!' or '-' or '+' or '@')
            {
                continue;
            }

            // Names of ciphers have a hyphen or an underscore; a "+" joins keywords.
            var parts = word.Split('+');
            if (word.Contains('-', StringComparison.Ordinal) || word.Contains('_', StringComparison.Ordinal) || Array.TrueForAll(parts, Keywords.Contains))
            {
                return true;
            }
        }

        return false;
    }
}
