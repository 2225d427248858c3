using Why502.Diagnosis;
using Why502.Host.Kernel;

namespace Why502.Host.Probes;

/// <summary>Opens a connection and closes it at once, without sending a byte.</summary>
internal sealed class ConnectProbe(Dialer dialer, TimeProvider time, ProbeLimits limits)
{
    public async Task<ConnectFact> ConnectAsync(PeerAddress peer, CancellationToken cancellation)
    {
        var endPoints = await peer.EndPointsAsync(cancellation).ConfigureAwait(false);
        for (var attempt = 1; ; attempt++)
        {
            var dialled = await dialer.DialAsync(endPoints, limits.ConnectPatience, cancellation).ConfigureAwait(false);
            dialled.Socket?.Dispose();
            if (dialled.Errno != Errno.Again || attempt >= limits.QueueFullAttempts)
            {
                return new(ProbeErrors.Outcome(dialled.Errno), dialled.Errno == 0 ? null : dialled.Errno, dialled.Took.TotalMilliseconds, attempt);
            }

            await Task.Delay(limits.QueueFullPause, time, cancellation).ConfigureAwait(false);
        }
    }
}
