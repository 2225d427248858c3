namespace Why502.Nginx.Routing;

/// <summary>A request as it would come to nginx.</summary>
public sealed record RouteRequest
{
    /// <summary>The local address it comes to, as <c>ADDR:PORT</c>; null when unknown: every server is then a candidate.</summary>
    public string? Listen { get; init; }

    public bool Tls { get; init; }

    /// <summary>The Host header; null for a request without one.</summary>
    public string? Host { get; init; }

    /// <summary>The request target as it is sent, an absolute form with scheme and host included.</summary>
    public required string Uri { get; init; }

    public string Method { get; init; } = "GET";

    /// <summary>1.1, 1.0 or 0.9; null for 1.1, and for 1.0 when there is no Host header, which 1.1 demands.</summary>
    public string? HttpVersion { get; init; }

    /// <summary>The client's address; null for the loopback address of the family it comes to.</summary>
    public string? Client { get; init; }

    /// <summary>Further header fields.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>What <c>$hostname</c> is; null when unknown.</summary>
    public string? MachineName { get; init; }
}
