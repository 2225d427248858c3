using Why502.Diagnosis;

namespace Why502.Host.Probes;

/// <summary>One <c>get</c> as nginx sends it, of a key that nobody sets (memcached's protocol.txt).</summary>
internal sealed class MemcachedProbe(Dialer dialer, TimeProvider time, ProbeLimits limits)
{
    private const int LineBytesMax = 1024;

    private static readonly byte[] Request = "get why502:no-such-key\r\n"u8.ToArray();

    public Task<ResponseFact> GetAsync(HttpCall call, CancellationToken cancellation)
        => new HttpProbe(dialer, time, limits).OverAsync(call with { Request = Request }, TalkAsync, cancellation);

    private async Task<ResponseFact> TalkAsync(Stream stream, Exchange exchange, Patience patience)
    {
        var line = new byte[LineBytesMax];
        var count = 0;
        try
        {
            await stream.WriteAsync(Request, patience.Token).ConfigureAwait(false);
            while (line.AsSpan(0, count).IndexOf((byte)'\n') < 0 && count < line.Length)
            {
                var more = await stream.ReadAsync(line.AsMemory(count), patience.Token).ConfigureAwait(false);
                if (more == 0)
                {
                    return exchange.End(ProbeOutcome.Closed, count == 0 ? "the connection was closed without a response" : "the connection was closed within the first line of the answer");
                }

                exchange.Received(line.AsSpan(count, more));
                count += more;
            }
        }
        catch (Exception failure) when (Exchange.IsBroken(failure))
        {
            return exchange.Broke(failure, "while waiting for the answer");
        }
        catch (OperationCanceledException) when (patience.IsOver)
        {
            return exchange.End(ProbeOutcome.TimedOut, "no answer came in time");
        }

        exchange.HeaderEnded();
        exchange.HeaderBytes = line.AsSpan(0, count).IndexOf((byte)'\n') + 1;
        exchange.Said = WordOf(line.AsSpan(0, count));
        return exchange.Said is null ? exchange.End(ProbeOutcome.Invalid, "the answer is none of memcached's") : exchange.End(ProbeOutcome.Ok);
    }

    private static string? WordOf(ReadOnlySpan<byte> line)
        => line.StartsWith("END\r\n"u8) ? "END"
            : line.StartsWith("VALUE "u8) ? "VALUE"
            : line.StartsWith("SERVER_ERROR "u8) ? "SERVER_ERROR"
            : line.StartsWith("CLIENT_ERROR "u8) ? "CLIENT_ERROR"
            : null;
}
