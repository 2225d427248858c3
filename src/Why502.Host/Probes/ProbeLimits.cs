namespace Why502.Host.Probes;

/// <summary>What one probe may take of time and memory, whatever the peer does.</summary>
public sealed record ProbeLimits
{
    public static ProbeLimits Default { get; } = new();

    /// <summary>More than one second, because Linux repeats a lost SYN after one second (tcp(7), TCP_TIMEOUT_INIT).</summary>
    public TimeSpan ConnectPatience { get; init; } = TimeSpan.FromMilliseconds(1500);

    public TimeSpan HandshakePatience { get; init; } = TimeSpan.FromMilliseconds(2500);

    /// <summary>How long after a TLS 1.3 handshake a refusal by the server may still arrive: there the client finishes first (RFC 8446 §4.4).</summary>
    public TimeSpan LateAlertPatience { get; init; } = TimeSpan.FromMilliseconds(60);

    /// <summary>How long the rest of a body may take after its header: the answer is known by then.</summary>
    public TimeSpan BodyPatience { get; init; } = TimeSpan.FromMilliseconds(1000);

    /// <summary>A greeting is answered without any work of the app: what has not come by then does not come.</summary>
    public TimeSpan GreetingPatience { get; init; } = TimeSpan.FromMilliseconds(300);

    public TimeSpan StatusPagePatience { get; init; } = TimeSpan.FromMilliseconds(1000);

    public TimeSpan SystemLookupPatience { get; init; } = TimeSpan.FromMilliseconds(2500);

    /// <summary>Of one UDP datagram; it is sent once more after it.</summary>
    public TimeSpan DnsPatience { get; init; } = TimeSpan.FromMilliseconds(1000);

    public int HeaderBytesMax { get; init; } = 256 * 1024;

    public int BodyBytesMax { get; init; } = 64 * 1024;

    public int FirstBytesMax { get; init; } = 120;

    public int StderrBytesMax { get; init; } = 512;

    /// <summary>A full accept queue is looked at more than once, because it may drain within milliseconds.</summary>
    public int QueueFullAttempts { get; init; } = 3;

    public TimeSpan QueueFullPause { get; init; } = TimeSpan.FromMilliseconds(20);
}
