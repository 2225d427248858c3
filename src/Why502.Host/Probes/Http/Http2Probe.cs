using System.Buffers.Binary;
using System.Globalization;
using Why502.Diagnosis;

namespace Why502.Host.Probes;

/// <summary>One request over HTTP/2 on a connection of its own: a call of gRPC's health service, or a GET.</summary>
internal sealed class Http2Probe(Dialer dialer, TimeProvider time, ProbeLimits limits)
{
    private const int OurStream = 1;
    private const byte Ack = 1;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;
    private const int NoError = 0;

    /// <summary>The names of grpc-status (gRPC's "Status codes and their use").</summary>
    private static readonly string[] StatusNames =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    /// <summary>HealthCheckResponse.ServingStatus (grpc/health/v1/health.proto).</summary>
    private static readonly string[] ServingNames = ["SERVING_UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

    /// <summary>The preface as ngx_http_grpc_module sends it: no dynamic table, no push, the largest windows.</summary>
    private static readonly byte[] Opening =
    [
        .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
        .. Frame.Write(FrameType.Settings, 0, 0, [0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff]),
        .. Frame.Write(FrameType.WindowUpdate, 0, 0, [0x7f, 0xff, 0, 0]),
    ];

    /// <summary>A HealthCheckRequest for the server as a whole: a message of no bytes behind gRPC's five.</summary>
    public static byte[] Health(string host, bool tls) =>
    [
        .. Opening,
        .. Frame.Write(FrameType.Headers, EndHeaders, OurStream, HeaderBlock.Write(
            (":method", "POST"), (":scheme", tls ? "https" : "http"), (":path", GrpcHealth.Path), (":authority", RequestText.Host(host)),
            ("te", "trailers"), ("content-type", "application/grpc"), ("user-agent", RequestText.UserAgent))),
        .. Frame.Write(FrameType.Data, EndStream, OurStream, [0, 0, 0, 0, 0]),
    ];

    public static byte[] Get(string target, string host, bool tls) =>
    [
        .. Opening,
        .. Frame.Write(FrameType.Headers, EndHeaders | EndStream, OurStream, HeaderBlock.Write(
            (":method", "GET"), (":scheme", tls ? "https" : "http"), (":path", target), (":authority", RequestText.Host(host)), ("user-agent", RequestText.UserAgent), ("accept", "*/*"))),
    ];

    public Task<ResponseFact> AskAsync(HttpCall call, CancellationToken cancellation)
        => new HttpProbe(dialer, time, limits).OverAsync(call, (stream, exchange, patience) => new Conversation(stream, exchange, limits).TalkAsync(call, patience), cancellation);

    private sealed class Conversation(Stream stream, Exchange exchange, ProbeLimits limits)
    {
        private readonly List<byte> block = [];
        private readonly List<byte> body = [];
        private bool ends;
        private int? grpcStatus;

        public async Task<ResponseFact> TalkAsync(HttpCall call, Patience patience)
        {
            try
            {
                await stream.WriteAsync(call.Request, patience.Token).ConfigureAwait(false);
                return await ReadAsync(patience).ConfigureAwait(false);
            }
            catch (EndOfStreamException)
            {
                return exchange.End(ProbeOutcome.Closed, exchange.BytesReceived == 0 ? "the connection was closed without a response" : $"the connection was closed after {exchange.BytesReceived} bytes, before the end of the response");
            }
            catch (Exception failure) when (Exchange.IsBroken(failure))
            {
                return exchange.Broke(failure, "while waiting for the response");
            }
            catch (OperationCanceledException) when (patience.IsOver)
            {
                return exchange.HeaderMs is null
                    ? exchange.End(ProbeOutcome.TimedOut, $"no complete response header within {call.Patience.TotalMilliseconds:0} ms; {exchange.BytesReceived} bytes came")
                    : exchange.End(ProbeOutcome.Ok, $"the body had not ended {limits.BodyPatience.TotalMilliseconds:0} ms after the header");
            }
        }

        private async Task<ResponseFact> ReadAsync(Patience patience)
        {
            for (var isFirst = true; exchange.BytesReceived <= limits.HeaderBytesMax; isFirst = false)
            {
                if (await FrameAsync(isFirst, patience).ConfigureAwait(false) is not { } frame)
                {
                    return exchange.End(ProbeOutcome.Invalid, "the answer does not begin with HTTP/2's SETTINGS");
                }

                if (frame is { Type: FrameType.Settings or FrameType.Ping, HasFirstFlag: false })
                {
                    await stream.WriteAsync(Frame.Write(frame.Type, Ack, 0, frame.Type == FrameType.Ping ? frame.Payload : []), patience.Token).ConfigureAwait(false);
                }
                else if (frame.Type == FrameType.GoAway && (frame.ErrorCode != NoError || LastStream(frame) < OurStream))
                {
                    return exchange.End(ProbeOutcome.Closed, $"the server said GOAWAY with error {frame.ErrorCode.ToString(CultureInfo.InvariantCulture)}");
                }
                else if (frame is { Type: FrameType.ResetStream, Stream: OurStream })
                {
                    return exchange.HeaderMs is not null && frame.ErrorCode == NoError ? Done() : exchange.End(ProbeOutcome.Reset, $"the server rejected the request with error {frame.ErrorCode.ToString(CultureInfo.InvariantCulture)} (RST_STREAM)");
                }
                else if (frame.Stream == OurStream && Take(frame, patience) is { } end)
                {
                    return end;
                }
            }

            return exchange.End(ProbeOutcome.Invalid, $"the response had not ended after {limits.HeaderBytesMax} bytes");
        }

        private static int LastStream(Frame frame) => frame.Payload.Length < 4 ? int.MaxValue : BinaryPrimitives.ReadInt32BigEndian(frame.Payload) & int.MaxValue;

        /// <summary>A part of the answer. Not null: it is over.</summary>
        private ResponseFact? Take(Frame frame, Patience patience)
        {
            if (frame.Type is not (FrameType.Headers or FrameType.Continuation or FrameType.Data))
            {
                return null;
            }

            if (frame.Content is not { } content)
            {
                return exchange.End(ProbeOutcome.Invalid, "a frame is padded beyond its length");
            }

            ends |= frame.Type != FrameType.Continuation && frame.HasFirstFlag;
            if (frame.Type == FrameType.Data)
            {
                exchange.BodyBytes += content.Length;
                body.AddRange(content.Span);
                return ends || exchange.BodyBytes >= limits.BodyBytesMax ? Done() : null;
            }

            block.AddRange(content.Span);
            if (!frame.EndsHeaders)
            {
                return null;
            }

            if (HeaderBlock.Read([.. block]) is not { } fields)
            {
                return exchange.End(ProbeOutcome.Invalid, "a header block cannot be decoded");
            }

            block.Clear();
            return Keep(fields, patience) ?? (ends ? Done() : null);
        }

        private ResponseFact? Keep(IReadOnlyList<(string Name, string Value)> fields, Patience patience)
        {
            grpcStatus ??= Number(fields, "grpc-status");
            if (exchange.HeaderMs is not null)
            {
                return null;
            }

            if (Number(fields, ":status") is not { } status)
            {
                return exchange.End(ProbeOutcome.Invalid, "the response header has no :status");
            }

            if (status is >= 100 and < 200)
            {
                return null;
            }

            // nginx reads all that comes before the header's end into the same buffer, the SETTINGS too.
            (exchange.Status, exchange.HeaderBytes) = (status, exchange.BytesReceived);
            exchange.Server = fields.FirstOrDefault(field => field.Name == "server").Value;
            exchange.Largest = fields.Select(field => (field.Name, (long)field.Name.Length + field.Value.Length)).MaxBy(field => field.Item2);
            exchange.HeaderEnded();
            patience.Renew(limits.BodyPatience);
            return null;
        }

        private ResponseFact Done()
        {
            exchange.Said = grpcStatus is not { } code ? null
                : code == 0 ? Serving() ?? "OK"
                : code < StatusNames.Length ? StatusNames[code]
                : $"grpc-status {code.ToString(CultureInfo.InvariantCulture)}";
            return exchange.End(ProbeOutcome.Ok);
        }

        /// <summary>HealthCheckResponse: field 1, a varint; it is left out where it is 0.</summary>
        private string? Serving()
        {
            byte[] message = [.. body];
            return message.Length < 5 || message[0] != 0 || message.Length > 5 + 2 ? null
                : message.Length == 5 ? ServingNames[0]
                : message[5] == 8 && message.Length == 7 && message[6] < ServingNames.Length ? ServingNames[message[6]]
                : null;
        }

        private static int? Number(IReadOnlyList<(string Name, string Value)> fields, string name)
            => fields.FirstOrDefault(field => field.Name == name).Value is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

        /// <returns>Null when what comes is no frame, or the first one not the one that must come first (RFC 9113 §3.4).</returns>
        private async Task<Frame?> FrameAsync(bool isFirst, Patience patience)
        {
            var head = await BytesAsync(Frame.HeadBytes, patience).ConfigureAwait(false);
            var length = (head[0] << 16) | (head[1] << 8) | head[2];
            if (length > Frame.PayloadMax || (isFirst && (FrameType)head[3] != FrameType.Settings))
            {
                return null;
            }

            return new Frame((FrameType)head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) & int.MaxValue, await BytesAsync(length, patience).ConfigureAwait(false));
        }

        private async Task<byte[]> BytesAsync(int count, Patience patience)
        {
            var bytes = new byte[count];
            for (var read = 0; read < count;)
            {
                var more = await stream.ReadAsync(bytes.AsMemory(read), patience.Token).ConfigureAwait(false);
                if (more == 0)
                {
                    throw new EndOfStreamException();
                }

                exchange.Received(bytes.AsSpan(read, more));
                read += more;
            }

            return bytes;
        }
    }
}
