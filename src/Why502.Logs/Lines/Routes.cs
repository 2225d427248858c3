using System.Text;

namespace Why502.Logs;

/// <summary>Folds request paths into routes: identifiers become <c>{id}</c>, queries go, depth is bounded. <c>/users/17/orders/9?x=1</c> → <c>/users/{id}/orders/…</c>.</summary>
public static class Routes
{
    public const int SegmentsMax = 3;

    /// <summary>Room that a folded route needs at most.</summary>
    internal const int BytesMax = 160;
    private const int SegmentBytesMax = 40;

    public static string Fold(string path)
    {
        Span<byte> route = stackalloc byte[BytesMax];
        int length = Fold(Encoding.UTF8.GetBytes(path), route);
        return Sanitizer.Line(route[..length], BytesMax);
    }

    /// <summary>Writes the route into <paramref name="to"/> (at least <see cref="BytesMax"/> long) and answers its length.</summary>
    internal static int Fold(ReadOnlySpan<byte> uri, Span<byte> to) => FoldPath(PathOf(uri), to);

    /// <summary>As <see cref="Fold(ReadOnlySpan{byte}, Span{byte})"/>, for what <see cref="PathOf"/> has made.</summary>
    internal static int FoldPath(ReadOnlySpan<byte> path, Span<byte> to)
    {
        if (path.Length == 0 || path[0] != '/')
        {
            return Copy(path.Length > SegmentBytesMax ? path[..SegmentBytesMax] : path, to);
        }

        ReadOnlySpan<uint> kinds = Kinds;
        int length = 0;
        int at = 0;
        for (int segments = 0; at < path.Length; segments++)
        {
            to[length++] = (byte)'/';
            if (segments == SegmentsMax)
            {
                return length + Copy("…"u8, to[length..]);
            }

            int from = ++at;
            uint sum = 0;
            int written = length;
            for (; at < path.Length && path[at] != '/'; at++)
            {
                // What is longer is an identifier whatever it says, and the counts of its first bytes fit their places.
                if (at - from < SegmentBytesMax)
                {
                    sum += kinds[path[at]];
                    to[written++] = path[at];
                }
            }

            length = at - from > SegmentBytesMax || IsIdentifier(sum, at - from) ? length + Copy("{id}"u8, to[length..]) : written;
        }

        return length;
    }

    /// <summary>The path of a request target: without query and fragment, and without scheme and authority in the absolute form.</summary>
    internal static ReadOnlySpan<byte> PathOf(ReadOnlySpan<byte> uri)
    {
        int end = uri.IndexOfAny((byte)'?', (byte)'#');
        ReadOnlySpan<byte> path = end < 0 ? uri : uri[..end];
        if (path.Length > 0 && path[0] != '/' && path.IndexOf("://"u8) is > 0 and int scheme)
        {
            int slash = path[(scheme + 3)..].IndexOf((byte)'/');
            // Without a path it is "/", and one stands in front of the authority: the answer is always a part of what was given.
            path = slash < 0 ? path.Slice(scheme + 1, 1) : path[(scheme + 3 + slash)..];
        }

        return path;
    }

    private static int Copy(ReadOnlySpan<byte> from, Span<byte> to)
    {
        from.CopyTo(to);
        return from.Length;
    }

    /// <summary>What a byte adds to a segment's counts: digits, hexadecimal digits, joints, and bytes that handlers' names do not have.</summary>
    private const int HexShift = 8;
    private const int JointShift = 16;
    private const int OddShift = 24;

    private static readonly uint[] Kinds = KindsOfBytes();

    private static uint[] KindsOfBytes()
    {
        uint[] kinds = new uint[256];
        for (int value = 0; value < kinds.Length; value++)
        {
            kinds[value] = KindOf((byte)value);
        }

        return kinds;
    }

    private static uint KindOf(byte value)
    {
        bool isDigit = value is >= (byte)'0' and <= (byte)'9';
        bool isHex = char.IsAsciiHexDigit((char)value);
        bool isJoint = value is (byte)'-' or (byte)'_' or (byte)'.';
        bool isOdd = value is (byte)'%' or (byte)'=' or < 0x20;
        return (isDigit ? 1u : 0) | (isHex ? 1u << HexShift : 0) | (isJoint ? 1u << JointShift : 0) | (isOdd ? 1u << OddShift : 0);
    }

    /// <summary>Numbers, UUIDs, hashes, and anything long or encoded: what tells one object from another, not one handler from another.</summary>
    /// <param name="counts">The sum of the bytes' <see cref="Kinds"/>.</param>
    private static bool IsIdentifier(uint counts, int length)
    {
        int digits = (int)(counts & 0xFF);
        int hex = (int)(counts >> HexShift & 0xFF);
        int joints = (int)(counts >> JointShift & 0xFF);
        if (counts >> OddShift != 0)
        {
            return true;
        }

        return digits != 0 && (digits + joints == length || (length >= 8 && hex + joints == length) || (length >= 12 && digits * 3 >= length) || digits >= 6);
    }
}
