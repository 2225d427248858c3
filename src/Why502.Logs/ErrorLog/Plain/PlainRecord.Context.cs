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
        Server = (int)server + ", server: ".Length;
        ServerLength = (int)request - Server;
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

        Request = (int)quote + 1;
        quote = QuoteBehind(ref block, Request, TextEnd);
        RequestLength = (int)quote - Request;
        if (quote >= TextEnd || !TryReadRequest(ref block, out PlainRequest parts) || HasControl(ref block, parts.Uri, parts.UriLength))
        {
            return Reading.Other;
        }

        (Upstream, UpstreamLength) = (Body, 0);
        if (Bytes.Is(ref block, quote + 1, ", upstream: \""u8) && !ReadUpstream(ref block, quote + 1 + ", upstream: \"".Length, out quote))
        {
            return Reading.Other;
        }

        HostLength = -1;
        if (Bytes.Is(ref block, quote + 1, ", host: \""u8))
        {
            Host = (int)quote + 1 + ", host: \"".Length;
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
        RequestLength = 0;
        ServerLength = TextEnd - Server;
        (Upstream, UpstreamLength) = (Body, 0);
        HostLength = -1;
        if (ServerLength <= 0 || Bytes.Span(ref block, Server, ServerLength).IndexOfAny((byte)',', (byte)'"') >= 0)
        {
            return Reading.Other;
        }

        var address = Bytes.Span(ref block, client, Server - ", server: ".Length - client);
        return address.IndexOfAnyExcept(AddressBytes) < 0 && !HasOtherClient(ref block) && Bytes.At(ref block, TextEnd - 1) is not ((byte)' ' or (byte)'\t') ? WithPlainLength() : Reading.Other;
    }

    private static readonly SearchValues<byte> AddressBytes = SearchValues.Create("0123456789abcdef.:unix"u8);

    /// <summary>Reads <c>METHOD URI HTTP/1.1</c>; false when it is something else.</summary>
    public readonly bool TryReadRequest(ref byte block, out PlainRequest request)
    {
        var method = MethodLength(ref block, Request);
        var end = Request + RequestLength;
        request = new() { Method = Bytes.Word(ref block, Request, method), Uri = Request + method + 1, UriLength = end - " HTTP/1.1".Length - (Request + method + 1) };
        return method > 0 && request.UriLength > 0 && Bytes.Is(ref block, end - 9, " HTTP/"u8) && IsVersion(ref block, end - 3);
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
    private static bool HasControl(ref byte block, nint at, nint length)
    {
        var first = Bytes.First(Bytes.Mask(ref block, at, (byte)'%', (byte)'0', 1), Bytes.Mask(ref block, at + Bytes.Window, (byte)'%', (byte)'0', 1));
        return first < length && (first < Bytes.Window * 2 || Bytes.Span(ref block, at, length).IndexOf("%0"u8) >= 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsVersion(ref byte block, nint at) =>
        Bytes.At(ref block, at + 1) == '.' && char.IsAsciiDigit((char)Bytes.At(ref block, at)) && char.IsAsciiDigit((char)Bytes.At(ref block, at + 2));

    /// <summary>Scheme and peer are what <see cref="ErrorLogLine"/> takes for them.</summary>
    public readonly bool HasExactPeer(ref byte block)
    {
        var copy = this;
        return copy.ReadUpstream(ref block, Upstream, out _) && copy.UpstreamLength == UpstreamLength && copy.SchemeLength == SchemeLength;
    }

    /// <summary>The scheme and the peer of the upstream's URL, and the quote that closes it.</summary>
    private bool ReadUpstream(ref byte block, nint at, out nint end)
    {
        Upstream = (int)at;
        var scheme = Bytes.Is(ref block, at, "http://"u8) ? 4 : BitOperations.TrailingZeroCount(Bytes.Mask(ref block, at, (byte)':', (byte)'"'));
        var peer = at + scheme + 3;
        var isSocket = Bytes.Is(ref block, peer, "unix:"u8);
        peer += isSocket ? 5 : 0;
        var ends = isSocket ? Bytes.Mask(ref block, peer, (byte)':', (byte)'?', (byte)'"') : Bytes.Mask(ref block, peer, (byte)'/', (byte)'?', (byte)'"');
        var length = BitOperations.TrailingZeroCount(ends);
        UpstreamLength = (int)(peer + length - at);
        SchemeLength = scheme;
        end = QuoteBehind(ref block, peer + length, TextEnd);
        return scheme is not 0 and <= 12 && Bytes.Is(ref block, at + scheme, "://"u8) && length < Bytes.Window && end < TextEnd && (!isSocket || EndsSocket(ref block, peer + length, scheme));
    }

    /// <summary>Only proxy_pass writes a URI behind the path, and not always with a colon between them.</summary>
    private static bool EndsSocket(ref byte block, nint at, int scheme)
        => Bytes.At(ref block, at) == '"' ? scheme > "https".Length : Bytes.At(ref block, at) == ':' && Bytes.At(ref block, at + 1) is (byte)'/' or (byte)'"';

    /// <summary>The line's end, or the referrer: whatever that holds is the client's, up to the line's end.</summary>
    private readonly Reading ReadEnd(ref byte block, nint at)
    {
        var isEnd = at == TextEnd
            || (TextEnd > at + ", referrer: \"".Length && Bytes.Is(ref block, at, ", referrer: \""u8) && Bytes.At(ref block, TextEnd - 1) == '"');
        return isEnd && !HasOtherClient(ref block) ? WithPlainLength() : Reading.Other;
    }

    /// <summary>A message that quotes foreign text may hold a client of its own, in front of nginx's or behind it.</summary>
    public readonly bool HasOtherClient(ref byte block) =>
        Bytes.Span(ref block, Body, BodyLength).Contains((byte)'"') && NamesClient(ref block, Body + BodyLength + ", client: ".Length, TextEnd);

    /// <summary><c>client: </c> stands between two places.</summary>
    public static bool NamesClient(ref byte block, nint at, nint end)
    {
        const ulong Client = 0x203A746E65696C63;
        var from = at;
        for (; at < end; at += Bytes.Window)
        {
            // No other word of the context has its colon five letters behind an l.
            for (var found = Bytes.Mask(ref block, at, (byte)'l', (byte)':', 5); found != 0; found &= found - 1)
            {
                var word = at + BitOperations.TrailingZeroCount(found) - 1;
                if (word >= from && word + sizeof(ulong) <= end && Bytes.Word(ref block, word) == Client)
                {
                    return true;
                }
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Reading WithPlainLength()
    {
        var length = TextEnd - Start;
        return length != LineMax && length < (LinesMore == 0 ? LineMaxOpenResty : LineMax) ? Reading.Plain : Reading.Other;
    }
}
