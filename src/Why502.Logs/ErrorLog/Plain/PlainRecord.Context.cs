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

    /// <summary>A longer client is no address.</summary>
    private const int ClientLengthMax = 128;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Reading ReadContext(ref byte block, nint client, Marks marks, ref int mark)
    {
        ref var first = ref marks.First;
        nint server = Unsafe.Add(ref first, mark + 1);
        nint request = Unsafe.Add(ref first, mark + 2);
        if (request >= marks.End)
        {
            return Reading.Unfinished;
        }

        if (server - client is <= 0 or > ClientLengthMax || !Bytes.Is(ref block, server, ", server: "u8))
        {
            return Reading.Other;
        }

        Server = server + ", server: ".Length;
        ServerLength = (int)(request - Server);
        mark += 3;
        if (!Bytes.Is(ref block, request, ", request: \""u8))
        {
            return Bytes.At(ref block, request) == '\n' ? EndWithoutRequest(ref block, client, request) : Reading.Other;
        }

        HasRequest = true;
        mark++;
        if (!TryFindQuote(ref block, marks, ref mark, out var quote))
        {
            return Reading.Unfinished;
        }

        if (!ReadRequest(ref block, request + ", request: \"".Length, quote))
        {
            return Reading.Other;
        }

        UpstreamLength = 0;
        if (Bytes.Is(ref block, quote + 1, ", upstream: \""u8))
        {
            Upstream = quote + 1 + ", upstream: \"".Length;
            mark += 2;
            if (!TryFindQuote(ref block, marks, ref mark, out quote))
            {
                return Reading.Unfinished;
            }

            if (!ReadUpstream(ref block, quote))
            {
                return Reading.Other;
            }
        }

        HostLength = -1;
        if (Bytes.Is(ref block, quote + 1, ", host: \""u8))
        {
            Host = quote + 1 + ", host: \"".Length;
            quote = Unsafe.Add(ref first, mark + 2);
            HostLength = (int)(quote - Host);
            mark += 3;
            if (Bytes.At(ref block, quote) != '"')
            {
                return Reading.Other;
            }
        }

        return ReadEnd(ref block, quote + 1, marks, ref mark);
    }

    /// <summary>The next mark that is no comma; <paramref name="mark"/> is then the one behind it. It is a quote unless the line ends before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryFindQuote(ref byte block, Marks marks, ref int mark, out nint quote)
    {
        do
        {
            quote = Unsafe.Add(ref marks.First, mark++);
        }
        while (Bytes.At(ref block, quote) == ',' && mark <= marks.Count);
        return mark <= marks.Count;
    }

    /// <summary>Nothing was quoted here, so there is less to hold on to: the client must look like an address.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Reading EndWithoutRequest(ref byte block, nint client, nint lineFeed)
    {
        EndAt(ref block, lineFeed);
        HasRequest = false;
        ServerLength = (int)(TextEnd - Server);
        PathLength = 0;
        UpstreamLength = 0;
        HostLength = -1;
        var address = Bytes.Span(ref block, client, Server - ", server: ".Length - client);
        return ServerLength > 0 && address.IndexOfAnyExcept(AddressBytes) < 0 && Bytes.At(ref block, TextEnd - 1) is not ((byte)' ' or (byte)'\t')
            ? WithPlainLength() : Reading.Other;
    }

    private static readonly SearchValues<byte> AddressBytes = SearchValues.Create("0123456789abcdef.:unix"u8);

    /// <summary><c>METHOD URI HTTP/1.1</c>; a request that spells control characters is looked at more closely.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool ReadRequest(ref byte block, nint at, nint end)
    {
        var method = Bytes.Is(ref block, at, "GET "u8) ? 3 : MethodLength(ref block, at);
        Method = Bytes.Word(ref block, at, method);
        Uri = at + method + 1;
        UriLength = (int)(end - " HTTP/1.1".Length - Uri);
        if (method == 0 || UriLength <= 0 || !Bytes.Is(ref block, end - 9, " HTTP/"u8) || !IsVersion(ref block, end - 3) || HasControl(ref block, Uri, UriLength))
        {
            return false;
        }

        PathLength = LengthOfPath(ref block);
        return Bytes.At(ref block, end) == '"';
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
        for (; length > Bytes.Window; length -= Bytes.Window, at += Bytes.Window)
        {
            if ((Bytes.Mask(ref block, at, (byte)'%') & Bytes.Mask(ref block, at + 1, (byte)'0')) != 0)
            {
                return true;
            }
        }

        return (Bytes.Mask(ref block, at, (byte)'%') & Bytes.Mask(ref block, at + 1, (byte)'0') & (ulong.MaxValue >> (Bytes.Window - length))) != 0;
    }

    /// <summary>What <see cref="Routes.Fold(ReadOnlySpan{byte}, Span{byte})"/> would look at, as far as one look goes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int LengthOfPath(ref byte block)
    {
        if (Bytes.At(ref block, Uri) != '/')
        {
            return 0;
        }

        var slashes = Bytes.Mask(ref block, Uri, (byte)'/');
        for (var i = 0; i < Routes.SegmentsMax; i++)
        {
            slashes &= slashes - 1;
        }

        var query = Bytes.Mask(ref block, Uri, (byte)'?', (byte)'#');
        var length = Math.Min(Math.Min(BitOperations.TrailingZeroCount(slashes) + 1, BitOperations.TrailingZeroCount(query)), UriLength);
        return length < Bytes.Window || UriLength == Bytes.Window ? length : 0;
    }

    /// <summary>The first letters of the path's first segment, eight at most, as a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong FirstSegment(ref byte block)
    {
        var slashes = Bytes.Mask(ref block, Uri + 1, (byte)'/');
        var length = Math.Min(BitOperations.TrailingZeroCount(slashes), PathLength - 1);
        return length == 0 ? 0 : Bytes.Word(ref block, Uri + 1, Math.Min(length, sizeof(ulong)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsVersion(ref byte block, nint at) =>
        Bytes.At(ref block, at + 1) == '.' && char.IsAsciiDigit((char)Bytes.At(ref block, at)) && char.IsAsciiDigit((char)Bytes.At(ref block, at + 2));

    /// <summary>The scheme and the peer of the upstream's URL, whose closing quote is known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool ReadUpstream(ref byte block, nint end)
    {
        var scheme = Bytes.Is(ref block, Upstream, "http://"u8) ? 4 : BitOperations.TrailingZeroCount(Bytes.Mask(ref block, Upstream, (byte)':'));
        if (scheme is 0 or > 12 || !Bytes.Is(ref block, Upstream + scheme, "://"u8) || Bytes.At(ref block, end) != '"')
        {
            return false;
        }

        var peer = Upstream + scheme + 3;
        if (peer > end)
        {
            return false;
        }

        var isSocket = Bytes.Is(ref block, peer, "unix:"u8);
        peer += isSocket ? 5 : 0;
        var ends = isSocket ? Bytes.Mask(ref block, peer, (byte)':') : Bytes.Mask(ref block, peer, (byte)'/', (byte)'?');
        var length = Math.Min(BitOperations.TrailingZeroCount(ends), end - peer);
        UpstreamLength = (int)(peer + length - Upstream);
        SchemeLength = scheme;
        return length is >= 0 and < Bytes.Window;
    }

    /// <summary>The line's end, or the referrer: whatever that holds is the client's, up to the line's end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Reading ReadEnd(ref byte block, nint at, Marks marks, ref int mark)
    {
        nint end = Unsafe.Add(ref marks.First, mark++);
        if (Bytes.At(ref block, end) == '\n')
        {
            EndAt(ref block, end);
            return TextEnd == at ? WithPlainLength() : Reading.Other;
        }

        if (!Bytes.Is(ref block, at, ", referrer: \""u8))
        {
            return Reading.Other;
        }

        do
        {
            end = Unsafe.Add(ref marks.First, mark++);
        }
        while (Bytes.At(ref block, end) != '\n' && mark <= marks.Count);
        EndAt(ref block, end);
        return mark > marks.Count ? Reading.Unfinished
            : TextEnd > at + ", referrer: \"".Length && Bytes.At(ref block, TextEnd - 1) == '"' ? WithPlainLength() : Reading.Other;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly Reading WithPlainLength()
    {
        var length = TextEnd - Start;
        return length != LineMax && length < (LinesMore == 0 ? LineMaxOpenResty : LineMax) ? Reading.Plain : Reading.Other;
    }
}
