using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Why502.Logs;

/// <summary>What <see cref="ErrorLogReader"/> looks for in the form that nearly all records have: a client's connection, with a request.</summary>
internal partial struct PlainRecord
{
    /// <summary>What is longer, with process and connection, may be a full buffer.</summary>
    public const int UsualLengthMax = LineMax - 30;

    /// <summary>The longest peer whose end is seen in one look.</summary>
    public const int UpstreamLengthMax = Bytes.Window - 1;

    /// <summary>The last comma in the window in front of a place; what is in front of the window when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint CommaBefore(ref byte block, nint at) => at - 1 - BitOperations.LeadingZeroCount(Bytes.Mask(ref block, at - Bytes.Window, (byte)','));

    /// <summary>The length of scheme and peer; more than <see cref="UpstreamLengthMax"/> when it was not seen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint PeerEnd(ref byte block, nint at, out int schemeLength)
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
    public static bool MayHaveControl(ref byte block, nint at, nint end)
    {
        var found = Controls(ref block, at) | Controls(ref block, at + 32) | Controls(ref block, at + 64) | Controls(ref block, at + 96);
        return found != Vector256<byte>.Zero || (end - at > 128 && Bytes.Span(ref block, at + 128, end - at - 128).IndexOf("%0"u8) >= 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Controls(ref byte block, nint at) =>
        Vector256.Equals(Bytes.Load(ref block, at), Vector256.Create((byte)'%')) & Vector256.Equals(Bytes.Load(ref block, at + 1), Vector256.Create((byte)'0'));

    /// <summary>Of the record's parts.</summary>
    public readonly ulong HashOf(ref byte block) => HashOf(ref block, Body, BodyLength, Server, ServerLength, Upstream, UpstreamLength, TextKind);

    /// <summary>
    /// Says where to look for what was decided about such a record: a few words of message, server and upstream. Those that are no longer than a word are read with
    /// what stands around them, which is always the same. Of the message's letters only the upper halves count, in which digits do not differ.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong HashOf(ref byte block, nint body, nint bodyLength, nint server, nint serverLength, nint upstream, nint upstreamLength, byte kind)
    {
        var (bodyEnd, serverEnd, upstreamEnd) = (body + bodyLength, server + serverLength, upstream + upstreamLength);
        var message = Bytes.Word(ref block, body) ^ BitOperations.RotateLeft(Bytes.Word(ref block, body + (bodyLength >> 2) - 4), 48)
            ^ BitOperations.RotateLeft(Bytes.Word(ref block, body + (bodyLength >> 1) - 4), 24) ^ BitOperations.RotateLeft(Bytes.Word(ref block, bodyEnd - 16), 40);
        message &= 0xF0F0F0F0F0F0F0F0;
        if (bodyLength > LongBodyMin)
        {
            message ^= HashOfLong(ref block, body, bodyLength);
        }

        var name = Bytes.Word(ref block, server) ^ BitOperations.RotateLeft(Bytes.Word(ref block, serverEnd - 8), 31);
        var peer = BitOperations.RotateLeft(Bytes.Word(ref block, upstreamEnd - 8), 17) ^ BitOperations.RotateLeft(Bytes.Word(ref block, upstreamEnd - 16), 44);
        peer &= (ulong)(-upstreamLength >> 63);
        return Bytes.Scatter(message ^ ((ulong)bodyLength << 52), (name * 0x9E3779B97F4A7C15) + peer + ((ulong)upstreamLength << 8) + kind);
    }

    /// <summary>Messages that are longer quote a text of somebody's own, a trace for instance: what tells them apart may stand anywhere.</summary>
    private const int LongBodyMin = 128;

    /// <summary>Of all letters but the digits.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong HashOfLong(ref byte block, nint at, nint length)
    {
        var sum = Vector256<uint>.Zero;
        var last = length - Vector256<byte>.Count;
        for (nint from = 0; ; from = Math.Min(from + Vector256<byte>.Count, last))
        {
            var here = Bytes.Load(ref block, at + from);
            sum = (sum ^ Vector256.AndNot(here, Bytes.AreDigits(here)).AsUInt32()) * Vector256.Create(0x9E3779B1u);
            sum ^= sum >>> 15;
            if (from == last)
            {
                break;
            }
        }

        var words = sum.AsUInt64();
        return Bytes.Scatter(words[0] ^ BitOperations.RotateLeft(words[1], 17), words[2] ^ BitOperations.RotateLeft(words[3], 43));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint One(Vector128<byte> difference) => Unsafe.BitCast<bool, byte>(difference == Vector128<byte>.Zero);
}
