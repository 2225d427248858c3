namespace Why502.Logs;

/// <summary>What OpenSSL queued behind a message: <c>(SSL: error:CODE:LIB:FUNC:REASON …)</c>. Codes differ between OpenSSL 1.x and 3; reasons do not.</summary>
/// <param name="Reasons">The reason texts in queue order, lower case as OpenSSL writes them.</param>
/// <param name="Alert">The TLS alert that the peer sent, if the queue ended in one (RFC 8446 §6).</param>
/// <param name="Code">OpenSSL's reason number, the low twelve bits of the first CODE (1408F10B and 0A00010B are both 0x10B); an alert N that was received is 1000 + N.</param>
/// <param name="Raw">The whole parenthesised text.</param>
public sealed record SslError(IReadOnlyList<string> Reasons, int? Alert, int? Code, string Raw)
{
    /// <summary>The first reason: what the peer or the library stumbled over.</summary>
    public string? Reason => Reasons.Count > 0 ? Reasons[0] : null;
}
