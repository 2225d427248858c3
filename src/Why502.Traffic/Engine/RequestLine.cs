using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Why502.Logs;

namespace Why502.Traffic.Engine;

/// <summary>Method and target of a row, as <see cref="AccessRow.SplitRequest"/> tells them, with a short way for requests of the usual form.</summary>
internal static unsafe class RequestLine
{
    /// <summary>The bytes of <c>HTTP/1.</c> and <c>HTTP/2.</c> up to the slash, with the blank in front.</summary>
    private const ulong Protocol = ' ' | ((ulong)'H' << 8) | ((ulong)'T' << 16) | ((ulong)'T' << 24) | ((ulong)'P' << 32) | ((ulong)'/' << 40);

    private const int ProtocolBytes = 9;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(byte* line, int length, in AccessRow slices, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri)
    {
        if (slices.Method.Length != 0 || slices.Uri.Length != 0 || !TrySplit(line + slices.Request.Start, slices.Request.Length, out method, out uri))
        {
            slices.SplitRequest(new ReadOnlySpan<byte>(line, length), out method, out uri);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(byte* request, int length, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri)
    {
        if (!TrySplit(request, length, out method, out uri))
        {
            SplitSlowly(request, length, out method, out uri);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SplitSlowly(byte* request, int length, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri)
        => new AccessRow { Request = new Slice(0, length) }.SplitRequest(new ReadOnlySpan<byte>(request, length), out method, out uri);

    /// <summary>As <see cref="Routes.PathOf"/>.</summary>
    /// <param name="uri">A part of a block: 32 bytes behind it may be read.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> PathOf(ReadOnlySpan<byte> uri)
    {
        if (uri.Length == 0)
        {
            return uri;
        }

        ref byte first = ref MemoryMarshal.GetReference(uri);
        Vector256<byte> bytes = Vector256.LoadUnsafe(ref first);
        uint ends = (Vector256.Equals(bytes, Vector256.Create((byte)'?')) | Vector256.Equals(bytes, Vector256.Create((byte)'#'))).ExtractMostSignificantBits();
        int length = BitOperations.TrailingZeroCount(ends);
        return first != '/' || (ends == 0 && uri.Length > Vector256<byte>.Count) ? Routes.PathOf(uri) : uri[..Math.Min(length, uri.Length)];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TrySplit(byte* text, int length, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> uri)
    {
        if (length > ProtocolBytes + 3 && (*(ulong*)(text + length - ProtocolBytes) & 0xFFFF_FFFF_FFFF) == Protocol)
        {
            // No other " HTTP/" fits behind this one: it has nine bytes to the end.
            int blank = text[3] == ' ' ? 3 : text[4] == ' ' ? 4 : 0;
            if (blank > 0 && text[0] != ' ' && text[1] != ' ' && text[2] != ' ' && blank < length - ProtocolBytes)
            {
                method = new ReadOnlySpan<byte>(text, blank);
                uri = new ReadOnlySpan<byte>(text + blank + 1, length - ProtocolBytes - blank - 1);
                return true;
            }
        }

        method = default;
        uri = default;
        return false;
    }
}
