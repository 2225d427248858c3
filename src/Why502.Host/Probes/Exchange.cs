using System.Net.Sockets;
using Why502.Diagnosis;
using Why502.Host.Kernel;
using Why502.Logs;

namespace Why502.Host.Probes;

/// <summary>The running account of one request and its answer, from which the fact is made at whichever point it ends.</summary>
internal sealed class Exchange(TimeProvider time, int firstBytesMax)
{
    private readonly long began = time.GetTimestamp();
    private readonly List<byte> first = [];

    public int? Errno { get; private set; }

    public double? ConnectMs { get; private set; }

    public double? HeaderMs { get; private set; }

    public double? TlsMs { get; private set; }

    public long BytesReceived { get; private set; }

    public HttpHeaderParser? Header { get; set; }

    /// <summary>Where no parser has them: HTTP/2's :status, the Server field, the largest field.</summary>
    public int? Status { get; set; }

    /// <inheritdoc cref="Status"/>
    public string? Server { get; set; }

    /// <inheritdoc cref="Status"/>
    public (string? Name, long Bytes) Largest { get; set; }

    /// <inheritdoc cref="ResponseFact.Said"/>
    public string? Said { get; set; }

    /// <summary>Set where the header's size is not that of the parsed text (FastCGI: with its record headers).</summary>
    public long? HeaderBytes { get; set; }

    public long BodyBytes { get; set; }

    /// <summary>Text that the peer sent beside its answer, such as FastCGI's stderr.</summary>
    public string? Remark { get; set; }

    public void Connected() => ConnectMs = Elapsed();

    public void Secured() => TlsMs = Elapsed();

    public void HeaderEnded() => HeaderMs = Elapsed();

    public void Received(ReadOnlySpan<byte> bytes)
    {
        BytesReceived += bytes.Length;
        if (first.Count < firstBytesMax)
        {
            first.AddRange(bytes[..Math.Min(bytes.Length, firstBytesMax - first.Count)]);
        }
    }

    public ResponseFact End(ProbeOutcome outcome, string? error = null)
        => new(
            outcome,
            Errno,
            Status ?? Header?.Status,
            HeaderBytes ?? Header?.Bytes ?? 0,
            Shown(Largest.Name ?? Header?.LargestName),
            Header?.LargestBytes ?? Largest.Bytes,
            ConnectMs,
            HeaderMs,
            Elapsed(),
            BodyBytes,
            Shown(Server ?? Header?.Server),
            outcome == ProbeOutcome.Invalid && first.Count > 0 ? Shown([.. first]) : null,
            error is null ? Remark : Remark is null ? error : $"{error}; {Remark}")
        {
            TlsMs = TlsMs,
            Said = Said,
        };

    public ResponseFact Refuse(int errno)
    {
        Errno = errno;
        return End(ProbeErrors.Outcome(errno), Kernel.Errno.NumberAndWords(errno));
    }

    /// <summary>The connection broke while something was awaited.</summary>
    public ResponseFact Broke(Exception failure, string when)
    {
        if (TlsSession.OpenSslReason(failure) is { } reason)
        {
            return End(ProbeOutcome.TlsFailed, $"{reason} {when}");
        }

        Errno = ProbeErrors.Of(failure);
        return Errno is { } errno
            ? End(ProbeErrors.Outcome(errno), $"{Kernel.Errno.NumberAndWords(errno)} {when}")
            : End(ProbeOutcome.OtherError, $"{Shown(failure.Message)} {when}");
    }

    public static bool IsBroken(Exception failure) => failure is SocketException or IOException;

    public static string Shown(byte[] bytes) => Redactor.Text(Sanitizer.Line(bytes));

    private static string? Shown(string? text) => text is null ? null : Shown(System.Text.Encoding.UTF8.GetBytes(text));

    private double Elapsed() => time.GetElapsedTime(began).TotalMilliseconds;
}
