using System.Net;
using System.Net.Sockets;
using Why502.Diagnosis;

namespace Why502.Host.Probes;

/// <param name="Tls">Speak TLS, with verification off.</param>
/// <param name="ServerName">SNI; empty sends none.</param>
internal sealed record HttpCall(IReadOnlyList<EndPoint> Peers, bool Tls, string ServerName, byte[] Request, TimeSpan Patience)
{
    /// <summary>The answer may be a CGI header as well as one with a status line (ngx_http_uwsgi_process_status_line).</summary>
    public bool MayBeCgi { get; init; }

    /// <summary>Offers h2 in the handshake (ALPN).</summary>
    public bool Http2 { get; init; }

    /// <summary>The connection begins with the PROXY protocol's line for an unknown client.</summary>
    public bool AnnouncesProxy { get; init; }
}

/// <summary>One GET over a connection of its own; no redirect is followed and nothing is kept.</summary>
internal sealed class HttpProbe(Dialer dialer, TimeProvider time, ProbeLimits limits)
{
    private const int ReadBytes = 16 * 1024;

    public Task<ResponseFact> GetAsync(HttpCall call, CancellationToken cancellation) => GetAsync(call, null, cancellation);

    /// <param name="body">Receives the first part of the body, for the pages that are read.</param>
    public Task<ResponseFact> GetAsync(HttpCall call, MemoryStream? body, CancellationToken cancellation)
        => OverAsync(call, (stream, exchange, patience) => TalkAsync(stream, call, exchange, body, patience), cancellation);

    /// <summary>Connects, announces itself and shakes hands as the call says; the rest is the protocol's.</summary>
    public async Task<ResponseFact> OverAsync(HttpCall call, Func<Stream, Exchange, Patience, Task<ResponseFact>> talk, CancellationToken cancellation)
    {
        var exchange = new Exchange(time, limits.FirstBytesMax);
        var connectPatience = call.Patience < limits.ConnectPatience ? call.Patience : limits.ConnectPatience;
        var dialled = await dialer.DialAsync(call.Peers, connectPatience, cancellation).ConfigureAwait(false);
        if (dialled.Socket is null)
        {
            return exchange.Refuse(dialled.Errno);
        }

        exchange.Connected();
        using var patience = new Patience(call.Patience, time, cancellation);
        await using var plain = new NetworkStream(dialled.Socket, ownsSocket: true);
        if (call.AnnouncesProxy && await AnnounceAsync(plain, exchange, patience).ConfigureAwait(false) is { } broken)
        {
            return broken;
        }

        if (!call.Tls)
        {
            return await talk(plain, exchange, patience).ConfigureAwait(false);
        }

        await using var session = new TlsSession(plain, call.Http2 ? TlsOffer.Default with { Http2 = true } : null);
        var refusal = await session.TryHandshakeAsync(call.ServerName, patience.Token).ConfigureAwait(false);
        if (refusal is not null)
        {
            patience.ThrowIfCancelled();
            return patience.IsOver ? exchange.End(ProbeOutcome.TimedOut, "the TLS handshake did not end in time") : exchange.End(ProbeOutcome.TlsFailed, refusal);
        }

        exchange.Secured();
        return await talk(session.Stream, exchange, patience).ConfigureAwait(false);
    }

    private static async Task<ResponseFact?> AnnounceAsync(NetworkStream plain, Exchange exchange, Patience patience)
    {
        try
        {
            await plain.WriteAsync("PROXY UNKNOWN\r\n"u8.ToArray(), patience.Token).ConfigureAwait(false);
            return null;
        }
        catch (Exception failure) when (Exchange.IsBroken(failure))
        {
            return exchange.Broke(failure, "while announcing the connection");
        }
    }

    private async Task<ResponseFact> TalkAsync(Stream stream, HttpCall call, Exchange exchange, MemoryStream? body, Patience patience)
    {
        var when = "while sending the request";
        try
        {
            await stream.WriteAsync(call.Request, patience.Token).ConfigureAwait(false);
            when = "while waiting for the response header";
            var buffer = new byte[ReadBytes];
            var (failure, rest) = await ReadHeaderAsync(stream, buffer, call.MayBeCgi, exchange, patience).ConfigureAwait(false);
            if (failure is not null)
            {
                return failure;
            }

            when = "while reading the response body";
            patience.Renew(limits.BodyPatience);
            return await ReadBodyAsync(stream, buffer, rest, exchange, body, patience).ConfigureAwait(false);
        }
        catch (Exception failure) when (Exchange.IsBroken(failure))
        {
            return exchange.Broke(failure, when);
        }
        catch (OperationCanceledException) when (patience.IsOver)
        {
            return exchange.HeaderMs is null
                ? exchange.End(ProbeOutcome.TimedOut, $"no complete response header within {call.Patience.TotalMilliseconds:0} ms; {exchange.BytesReceived} bytes came")
                : exchange.End(ProbeOutcome.Ok, $"the body had not ended {limits.BodyPatience.TotalMilliseconds:0} ms after the header");
        }
    }

    /// <returns>The part of the buffer behind the header, or the fact that ended the exchange.</returns>
    private async Task<(ResponseFact? Failure, Memory<byte> Behind)> ReadHeaderAsync(Stream stream, byte[] buffer, bool mayBeCgi, Exchange exchange, Patience patience)
    {
        var header = exchange.Header = new HttpHeaderParser(hasStatusLine: true);
        while (true)
        {
            var count = await stream.ReadAsync(buffer, patience.Token).ConfigureAwait(false);
            if (count == 0)
            {
                return (exchange.End(ProbeOutcome.Closed, ClosedText(exchange)), default);
            }

            if (mayBeCgi && exchange.BytesReceived == 0 && !buffer.AsSpan(0, count).StartsWith("HTTP/"u8))
            {
                header = exchange.Header = new HttpHeaderParser(hasStatusLine: false);
            }

            exchange.Received(buffer.AsSpan(0, count));
            var rest = buffer.AsMemory(0, count);
            while (rest.Length > 0 && !header.IsInvalid)
            {
                rest = rest[header.Feed(rest.Span)..];
                if (header.IsDone && IsInterim(header))
                {
                    header = exchange.Header = new HttpHeaderParser(hasStatusLine: true);
                    continue;
                }

                if (header.IsDone)
                {
                    exchange.HeaderEnded();
                    return (null, rest);
                }
            }

            if (Verdict(header, exchange) is { } failure)
            {
                return (failure, default);
            }
        }
    }

    private ResponseFact? Verdict(HttpHeaderParser header, Exchange exchange)
        => header.IsOtherProtocol ? exchange.End(ProbeOutcome.Invalid, "the answer does not begin with an HTTP status line")
            : header.IsInvalid ? exchange.End(ProbeOutcome.Invalid, $"the response header has an invalid byte at {header.Bytes}")
            : exchange.BytesReceived > limits.HeaderBytesMax ? exchange.End(ProbeOutcome.Invalid, $"the response header had not ended after {limits.HeaderBytesMax} bytes")
            : null;

    private async Task<ResponseFact> ReadBodyAsync(Stream stream, byte[] buffer, Memory<byte> rest, Exchange exchange, MemoryStream? body, Patience patience)
    {
        var header = exchange.Header!;
        var counter = new BodyCounter(header.Status ?? 0, header.ContentLength, header.IsChunked);
        while (true)
        {
            counter.Feed(rest.Span);
            body?.Write(rest.Span);
            exchange.BodyBytes = counter.Bytes;
            if (counter.IsInvalid)
            {
                return exchange.End(ProbeOutcome.Invalid, "the chunked body is malformed");
            }

            if (counter.IsComplete || counter.Bytes >= limits.BodyBytesMax)
            {
                return exchange.End(ProbeOutcome.Ok);
            }

            var count = await stream.ReadAsync(buffer, patience.Token).ConfigureAwait(false);
            if (count == 0)
            {
                return counter.EndsAtClose
                    ? exchange.End(ProbeOutcome.Ok)
                    : exchange.End(ProbeOutcome.Closed, $"the connection was closed after {counter.Bytes} bytes of the body, before its end");
            }

            rest = buffer.AsMemory(0, count);
        }
    }

    private static string ClosedText(Exchange exchange) => exchange.BytesReceived == 0
        ? "the connection was closed without a response"
        : $"the connection was closed after {exchange.BytesReceived} bytes, before the end of the response header";

    /// <summary>100, 102 and 103 precede the answer; 101 is one (RFC 9110 §15.2).</summary>
    private static bool IsInterim(HttpHeaderParser header) => header.Status is >= 100 and < 200 and not 101;
}
