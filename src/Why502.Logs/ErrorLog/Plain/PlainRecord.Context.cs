using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Why502.Logs;

/// <summary>The context behind the message: <c>, client: …, server: …, request: "…", upstream: "…", host: "…", referrer: "…"</c>.</summary>
internal partial struct PlainRecord
{
    /// <summary>A full buffer may have cut the line (ngx_log.h: NGX_MAX_ERROR_STR), and nobody's buffer is longer than OpenResty's.</summary>
    private const int LineMax = 2047;
    private const int LineMaxOpenResty = 4095;

    private Reading ReadContext(ref byte block, nint client)
    {
        var commas = Bytes.Mask(ref block, client, (byte)',');
        var server = client + BitOperations.TrailingZeroCount(commas);
        var request = client + Bytes.First(commas & (commas - 1), Bytes.Mask(ref block, client + Bytes.Window, (byte)','));
        var quote = client + Bytes.First(Bytes.Mask(ref block, client, (byte)'"'), Bytes.Mask(ref block, client + Bytes.Window, (byte)'"'));
        Server = server + ", server: ".Length;
        ServerLength = (int)(request - Server);
        if (commas == 0 || server == client || !Bytes.Is(ref block, server, ", server: "u8))
        {
            return Reading.Other;
        }

        if (request >= TextEnd)
        {
            return ReadWithoutRequest(ref block, client);
        }

        if (!Bytes.Is(ref block, request, ", request: \""u8) || quote != request + ", request: ".Length)
        {
            return Reading.Other;
        }

        HasRequest = true;
        if (!ReadRequest(ref block, quote + 1, out quote))
        {
            return Reading.Other;
        }

        UpstreamLength = 0;
        if (Bytes.Is(ref block, quote + 1, ", upstream: \""u8) && !ReadUpstream(ref block, quote + 1 + ", upstream: \"".Length, out quote))
        {
            return Reading.Other;
        }

        HostLength = -1;
        if (Bytes.Is(ref block, quote + 1, ", host: \""u8))
        {
            Host = quote + 1 + ", host: \"".Length;
            quote = Host + BitOperations.TrailingZeroCount(Bytes.Mask(ref block, Host, (byte)'"'));
            HostLength = (int)(quote - Host);
            if (Bytes.At(ref block, quote) != '"')
            {
                return Reading.Other;
            }
        }

        return ReadEnd(ref block, quote + 1);
    }

    /// <summary>The place of the next quote; behind the text's end when there is none in it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint QuoteBehind(ref byte block, nint at, nint textEnd)
    {
        var first = Bytes.First(Bytes.Mask(ref block, at, (byte)'"'), Bytes.Mask(ref block, at + Bytes.Window, (byte)'"'));
        return first < Bytes.Window * 2 ? at + first : QuoteFarBehind(ref block, at, textEnd);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint QuoteFarBehind(ref byte block, nint at, nint textEnd)
    {
        var found = at < textEnd ? Bytes.Span(ref block, at, textEnd - at).IndexOf((byte)'"') : -1;
        return found < 0 ? textEnd : at + found;
    }

    /// <summary>Nothing was quoted here, so there is less to hold on to: the client must look like an address.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Reading ReadWithoutRequest(ref byte block, nint client)
    {
        HasRequest = false;
        ServerLength = (int)(TextEnd - Server);
        PathLength = 0;
        UpstreamLength = 0;
        HostLength = -1;
        if (ServerLength <= 0 || Bytes.Span(ref block, Server, ServerLength).IndexOfAny((byte)',', (byte)'"') >= 0)
        {
            return Reading.Other;
        }

        var address = Bytes.Span(ref block, client, Server - ", server: ".Length - client);
        return address.IndexOfAnyExcept(AddressBytes) < 0 && Bytes.At(ref block, TextEnd - 1) is not ((byte)' ' or (byte)'\t') ? WithPlainLength() : Reading.Other;
    }

    private static readonly SearchValues<byte> AddressBytes = SearchValues.Create("0123456789abcdef.:unix"u8);

    /// <summary><c>METHOD URI HTTP/1.1</c>; a request that spells control characters is looked at more closely.</summary>
    private bool ReadRequest(ref byte block, nint at, out nint end)
    {
        var method = BitOperations.TrailingZeroCount(~Bytes.Capitals(ref block, at));
        if (method > sizeof(ulong) || method == 0 || Bytes.At(ref block, at + method) != ' ')
        {
            method = MethodLength(ref block, at);
        }

        Method = Bytes.Word(ref block, at, method);
        Uri = at + method + 1;
        end = QuoteBehind(ref block, Uri, TextEnd);
        UriLength = (int)(end - " HTTP/1.1".Length - Uri);
        if (method == 0 || UriLength <= 0 || end >= TextEnd || !Bytes.Is(ref block, end - 9, " HTTP/"u8) || !IsVersion(ref block, end - 3) || HasControl(ref block, Uri, UriLength))
        {
            return false;
        }

        PathLength = LengthOfPath(ref block, Uri, UriLength, Method, out Sketch);
        return true;
    }

    /// <summary>nginx takes letters, underscore and dash for a method's. 0 for anything else, and for more than eight of them.</summary>
    private static int MethodLength(ref byte block, nint at)
    {
        for (var length = 0; length <= sizeof(ulong); length++)
        {
            var letter = (char)Bytes.At(ref block, at + length);
            if (letter == ' ')
            {
                return length;
            }

            if (!char.IsAsciiLetter(letter) && letter is not ('_' or '-'))
            {
                return 0;
            }
        }

        return 0;
    }

    /// <summary>The URI holds <c>%0</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasControl(ref byte block, nint at, int length)
    {
        var first = Bytes.First(Bytes.Mask(ref block, at, (byte)'%', (byte)'0', 1), Bytes.Mask(ref block, at + Bytes.Window, (byte)'%', (byte)'0', 1));
        return first < length && (first < Bytes.Window * 2 || Bytes.Span(ref block, at, length).IndexOf("%0"u8) >= 0);
    }

    /// <summary>What <see cref="Routes.Fold(ReadOnlySpan{byte}, Span{byte})"/> would look at, as far as one look goes, and what it shows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LengthOfPath(ref byte block, nint uri, nint uriLength, ulong method, out ulong sketch)
    {
        var slashes = Bytes.Mask(ref block, uri, (byte)'/');
        var beyond = slashes;
        for (var i = 0; i < Routes.SegmentsMax; i++)
        {
            beyond &= beyond - 1;
        }

        var query = Bytes.Mask(ref block, uri, (byte)'?', (byte)'#');
        var length = (int)Math.Min(Math.Min(BitOperations.TrailingZeroCount(beyond) + 1, BitOperations.TrailingZeroCount(query)), uriLength);
        if ((slashes & 1) == 0 || (length >= Bytes.Window && uriLength != Bytes.Window))
        {
            sketch = 0;
            return 0;
        }

        slashes &= ulong.MaxValue >> (Bytes.Window - length);
        var segment = Math.Min(BitOperations.TrailingZeroCount(slashes & (slashes - 1)), length) - 1;
        sketch = RouteSketch.Of(segment == 0 ? 0 : Bytes.Word(ref block, uri + 1, Math.Min(segment, sizeof(ulong))), BitOperations.PopCount(slashes), method);
        return length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsVersion(ref byte block, nint at) =>
        Bytes.At(ref block, at + 1) == '.' && char.IsAsciiDigit((char)Bytes.At(ref block, at)) && char.IsAsciiDigit((char)Bytes.At(ref block, at + 2));

    /// <summary>The scheme and the peer of the upstream's URL, and the quote that closes it.</summary>
    private bool ReadUpstream(ref byte block, nint at, out nint end)
    {
        Upstream = at;
        var scheme = Bytes.Is(ref block, at, "http://"u8) ? 4 : BitOperations.TrailingZeroCount(Bytes.Mask(ref block, at, (byte)':', (byte)'"'));
        var peer = at + scheme + 3;
        var isSocket = Bytes.Is(ref block, peer, "unix:"u8);
        peer += isSocket ? 5 : 0;
        var ends = isSocket ? Bytes.Mask(ref block, peer, (byte)':', (byte)'"') : Bytes.Mask(ref block, peer, (byte)'/', (byte)'?', (byte)'"');
        var length = BitOperations.TrailingZeroCount(ends);
        UpstreamLength = (int)(peer + length - at);
        SchemeLength = scheme;
        end = QuoteBehind(ref block, peer + length, TextEnd);
        return scheme is not 0 and <= 12 && Bytes.Is(ref block, at + scheme, "://"u8) && length < Bytes.Window && end < TextEnd;
    }

    /// <summary>The line's end, or the referrer: whatever that holds is the client's, up to the line's end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Reading ReadEnd(ref byte block, nint at)
    {
        var isEnd = at == TextEnd
            || (TextEnd > at + ", referrer: \"".Length && Bytes.Is(ref block, at, ", referrer: \""u8) && Bytes.At(ref block, TextEnd - 1) == '"');
        return isEnd ? WithPlainLength() : Reading.Other;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Reading WithPlainLength()
    {
        var length = TextEnd - Start;
        return length != LineMax && length < (LinesMore == 0 ? LineMaxOpenResty : LineMax) ? Reading.Plain : Reading.Other;
    }
}
