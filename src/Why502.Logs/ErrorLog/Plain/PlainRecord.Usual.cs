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
    /// <summary>As in <see cref="ErrorLogLine"/>: a longer value is no client's address.</summary>
    private const int ClientLengthMax = 128;

    /// <summary>Reads what follows the message, or answers 0; else how many marks that took, the record's line feed included.</summary>
    /// <param name="process">Where date and level end.</param>
    /// <param name="body">Where the message begins.</param>
    /// <param name="marks">The first one is the comma in front of <c>client: </c>. Those behind the last one mean nothing, but may be read.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int ReadUsual(ref byte block, nint process, nint body, LogLevel level, ref int marks, ref PlainRow row)
    {
        nint client = marks;
        nint server = Unsafe.Add(ref marks, 1);
        nint request = Unsafe.Add(ref marks, 2);
        nint close = Unsafe.Add(ref marks, 4);

        // Without an upstream its three marks are skipped, and so are a referrer's: without a branch, because either is frequent.
        nint hasUpstream = One(ContextTexts.Difference(ref block, close, ContextTexts.Upstream, ContextTexts.LongMask));
        ref var behind = ref Unsafe.Add(ref marks, 4 + (3 * hasUpstream));
        nint upstreamClose = behind;
        nint hostClose = Unsafe.Add(ref behind, 3);
        nint hasReferrer = One(ContextTexts.Difference(ref block, hostClose, ContextTexts.Referrer, ContextTexts.LongMask));
        nint end = Unsafe.Add(ref behind, 4 + (3 * hasReferrer));

        var wrong = ContextTexts.Difference(ref block, server, ContextTexts.Server, ContextTexts.ServerMask)
            | ContextTexts.Difference(ref block, request, ContextTexts.Request, ContextTexts.RequestMask)
            | ContextTexts.Difference(ref block, close - 9, ContextTexts.Version, ContextTexts.VersionMask)
            | ContextTexts.Difference(ref block, upstreamClose, ContextTexts.Host, ContextTexts.HostMask);

        // The peer ends at the third slash, or at the third colon where it is a socket's path.
        var upstream = close + 14;
        var colons = Bytes.Mask(ref block, upstream, (byte)':');
        var isSocket = (Bytes.Word(ref block, upstream + BitOperations.TrailingZeroCount(colons) + 3) & ContextTexts.SocketMask) == ContextTexts.Socket;
        var ends = Bytes.SlashesAndMarks(ref block, upstream);
        ends ^= (ends ^ colons) & (ulong)-(nint)Unsafe.BitCast<bool, byte>(isSocket);
        ends &= ends - 1;
        ends &= ends - 1;
        var upstreamLength = Math.Min(BitOperations.TrailingZeroCount(ends), upstreamClose - upstream) & -hasUpstream;

        var bodyLength = client - body;
        var isWrong = (uint)(Bytes.Half(ref block, end - 1) ^ 0x0A22) | (uint)(Bytes.Half(ref block, client + 8) ^ 0x203A)
            | Outside(bodyLength, 0, BodyLengthMax) | Outside(server - client - 10, 1, ClientLengthMax) | Outside(end - process, 0, LineMax - 30) | (ulong)(upstreamLength >> 6);
        if (((wrong != Vector128<byte>.Zero ? 1UL : 0) | isWrong) != 0 || Bytes.At(ref block, client + 10) == ',' || HasControl(ref block, request + 12, close - request - 12))
        {
            return 0;
        }

        ref var record = ref row.Record;
        (record.Process, record.Level, record.HasConnection) = ((int)process + 1, level, true);
        (record.End, record.TextEnd) = ((int)end, (int)end);
        (record.Body, record.BodyLength) = ((int)body, (int)bodyLength);
        (record.Server, record.ServerLength) = ((int)server + 10, (int)(request - server) - 10);
        (record.Request, record.RequestLength) = ((int)request + 12, (int)(close - request) - 12);
        (record.Upstream, record.UpstreamLength, record.SchemeLength) = ((int)upstream, (int)upstreamLength, BitOperations.TrailingZeroCount(colons));
        (record.Host, record.HostLength) = ((int)upstreamClose + 10, (int)(hostClose - upstreamClose) - 10);
        row.Hash = HashOf(ref block, body, bodyLength, server + 10, request - server - 10, upstream, upstreamLength, TextKindOf(level, true, true, true));
        return (int)(9 + (3 * (hasUpstream + hasReferrer)));
    }

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
        var message = (Bytes.Word(ref block, body) ^ BitOperations.RotateLeft(Bytes.Word(ref block, body + (bodyLength >> 1) - 4), 23)) * 0x9E3779B97F4A7C15;
        var tail = (Bytes.Word(ref block, bodyEnd - 8) + ((ulong)bodyLength << 8) + kind) * 0xD6E8FEB86659FD93;
        var name = (Bytes.Word(ref block, server) ^ BitOperations.RotateLeft(Bytes.Word(ref block, serverEnd - 8), 31)) * 0xA0761D6478BD642F;
        var peer = ((Bytes.Word(ref block, upstream) ^ BitOperations.RotateLeft(Bytes.Word(ref block, upstreamEnd - 8), 17) ^ BitOperations.RotateLeft(Bytes.Word(ref block, upstreamEnd - 16), 41)) + (ulong)upstreamLength) * 0xE7037ED1A0B428DB;
        peer &= (ulong)(-upstreamLength >> 63);
        var mixed = ((message ^ BitOperations.RotateLeft(tail, 29)) + (name ^ BitOperations.RotateLeft(peer, 13))) * 0xBF58476D1CE4E5B9;
        return mixed ^ (mixed >> 31);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint One(Vector128<byte> difference) => Unsafe.BitCast<bool, byte>(difference == Vector128<byte>.Zero);

    /// <summary>0 when the number lies between the two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Outside(nint number, nint least, nint most) => (ulong)((number - least) | (most - number)) >> 63;
}
