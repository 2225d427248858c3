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

    /// <summary>The mark is the quote that opens a request.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool OpensRequest(ref byte block, nint mark) =>
        ContextTexts.Difference(ref block, mark - 11, ContextTexts.Request, ContextTexts.RequestMask) == Vector128<byte>.Zero;

    /// <summary>The length of scheme and peer; more than <see cref="UpstreamLengthMax"/> when it was not seen. The peer ends at the third slash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint PeerEnd(ref byte block, nint at)
    {
        var ends = Bytes.SlashesAndMarks(ref block, at);
        var first = BitOperations.TrailingZeroCount(ends);
        ends &= ends - 1;
        ends &= ends - 1;
        return (Bytes.Word(ref block, at + first + 2) & ContextTexts.SocketMask) == ContextTexts.Socket ? SocketEnd(ref block, at) : BitOperations.TrailingZeroCount(ends);
    }

    /// <summary>A socket's path ends at the third colon.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint SocketEnd(ref byte block, nint at)
    {
        var colons = Bytes.Mask(ref block, at, (byte)':');
        colons &= colons - 1;
        colons &= colons - 1;
        return BitOperations.TrailingZeroCount(colons);
    }

    public static int SchemeLengthAt(ref byte block, nint at) => BitOperations.TrailingZeroCount(Bytes.Mask(ref block, at, (byte)':'));

    /// <summary>Some bytes from here on are <c>%0</c>: those up to the end, and a few more that are looked at as well.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool MayHaveControl(ref byte block, nint at, nint end)
    {
        var found = Controls(ref block, at) | Controls(ref block, at + 32) | Controls(ref block, at + 64) | Controls(ref block, at + 96);
        for (at += 128; at < end; at += 64)
        {
            found |= Controls(ref block, at) | Controls(ref block, at + 32);
        }

        return found != Vector256<byte>.Zero;
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
        var message = BitOperations.Crc32C((uint)bodyLength, Bytes.Word(ref block, body) & NoDigits);
        message = BitOperations.Crc32C(message, Bytes.Word(ref block, body + (bodyLength >> 2) - 4) & NoDigits);
        message = BitOperations.Crc32C(message, Bytes.Word(ref block, body + (bodyLength >> 1) - 4) & NoDigits);
        message = BitOperations.Crc32C(message, Bytes.Word(ref block, bodyEnd - 16) & NoDigits);
        if (bodyLength > LongBodyMin)
        {
            message ^= (uint)HashOfLong(ref block, body, bodyLength);
        }

        // A record without an upstream has other things at its place.
        var peer = BitOperations.Crc32C((uint)(upstreamLength | (nint)kind << 8), Bytes.Word(ref block, upstreamEnd - 16) & (ulong)(-upstreamLength >> 63));
        peer = BitOperations.Crc32C(peer, Bytes.Word(ref block, upstreamEnd - 8) & (ulong)(-upstreamLength >> 63));
        peer = BitOperations.Crc32C(peer, Bytes.Word(ref block, server));
        peer = BitOperations.Crc32C(peer, Bytes.Word(ref block, serverEnd - 8));
        return ((ulong)message << 32 | peer) * 0x9E3779B97F4A7C15;
    }

    /// <summary>The upper halves of letters, which are the same for all digits.</summary>
    private const ulong NoDigits = 0xF0F0F0F0F0F0F0F0;

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
