namespace Why502.Logs;

internal enum ContextName
{
    None,
    Server,
    Login,
    Request,
    Subrequest,
    Upstream,
    Bytes,
    Host,
    Referrer,
    Resolver,
    Responder,
    Peer,
    Certificate,
}

/// <summary>One key of the context with its place in nginx's fixed order.</summary>
/// <param name="Name">Which key.</param>
/// <param name="Rank">Its place: keys never come back in a lower or equal rank.</param>
/// <param name="Length">Bytes of <c>, key: </c> with the opening quote, if there is one.</param>
/// <param name="Quoted">Whether the value is quoted.</param>
internal readonly record struct ContextKey(ContextName Name, int Rank, int Length, bool Quoted)
{
    /// <summary>The key at the start of the text, or one of length zero.</summary>
    public static ContextKey At(ReadOnlySpan<byte> text)
    {
        if (text.Length < 6 || text[0] != ',' || text[1] != ' ')
        {
            return default;
        }

        ReadOnlySpan<byte> rest = text[2..];
        return rest[0] switch
        {
            (byte)'s' => rest.StartsWith("server: "u8) ? new(ContextName.Server, 1, 10, false)
                : rest.StartsWith("subrequest: \""u8) ? new(ContextName.Subrequest, 5, 15, true) : default,
            (byte)'l' => rest.StartsWith("login: \""u8) ? new(ContextName.Login, 3, 10, true) : default,
            (byte)'r' => Letter_r(rest),
            (byte)'u' => rest.StartsWith("upstream: \""u8) ? new(ContextName.Upstream, 6, 13, true)
                : rest.StartsWith("upstream: "u8) ? new(ContextName.Upstream, 6, 12, false) : default,
            (byte)'b' => rest.StartsWith("bytes from/to "u8) ? new(ContextName.Bytes, 7, 16, false) : default,
            (byte)'h' => rest.StartsWith("host: \""u8) ? new(ContextName.Host, 8, 9, true) : default,
            (byte)'p' => rest.StartsWith("peer: "u8) ? new(ContextName.Peer, 11, 8, false) : default,
            (byte)'c' => rest.StartsWith("certificate: \""u8) ? new(ContextName.Certificate, 12, 16, true) : default,
            _ => default,
        };
    }

    private static ContextKey Letter_r(ReadOnlySpan<byte> rest) =>
        rest.StartsWith("request: \""u8) ? new(ContextName.Request, 4, 12, true)
        : rest.StartsWith("referrer: \""u8) ? new(ContextName.Referrer, 9, 13, true)
        : rest.StartsWith("resolver: "u8) ? new(ContextName.Resolver, 2, 12, false)
        : rest.StartsWith("responder: "u8) ? new(ContextName.Responder, 10, 13, false) : default;
}
