namespace Why502.Diagnosis;

/// <summary>What kind of disagreement ended a TLS handshake, as far as OpenSSL's queue tells.</summary>
public enum TlsRefusal
{
    /// <summary>The message holds no reason of OpenSSL.</summary>
    None,

    /// <summary>What came back is no TLS record.</summary>
    NotTls,

    /// <summary>No protocol version in common.</summary>
    Version,

    /// <summary>No cipher, curve or signature algorithm in common, or the peer's are too weak for this OpenSSL.</summary>
    Strength,

    /// <summary>Alert 40: the peer does not say what it missed.</summary>
    HandshakeFailure,

    /// <summary>Alert 112: the peer does not know the name, or got none.</summary>
    UnrecognizedName,

    /// <summary>Alert 80: the peer gave up on its own account; some servers send it when they have no certificate for the name.</summary>
    InternalError,

    /// <summary>Alerts 116 and 42 to 49: the peer misses or refuses the client's certificate.</summary>
    ClientCertificate,

    /// <summary>nginx's side refuses the peer's certificate.</summary>
    ServerCertificate,

    /// <summary>The peer ended the connection without an alert.</summary>
    Closed,

    /// <summary>A reason that is none of these.</summary>
    Other,
}

/// <summary>
/// Reads OpenSSL's reasons. Alerts come first, for their numbers are the protocol's own (RFC 8446 §6.2, RFC 5246 §7.2); then OpenSSL's reason
/// numbers (include/openssl/sslerr.h, the same in 1.0 to 3.x), then the words, which BoringSSL and LibreSSL share while their numbers differ.
/// </summary>
public static class TlsRefusals
{
    /// <summary>SSL_AD_REASON_OFFSET: a received alert N is reason 1000 + N.</summary>
    private const int AlertOffset = 1000;

    private static readonly (string Words, TlsRefusal Refusal)[] ByWords =
    [
        ("wrong version number", TlsRefusal.NotTls),
        ("packet length too long", TlsRefusal.NotTls),
        ("http request", TlsRefusal.NotTls),
        ("https proxy request", TlsRefusal.NotTls),
        ("unknown protocol", TlsRefusal.NotTls),
        ("unsupported protocol", TlsRefusal.Version),
        ("no protocols available", TlsRefusal.Version),
        ("protocol version", TlsRefusal.Version),
        ("wrong ssl version", TlsRefusal.Version),
        ("version too low", TlsRefusal.Version),
        ("inappropriate fallback", TlsRefusal.Version),
        ("no shared cipher", TlsRefusal.Strength),
        ("no cipher", TlsRefusal.Strength),
        ("insufficient security", TlsRefusal.Strength),
        ("key too small", TlsRefusal.Strength),
        ("md too weak", TlsRefusal.Strength),
        ("legacy renegotiation disabled", TlsRefusal.Strength),
        ("sigalg", TlsRefusal.Strength),
        ("signature algorithm", TlsRefusal.Strength),
        ("signature type", TlsRefusal.Strength),
        ("no suitable key share", TlsRefusal.Strength),
        ("wrong curve", TlsRefusal.Strength),
        ("unrecognized name", TlsRefusal.UnrecognizedName),
        ("certificate verify failed", TlsRefusal.ServerCertificate),
        ("certificate required", TlsRefusal.ClientCertificate),
        ("alert bad certificate", TlsRefusal.ClientCertificate),
        ("alert unknown ca", TlsRefusal.ClientCertificate),
        ("alert certificate", TlsRefusal.ClientCertificate),
        ("alert unsupported certificate", TlsRefusal.ClientCertificate),
        ("handshake failure", TlsRefusal.HandshakeFailure),
        ("internal error", TlsRefusal.InternalError),
        ("unexpected eof", TlsRefusal.Closed),
    ];

    public static TlsRefusal Of(string? reason, int? code, int? alert)
    {
        if ((alert ?? (code is > AlertOffset and < AlertOffset + 256 ? code - AlertOffset : null)) is { } number)
        {
            return OfAlert(number);
        }

        if (reason is null && code is null)
        {
            return TlsRefusal.None;
        }

        var known = code is { } packed ? OfCode(packed) : TlsRefusal.Other;
        return known != TlsRefusal.Other ? known : OfWords(reason);
    }

    /// <summary>Alert numbers of RFC 8446 §6 and RFC 6066.</summary>
    public static TlsRefusal OfAlert(int alert) => alert switch
    {
        40 => TlsRefusal.HandshakeFailure,
        >= 42 and <= 46 or 48 or 49 or 116 => TlsRefusal.ClientCertificate,
        70 or 86 => TlsRefusal.Version,
        71 => TlsRefusal.Strength,
        80 => TlsRefusal.InternalError,
        112 => TlsRefusal.UnrecognizedName,
        _ => TlsRefusal.Other,
    };

    /// <summary>SSL_R_ numbers of include/openssl/sslerr.h.</summary>
    private static TlsRefusal OfCode(int code) => code switch
    {
        267 or 198 or 156 or 155 or 252 => TlsRefusal.NotTls,
        258 or 191 or 266 or 396 => TlsRefusal.Version,
        193 or 185 or 181 or 394 or 397 or 398 or 399 or 338 or 370 or 101 or 118 => TlsRefusal.Strength,
        134 => TlsRefusal.ServerCertificate,
        294 => TlsRefusal.Closed,
        _ => TlsRefusal.Other,
    };

    private static TlsRefusal OfWords(string? reason)
    {
        var words = (reason ?? "").ToLowerInvariant().Replace('_', ' ');
        return ByWords.FirstOrDefault(entry => words.Contains(entry.Words, StringComparison.Ordinal)) is { Words: not null } found ? found.Refusal : TlsRefusal.Other;
    }
}
