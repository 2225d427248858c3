using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Probes;

/// <summary>One TLS handshake, closed at once.</summary>
internal sealed class TlsProbe(Dialer dialer, TimeProvider time, ProbeLimits limits)
{
    private const int NamesMax = 50;

    public async Task<TlsFact> HandshakeAsync(PeerAddress peer, string serverName, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var endPoints = await peer.EndPointsAsync(cancellation).ConfigureAwait(false);
        var dialled = await dialer.DialAsync(endPoints, limits.ConnectPatience, cancellation).ConfigureAwait(false);
        if (dialled.Socket is null)
        {
            return Failed(ProbeErrors.Outcome(dialled.Errno), Errno.NumberAndWords(dialled.Errno), began);
        }

        await using var plain = new NetworkStream(dialled.Socket, ownsSocket: true);
        await using var session = new TlsSession(plain);
        using var patience = new Patience(limits.HandshakePatience, time, cancellation);
        var refusal = await session.TryHandshakeAsync(serverName, patience.Token).ConfigureAwait(false);
        patience.ThrowIfCancelled();
        if (refusal is not null)
        {
            return patience.IsOver
                ? Failed(ProbeOutcome.TimedOut, $"the handshake had not ended within {limits.HandshakePatience.TotalMilliseconds:0} ms; {(session.BytesReceived == 0 ? "nothing" : "a part of it")} came", began)
                : Failed(OutcomeOf(session), refusal, began);
        }

        using var late = new Patience(limits.LateAlertPatience, time, cancellation);
        var lateRefusal = session.Protocol == "TLSv1.3" ? await session.LateRefusalAsync(late.Token).ConfigureAwait(false) : null;
        return Seen(session, lateRefusal, began);
    }

    private static ProbeOutcome OutcomeOf(TlsSession session) => session switch
    {
        { Errno: { } errno } => ProbeErrors.Outcome(errno),
        { Closed: true } => ProbeOutcome.Closed,
        _ => ProbeOutcome.TlsFailed,
    };

    private TlsFact Seen(TlsSession session, string? lateRefusal, long began)
    {
        var certificate = session.Certificate;
        return new(
            lateRefusal is null ? ProbeOutcome.Ok : ProbeOutcome.TlsFailed,
            lateRefusal,
            session.Protocol,
            certificate is null ? null : Exchange.Shown(Encoding.UTF8.GetBytes(certificate.Subject)),
            certificate is null ? [] : Names(certificate),
            certificate?.NotBefore.ToUniversalTime(),
            certificate?.NotAfter.ToUniversalTime(),
            session.ChainTrusted,
            time.GetElapsedTime(began).TotalMilliseconds);
    }

    private TlsFact Failed(ProbeOutcome outcome, string error, long began)
        => new(outcome, error, null, null, [], null, null, null, time.GetElapsedTime(began).TotalMilliseconds);

    /// <summary>The subject's alternative names: what a client compares with the name it wanted (RFC 9525).</summary>
    private static List<string> Names(X509Certificate2 certificate)
    {
        var names = new List<string>();
        foreach (var extension in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            names.AddRange(extension.EnumerateDnsNames());
            names.AddRange(extension.EnumerateIPAddresses().Select(address => address.ToString()));
        }

        return [.. names.Take(NamesMax).Select(name => Exchange.Shown(Encoding.UTF8.GetBytes(name)))];
    }
}
