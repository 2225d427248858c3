using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Why502.Logs;

/// <summary>
/// The form that nearly all records have: a client's connection, with a request. All marks of the context are accounted for, so nothing in it can be read in two
/// ways, and each place is read from the list of marks: none waits for another one to be found. What differs in anything is left to <see cref="Read"/>.
/// </summary>
internal partial struct PlainRecord
{
    /// <summary>What is longer, with process and connection, may be a full buffer.</summary>
    private const int UsualLengthMax = LineMax - 30;

    /// <summary>The longest peer whose end is seen in one look.</summary>
    private const int UpstreamLengthMax = Bytes.Window - 1;

    /// <summary>Reads what follows the message, or answers 0; else how many marks that took, the record's line feed included.</summary>
    /// <param name="process">Where date and level end.</param>
    /// <param name="body">Where the message begins.</param>
    /// <param name="marks">
    /// The first one is the quote behind <c>request: </c>. Those behind the last one mean nothing, but may be read, and so may the one in front.
    /// </param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int ReadUsual(ref byte block, nint process, nint body, LogLevel level, ref int marks, ref PlainRow row)
    {
        nint request = marks - ", request: ".Length;
        nint close = Unsafe.Add(ref marks, 1);
        if (request <= Bytes.Window)
        {
            return 0;
        }

        // The last two commas in front of the request's are the server's and the client's.
        var commas = Bytes.Mask(ref block, request - Bytes.Window, (byte)',');
        var server = request - 1 - BitOperations.LeadingZeroCount(commas);
        commas &= (ulong.MaxValue >> 1) >> BitOperations.LeadingZeroCount(commas);
        var client = commas != 0 ? request - 1 - BitOperations.LeadingZeroCount(commas) : ClientFarFrom(ref block, request);
        var wrong = ContextTexts.Difference(ref block, client, ContextTexts.Client, ContextTexts.ServerMask)
            | ContextTexts.Difference(ref block, server, ContextTexts.Server, ContextTexts.ServerMask)
            | ContextTexts.Difference(ref block, request, ContextTexts.Request, ContextTexts.RequestMask)
            | ContextTexts.Difference(ref block, close - 9, ContextTexts.Version, ContextTexts.VersionMask);
        if (wrong != Vector128<byte>.Zero || server - client <= ", client: ".Length || client < Unsafe.Add(ref marks, -1) || (nuint)(client - body) > BodyLengthMax)
        {
            return 0;
        }

        ref var record = ref row.Record;
        var upstream = close + "\", upstream: \"".Length;
        nint upstreamLength = 0;
        var taken = 5;
        ref var behind = ref Unsafe.Add(ref marks, 1);
        if (ContextTexts.Difference(ref block, close, ContextTexts.Upstream, ContextTexts.LongMask) == Vector128<byte>.Zero)
        {
            behind = ref Unsafe.Add(ref marks, 3);
            upstreamLength = Math.Min(PeerEnd(ref block, upstream, out record.SchemeLength), behind - upstream);
            taken = 7;
        }

        // A referrer's marks are skipped without a branch, because it is there in one of two.
        nint upstreamClose = behind;
        nint hostClose = Unsafe.Add(ref behind, 2);
        nint hasReferrer = One(ContextTexts.Difference(ref block, hostClose, ContextTexts.Referrer, ContextTexts.LongMask));
        nint end = Unsafe.Add(ref behind, 3 + (2 * hasReferrer));
        if (ContextTexts.Difference(ref block, upstreamClose, ContextTexts.Host, ContextTexts.HostMask) != Vector128<byte>.Zero || Bytes.Half(ref block, end - 1) != ContextTexts.QuoteAndLineFeed
            || (nuint)upstreamLength > UpstreamLengthMax || end - process > UsualLengthMax || MayHaveControl(ref block, request + 12, close))
        {
            return 0;
        }

        record.Process = (int)process + 1;
        record.TextKind = TextKindOf(level, true, true, true);
        record.End = (int)end;
        record.TextEnd = (int)end;
        record.Body = (int)body;
        record.BodyLength = (int)(client - body);
        record.Server = (int)server + 10;
        record.ServerLength = (int)(request - server) - 10;
        record.Request = (int)request + 12;
        record.RequestLength = (int)(close - request) - 12;
        record.Upstream = (int)upstream;
        record.UpstreamLength = (int)upstreamLength;
        record.Host = (int)upstreamClose + 10;
        record.HostLength = (int)(hostClose - upstreamClose) - 10;
        row.Hash = HashOf(ref block, body, client - body, server + 10, request - server - 10, upstream, upstreamLength, TextKindOf(level, true, true, true));
        return taken + (int)(2 * hasReferrer);
    }

    /// <summary>The client's comma, when only the server's stands in the window in front of the request, as with long addresses.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint ClientFarFrom(ref byte block, nint request)
    {
        var far = request - (2 * Bytes.Window);
        return far < 0 ? 0 : far + 63 - (BitOperations.LeadingZeroCount(Bytes.Mask(ref block, far, (byte)',')) & 63);
    }

    /// <summary>The length of scheme and peer; more than <see cref="UpstreamLengthMax"/> when it was not seen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint PeerEnd(ref byte block, nint at, out int schemeLength)
    {
        if ((Bytes.Word(ref block, at) & ContextTexts.HttpMask) != ContextTexts.Http || Bytes.At(ref block, at + 7) == 'u')
        {
            return OtherPeerEnd(ref block, at, out schemeLength);
        }

        schemeLength = "http".Length;
        return "http://".Length + BitOperations.TrailingZeroCount(Bytes.SlashesAndMarks(ref block, at + "http://".Length));
    }

    /// <summary>The peer ends at the third slash, or at the third colon where it is a socket's path.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint OtherPeerEnd(ref byte block, nint at, out int schemeLength)
    {
        var colons = Bytes.Mask(ref block, at, (byte)':');
        schemeLength = BitOperations.TrailingZeroCount(colons);
        var isSocket = (Bytes.Word(ref block, at + schemeLength + 3) & ContextTexts.SocketMask) == ContextTexts.Socket;
        var ends = isSocket ? colons : Bytes.SlashesAndMarks(ref block, at);
        ends &= ends - 1;
        ends &= ends - 1;
        return BitOperations.TrailingZeroCount(ends);
    }

    /// <summary>Some bytes from here on are <c>%0</c>: those up to the end, and a few more that are looked at as well.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MayHaveControl(ref byte block, nint at, nint end)
    {
        var found = Controls(ref block, at) | Controls(ref block, at + 32) | Controls(ref block, at + 64) | Controls(ref block, at + 96);
        return found != Vector256<byte>.Zero || (end - at > 128 && Bytes.Span(ref block, at + 128, end - at - 128).IndexOf("%0"u8) >= 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Controls(ref byte block, nint at) =>
        Vector256.Equals(Bytes.Load(ref block, at), Vector256.Create((byte)'%')) & Vector256.Equals(Bytes.Load(ref block, at + 1), Vector256.Create((byte)'0'));

    /// <summary>As <see cref="ReadUsual"/> says it of the record's parts.</summary>
    public readonly ulong HashOf(ref byte block) => HashOf(ref block, Body, BodyLength, Server, ServerLength, Upstream, UpstreamLength, TextKind);

    /// <summary>
    /// Says where to look for what was decided about such a record: a few words of message, server and upstream. Those that are no longer than a word are read with
    /// what stands around them, which is always the same.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong HashOf(ref byte block, nint body, nint bodyLength, nint server, nint serverLength, nint upstream, nint upstreamLength, byte kind)
    {
        var (bodyEnd, serverEnd, upstreamEnd) = (body + bodyLength, server + serverLength, upstream + upstreamLength);
        var message = Bytes.Word(ref block, body) ^ BitOperations.RotateLeft(Bytes.Word(ref block, body + (bodyLength >> 1) - 4), 23) ^ BitOperations.RotateLeft(Bytes.Word(ref block, bodyEnd - 16), 41);
        var name = Bytes.Word(ref block, server) ^ BitOperations.RotateLeft(Bytes.Word(ref block, serverEnd - 8), 31);
        var peer = BitOperations.RotateLeft(Bytes.Word(ref block, upstreamEnd - 8), 17) ^ BitOperations.RotateLeft(Bytes.Word(ref block, upstreamEnd - 16), 44);
        peer &= (ulong)(-upstreamLength >> 63);
        return Bytes.Scatter(message ^ ((ulong)bodyLength << 52), (name * 0x9E3779B97F4A7C15) + peer + ((ulong)upstreamLength << 8) + kind);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint One(Vector128<byte> difference) => Unsafe.BitCast<bool, byte>(difference == Vector128<byte>.Zero);
}
