using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>Method and target of a row, as <see cref="AccessRow.SplitRequest"/> tells them, with a short way for requests of the usual form.</summary>
internal static unsafe class RequestLine
{
    /// <summary>The bytes of <c>HTTP/1.</c> and <c>HTTP/2.</c> up to the slash, with the blank in front.</summary>
    private const ulong Protocol = ' ' | ((ulong)'H' << 8) | ((ulong)'T' << 16) | ((ulong)'T' << 24) | ((ulong)'P' << 32) | ((ulong)'/' << 40);

    private const int ProtocolBytes = 9;

    private const ulong ProtocolMask = 0xFFFF_FFFF_FFFF;
    private const uint Blanks = 0x20_2020;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Split(byte* request, int length, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri)
        => new AccessRow { Request = new Slice(0, length) }.SplitRequest(new ReadOnlySpan<byte>(request, length), out method, out uri);

    /// <summary>
    /// A request as nearly all are: a method of three or four letters, a target that begins with a slash, a protocol. What depends on the text is computed, not branched on.
    /// </summary>
    /// <param name="request">A part of a block: 64 bytes in front of it and behind it may be read.</param>
    /// <param name="method">The letters; the fourth is zero where there are three.</param>
    /// <param name="path">Where the target begins.</param>
    /// <param name="pathLength">As <see cref="Routes.PathOf"/>.</param>
    /// <returns>False when the request is made otherwise.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TrySplit(byte* request, int length, out uint method, out byte* path, out int pathLength)
    {
        uint letters = *(uint*)request;
        int isShort = letters >> 24 == ' ' ? 1 : 0;
        int blank = 4 - isShort;
        method = letters & (uint.MaxValue >> (isShort * 8));
        path = request + (uint)(blank + 1);
        int room = length - ProtocolBytes - blank - 1;
        uint blanks = letters ^ Blanks;
        ulong differ = (*(ulong*)(request + length - ProtocolBytes) ^ Protocol) & ProtocolMask;
        differ |= (*(ushort*)(path - 1) ^ (uint)(' ' | ('/' << 8))) | ((blanks - 0x01_0101) & ~blanks & 0x80_8080);
        if (differ != 0 || room <= 0 || letters >> 24 == 0)
        {
            pathLength = 0;
            return false;
        }

        // The protocol's place is marked too, if it is near: which of the two ends the path cannot be guessed.
        ulong ends = Ends(path) | ((ulong)Ends(path + 32) << 32) | (room < 64 ? 1UL << room : 0);
        pathLength = BitOperations.TrailingZeroCount(ends);
        if (ends == 0 && room > 64)
        {
            pathLength = EndOfPath(path, room);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Ends(byte* text)
    {
        Vector256<byte> bytes = Vector256.Load(text);
        return (Vector256.Equals(bytes, Vector256.Create((byte)'?')) | Vector256.Equals(bytes, Vector256.Create((byte)'#'))).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int EndOfPath(byte* path, int room) => Routes.PathOf(new ReadOnlySpan<byte>(path, room)).Length;
}
