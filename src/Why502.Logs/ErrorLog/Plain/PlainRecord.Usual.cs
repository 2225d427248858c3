using System.Numerics;
using System.Runtime.CompilerServices;

namespace Why502.Logs;

/// <summary>
/// The form that nearly all records have: one line of a client's connection, with a request. Everything is kept in locals until all of it was found, because to
/// write a place and to read it again takes longer than to look for it.
/// </summary>
internal partial struct PlainRecord
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReadUsual(ref byte block, nint start, in PlainHead head, nint lineFeed)
    {
        var process = start + head.Length + 1;
        var digits = Bytes.LongDigits(ref block, process);
        var pid = BitOperations.TrailingZeroCount(~digits);
        var tid = BitOperations.TrailingZeroCount(~(digits >> (pid + 1)));
        var connection = process + pid + tid + 4;
        var connectionLength = BitOperations.TrailingZeroCount(~(digits >> (pid + tid + 4)));
        var body = connection + connectionLength + 1;
        if ((uint)(pid - 1) >= ProcessDigitsMax || (uint)(tid - 1) >= ProcessDigitsMax || (uint)(connectionLength - 1) >= ConnectionDigitsMax
            || Bytes.At(ref block, process - 1) != ' ' || Bytes.At(ref block, process + pid) != '#' || !Bytes.Is(ref block, connection - 3, ": *"u8)
            || Bytes.At(ref block, body - 1) != ' ' || head.Level == LogLevel.Debug || Bytes.At(ref block, lineFeed - 1) == '\r')
        {
            return false;
        }

        var bodyEnd = body + Bytes.First(Bytes.Mask(ref block, body, (byte)','), Bytes.Mask(ref block, body + Bytes.Window, (byte)','));
        if (!Bytes.Is(ref block, bodyEnd, ", client: "u8))
        {
            bodyEnd = ClientBehind(ref block, body, lineFeed);
        }

        var client = bodyEnd + ", client: ".Length;
        var commas = Bytes.Mask(ref block, client, (byte)',');
        var server = client + BitOperations.TrailingZeroCount(commas) + ", server: ".Length;
        var quote = server + BitOperations.TrailingZeroCount(Bytes.Mask(ref block, server, (byte)'"'));
        var serverEnd = quote - ", request: ".Length;
        if (bodyEnd >= lineFeed || server == client + ", server: ".Length || !Bytes.Is(ref block, server - ", server: ".Length, ", server: "u8)
            || (Bytes.Mask(ref block, client, (byte)'"') & (commas ^ (commas - 1))) != 0
            || serverEnd - server != BitOperations.TrailingZeroCount(Bytes.Mask(ref block, server, (byte)',')) || !Bytes.Is(ref block, serverEnd, ", request: \""u8) || quote >= lineFeed)
        {
            return false;
        }

        var methodLength = BitOperations.TrailingZeroCount(~Bytes.Capitals(ref block, quote + 1));
        var method = Bytes.Word(ref block, quote + 1, methodLength & 15);
        var uri = quote + 1 + methodLength + 1;
        quote = QuoteBehind(ref block, uri, lineFeed);
        var uriLength = quote - " HTTP/1.1".Length - uri;
        if ((uint)(methodLength - 1) >= sizeof(ulong) || Bytes.At(ref block, uri - 1) != ' ' || uriLength <= 0 || quote >= lineFeed
            || !Bytes.Is(ref block, quote - 9, " HTTP/"u8) || !IsVersion(ref block, quote - 3) || HasControl(ref block, uri, (int)uriLength))
        {
            return false;
        }

        var pathLength = LengthOfPath(ref block, uri, uriLength, method, out var sketch);
        nint upstream = quote + 1 + ", upstream: \"".Length;
        nint upstreamLength = 0;
        var scheme = 0;
        if (Bytes.Is(ref block, quote + 1, ", upstream: \""u8))
        {
            scheme = BitOperations.TrailingZeroCount(Bytes.Mask(ref block, upstream, (byte)':', (byte)'"'));
            var peer = upstream + scheme + 3;
            var isSocket = Bytes.Is(ref block, peer, "unix:"u8);
            var ends = isSocket ? Bytes.Mask(ref block, peer + 5, (byte)':', (byte)'"') << 5 : Bytes.Mask(ref block, peer, (byte)'/', (byte)'?', (byte)'"');
            var peerLength = BitOperations.TrailingZeroCount(ends);
            upstreamLength = peer + peerLength - upstream;
            if (scheme is 0 or > 12 || !Bytes.Is(ref block, upstream + scheme, "://"u8) || peerLength >= Bytes.Window)
            {
                return false;
            }

            quote = QuoteBehind(ref block, peer + peerLength, lineFeed);
            if (quote >= lineFeed)
            {
                return false;
            }
        }

        nint host = quote + 1 + ", host: \"".Length;
        nint hostLength = -1;
        if (Bytes.Is(ref block, quote + 1, ", host: \""u8))
        {
            hostLength = BitOperations.TrailingZeroCount(Bytes.Mask(ref block, host, (byte)'"'));
            quote = host + hostLength;
            if (hostLength == Bytes.Window)
            {
                return false;
            }
        }

        if (quote + 1 != lineFeed && (lineFeed <= quote + 1 + ", referrer: \"".Length || !Bytes.Is(ref block, quote + 1, ", referrer: \""u8) || Bytes.At(ref block, lineFeed - 1) != '"'))
        {
            return false;
        }

        (Start, Level, LinesMore, End, TextEnd) = (start, head.Level, 0, lineFeed, lineFeed);
        (Process, Connection, ConnectionLength) = (process, connection, connectionLength);
        (Body, BodyLength) = (body, (int)(bodyEnd - body));
        (Server, ServerLength) = (server, (int)(serverEnd - server));
        (HasRequest, Method, Uri, UriLength) = (true, method, uri, (int)uriLength);
        (PathLength, Sketch) = (pathLength, sketch);
        (Upstream, UpstreamLength, SchemeLength) = (upstream, (int)upstreamLength, scheme);
        (Host, HostLength) = (host, (int)hostLength);
        return bodyEnd - body <= BodyLengthMax && lineFeed - start < LineMax;
    }
}
