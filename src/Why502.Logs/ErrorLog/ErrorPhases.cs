using System.Text;

namespace Why502.Logs;

/// <summary>Whose side nginx was working on.</summary>
public enum PhaseSide
{
    Upstream,
    Client,
    Listener,
    Resolver,
    Stream,
    Mail,
    Ocsp,
    Quic,
    Syslog,
}

/// <summary>The texts that nginx puts behind <c>while</c> (every assignment to <c>log->action</c> in its sources).</summary>
public static class ErrorPhases
{
    private const string AcceptPrefix = "accepting new connection on ";

    private static readonly (PhaseSide Side, string[] Texts)[] Table =
    [
        (PhaseSide.Upstream, ["SSL handshaking to upstream", "connecting to upstream", "proxying upgraded connection", "reading response header from upstream", "reading upstream", "sending request to upstream"]),
        (PhaseSide.Client, ["SSL handshaking", "closing request", "keepalive", "logging request", "processing HTTP/2 connection", "reading PROXY protocol", "reading client pipelined request line",
            "reading client request", "reading client request headers", "reading client request line", "sending early hints to client", "sending flv to client", "sending mp4 to client",
            "sending response to client", "sending to client", "waiting for request"]),
        (PhaseSide.Mail, ["in auth state", "in delay pipelining state", "in http auth state", "in resolving client address", "in resolving client hostname", "in starttls state", "proxying",
            "reading response from upstream", "sending AUTH to upstream", "sending HELO/EHLO to upstream", "sending LOGIN command to upstream", "sending MAIL FROM to upstream",
            "sending PROXY protocol header to upstream", "sending RCPT TO to upstream", "sending XCLIENT to upstream", "sending client HELO/EHLO to upstream", "sending client greeting line",
            "sending password to upstream", "sending user name to upstream"]),
        (PhaseSide.Ocsp, ["requesting certificate status"]),
        (PhaseSide.Quic, ["creating quic connection", "decrypting packet", "handling decrypted packet", "handling frames", "handling initial packet", "handling payload", "handling quic input",
            "handling quic packet", "parsing frames", "parsing quic long header", "parsing quic packet", "preparing ack", "sending frames", "updating keys"]),
        (PhaseSide.Resolver, ["resolving"]),
        (PhaseSide.Stream, ["initializing session", "passing connection to port", "prereading client data", "proxying and reading from client", "proxying and reading from upstream",
            "proxying and sending to client", "proxying and sending to upstream", "proxying connection", "returning text"]),
        (PhaseSide.Syslog, ["logging to syslog"]),
    ];

    private static readonly Dictionary<string, PhaseSide> Sides = Table.SelectMany(t => t.Texts.Select(x => (x, t.Side))).ToDictionary(p => p.x, p => p.Side, StringComparer.Ordinal);
    private static readonly Dictionary<string, PhaseSide>.AlternateLookup<ReadOnlySpan<char>> BySpan = Sides.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly int LongestText = Sides.Keys.Max(k => k.Length);

    public static IEnumerable<string> All => Sides.Keys;

    /// <summary>Whose side a phase belongs to; null for a phase that nginx does not know.</summary>
    public static PhaseSide? SideOf(string phase) =>
        Sides.TryGetValue(phase, out PhaseSide side) ? side : phase.StartsWith(AcceptPrefix, StringComparison.Ordinal) ? PhaseSide.Listener : null;

    /// <summary>The same for bytes; <paramref name="text"/> is nginx's constant, so that no string is made per line.</summary>
    internal static PhaseSide? SideOf(ReadOnlySpan<byte> phase, out string? text)
    {
        text = null;
        if (phase.StartsWith("accepting new connection on "u8))
        {
            text = "accepting new connection on ADDR";
            return PhaseSide.Listener;
        }

        if (phase.Length > LongestText || phase.Length == 0)
        {
            return null;
        }

        Span<char> chars = stackalloc char[64];
        Encoding.Latin1.GetChars(phase, chars);
        return BySpan.TryGetValue(chars[..phase.Length], out text, out PhaseSide side) ? side : null;
    }
}
