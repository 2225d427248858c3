namespace Why502.Host.Probes;

/// <summary>The little of the TLS record layer (RFC 8446 §5.1, §6) that explains a failed handshake.</summary>
internal static class TlsRecord
{
    private const byte ContentAlert = 21;
    private const byte ContentMin = 20;
    private const byte ContentMax = 24;
    private const byte MajorVersion = 3;
    private const int PlainAlertBytes = 7;

    public static bool LooksLikeTls(ReadOnlySpan<byte> bytes)
        => bytes.Length > 0 && bytes[0] is >= ContentMin and <= ContentMax && (bytes.Length < 2 || bytes[1] == MajorVersion);

    public static int? AlertNumber(ReadOnlySpan<byte> bytes)
        => bytes.Length >= PlainAlertBytes && bytes[0] == ContentAlert && bytes[3] == 0 && bytes[4] == 2 ? bytes[6] : null;

    /// <summary>The alert, in OpenSSL's words, when the answer is an unencrypted one.</summary>
    public static string? Alert(ReadOnlySpan<byte> bytes)
        => AlertNumber(bytes) is { } number ? $"{Words((byte)number)} (SSL alert number {number})" : null;

    private static string Words(byte alert) => alert switch
    {
        0 => "close notify",
        10 => "unexpected message",
        20 => "bad record mac",
        22 => "record overflow",
        40 => "handshake failure",
        42 => "bad certificate",
        43 => "unsupported certificate",
        44 => "certificate revoked",
        45 => "certificate expired",
        46 => "certificate unknown",
        47 => "illegal parameter",
        48 => "unknown ca",
        49 => "access denied",
        50 => "decode error",
        51 => "decrypt error",
        70 => "protocol version",
        71 => "insufficient security",
        80 => "internal error",
        86 => "inappropriate fallback",
        90 => "user canceled",
        109 => "missing extension",
        110 => "unsupported extension",
        112 => "unrecognized name",
        113 => "bad certificate status response",
        115 => "unknown psk identity",
        116 => "certificate required",
        120 => "no application protocol",
        _ => "alert",
    };
}
