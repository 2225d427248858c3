using System.Net.Sockets;
using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Probes;

/// <summary>One TLS handshake, closed at once.</summary>
internal sealed class TlsProbe(Dialer dialer, TimeProvider time, ProbeLimits limits)
{
    public async Task<TlsFact> HandshakeAsync(PeerAddress peer, TlsHandshake ask, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var offer = TlsOffer.Of(ask);
        var endPoints = await peer.EndPointsAsync(cancellation).ConfigureAwait(false);
        var dialled = await dialer.DialAsync(endPoints, limits.ConnectPatience, cancellation).ConfigureAwait(false);
        if (dialled.Socket is null)
        {
            return Failed(ProbeErrors.Outcome(dialled.Errno), Errno.NumberAndWords(dialled.Errno), began);
        }

        await using var plain = new NetworkStream(dialled.Socket, ownsSocket: true);
        await using var session = new TlsSession(plain, offer);
        using var patience = new Patience(limits.HandshakePatience, time, cancellation);
        var refusal = await session.TryHandshakeAsync(ask.ServerName, patience.Token).ConfigureAwait(false);
        patience.ThrowIfCancelled();
        if (refusal is not null && patience.IsOver)
        {
            return Failed(ProbeOutcome.TimedOut, $"the handshake had not ended within {limits.HandshakePatience.TotalMilliseconds:0} ms; {(session.BytesReceived == 0 ? "nothing" : "a part of it")} came", began) with { Silent = session.BytesReceived == 0 };
        }

        if (refusal is not null)
        {
            return Seen(session, OutcomeOf(session), refusal, began);
        }

        // The server judges after the client's end of the handshake in TLS 1.3, and some do so in 1.2 as well.
        using var late = new Patience(limits.LateAlertPatience, time, cancellation);
        var lateRefusal = session.Protocol == "TLSv1.3" || session.CertificateRequested ? await session.LateRefusalAsync(late.Token).ConfigureAwait(false) : null;
        return Seen(session, lateRefusal is null ? ProbeOutcome.Ok : ProbeOutcome.TlsFailed, lateRefusal, began);
    }

    private static ProbeOutcome OutcomeOf(TlsSession session) => session switch
    {
        { Errno: { } errno } => ProbeErrors.Outcome(errno),
        { Closed: true } => ProbeOutcome.Closed,
        _ => ProbeOutcome.TlsFailed,
    };

    private TlsFact Seen(TlsSession session, ProbeOutcome outcome, string? error, long began)
    {
        var failed = outcome != ProbeOutcome.Ok;
        var fact = new TlsFact(outcome, error, session.Protocol, null, [], null, null, null, time.GetElapsedTime(began).TotalMilliseconds)
        {
            Alert = session.Alert,
            Refusal = !failed ? TlsRefusal.None : session.IsPlainText ? TlsRefusal.NotTls : session.Closed ? TlsRefusal.Closed : TlsRefusals.Of(session.Reason ?? error, session.ReasonCode, session.Alert),
            CertificateRequested = session.CertificateRequested ? true : session.Certificates.Count > 0 ? false : null,
            Silent = failed && session.BytesReceived == 0,
        };
        return TlsCertificates.Describe(fact, session);
    }

    private TlsFact Failed(ProbeOutcome outcome, string error, long began)
        => new(outcome, error, null, null, [], null, null, null, time.GetElapsedTime(began).TotalMilliseconds);
}
