using System.Net;
using System.Net.Sockets;
using Why502.Diagnosis;
using Why502.Diagnosis.Readings;

namespace Why502.Host.Probes;

/// <summary>
/// Finds out which protocol a port speaks by greetings that contain no request, one connection each, until one is answered in a protocol
/// that is known.
/// </summary>
internal sealed class PortProbe(Dialer dialer, TimeProvider time, ProbeLimits limits)
{
    private const int ReadBytes = 512;

    private static readonly (string Name, byte[] Bytes)[] Greetings =
    [
        // RFC 9113 §3.4: the preface and an empty SETTINGS frame. To an HTTP/1 server it is a request with a reserved method and a version it does not know.
        ("the HTTP/2 preface", [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0]),

        // FastCGI 1.0 §4.1: FCGI_GET_VALUES, a management record without a request, for FCGI_MPXS_CONNS.
        ("FCGI_GET_VALUES", [1, 9, 0, 0, 0, 17, 7, 0, 15, 0, .. "FCGI_MPXS_CONNS"u8, 0, 0, 0, 0, 0, 0, 0]),

        // uWSGI, plugins/ping: modifier1 100, no variables.
        ("a uwsgi ping", [100, 0, 0, 0]),

        // AJP 1.3: CPing, a packet of type 10 without a request.
        ("an AJP CPing", [0x12, 0x34, 0, 1, 10]),
    ];

    public async Task<PortProtocolFact> AskAsync(IReadOnlyList<EndPoint> peers, CancellationToken cancellation)
    {
        var last = new PortProtocolFact(null, null, null, ProbeOutcome.Closed);
        foreach (var (name, greeting) in Greetings)
        {
            var (outcome, bytes) = await GreetAsync(peers, greeting, cancellation).ConfigureAwait(false);
            var first = bytes.Length == 0 ? null : Exchange.Shown(bytes);
            last = new(AnswerBytes.ProtocolOf(bytes), name, first, outcome);
            if (last.Spoken is not null || outcome is not (ProbeOutcome.Ok or ProbeOutcome.Closed or ProbeOutcome.Reset or ProbeOutcome.TimedOut))
            {
                return last;
            }

            if (greeting == Greetings[0].Bytes && outcome is ProbeOutcome.Closed or ProbeOutcome.Reset && await BehindProxyHeaderAsync(peers, cancellation).ConfigureAwait(false) is { } behind)
            {
                return behind;
            }
        }

        return last;
    }

    /// <summary>The PROXY protocol's line for an unknown client (proxy-protocol.txt, 2.1), and a line that means nothing to anybody: who answers both would answer any line.</summary>
    private async Task<PortProtocolFact?> BehindProxyHeaderAsync(IReadOnlyList<EndPoint> peers, CancellationToken cancellation)
    {
        var (name, preface) = Greetings[0];
        var (outcome, bytes) = await GreetAsync(peers, [.. "PROXY UNKNOWN\r\n"u8, .. preface], cancellation).ConfigureAwait(false);
        if (bytes.Length == 0 || AnswerBytes.ProtocolOf(bytes) is not { } spoken)
        {
            return null;
        }

        var (_, toAnyLine) = await GreetAsync(peers, [.. "PROXX UNKNOWN\r\n"u8, .. preface], cancellation).ConfigureAwait(false);
        return toAnyLine.Length > 0 ? null : new(spoken, $"{name} behind a PROXY header", Exchange.Shown(bytes), outcome) { ExpectsProxyHeader = true };
    }

    private async Task<(ProbeOutcome Outcome, byte[] First)> GreetAsync(IReadOnlyList<EndPoint> peers, byte[] greeting, CancellationToken cancellation)
    {
        var dialled = await dialer.DialAsync(peers, limits.ConnectPatience, cancellation).ConfigureAwait(false);
        if (dialled.Socket is null)
        {
            return (ProbeErrors.Outcome(dialled.Errno), []);
        }

        using var patience = new Patience(limits.GreetingPatience, time, cancellation);
        await using var stream = new NetworkStream(dialled.Socket, ownsSocket: true);
        var buffer = new byte[ReadBytes];
        var count = 0;
        try
        {
            await stream.WriteAsync(greeting, patience.Token).ConfigureAwait(false);
            count = await stream.ReadAsync(buffer, patience.Token).ConfigureAwait(false);
            return (count > 0 ? ProbeOutcome.Ok : ProbeOutcome.Closed, buffer[..Math.Min(count, limits.FirstBytesMax)]);
        }
        catch (Exception failure) when (Exchange.IsBroken(failure))
        {
            return (ProbeErrors.Of(failure) is { } errno ? ProbeErrors.Outcome(errno) : ProbeOutcome.OtherError, []);
        }
        catch (OperationCanceledException) when (patience.IsOver)
        {
            return (ProbeOutcome.TimedOut, []);
        }
    }
}
