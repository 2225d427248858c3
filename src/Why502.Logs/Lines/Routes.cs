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
    internal static int Fold(ReadOnlySpan<byte> uri, Span<byte> to)
    {
        ReadOnlySpan<byte> path = PathOf(uri);
        int length = 0;
        int segments = 0;
        while (path.Length > 0 && path[0] == '/')
        {
            path = path[1..];
            int end = path.IndexOf((byte)'/');
            ReadOnlySpan<byte> segment = end < 0 ? path : path[..end];
            path = end < 0 ? default : path[end..];
            to[length++] = (byte)'/';
            if (segments++ == SegmentsMax)
            {
                length += Copy("…"u8, to[length..]);
                break;
            }

            length += Copy(IsIdentifier(segment) ? "{id}"u8 : segment, to[length..]);
        }

        if (segments == 0)
        {
            return Copy(path.Length > SegmentBytesMax ? path[..SegmentBytesMax] : path, to);
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
            path = slash < 0 ? "/"u8 : path[(scheme + 3 + slash)..];
        }

        return path;
    }

    private static int Copy(ReadOnlySpan<byte> from, Span<byte> to)
    {
        from.CopyTo(to);
        return from.Length;
    }

    /// <summary>Numbers, UUIDs, hashes, and anything long or encoded: what tells one object from another, not one handler from another.</summary>
    private static bool IsIdentifier(ReadOnlySpan<byte> segment)
    {
        if (segment.Length > SegmentBytesMax)
        {
            return true;
        }

        int digits = 0;
        int hex = 0;
        int joints = 0;
        foreach (byte b in segment)
        {
            digits += b is >= (byte)'0' and <= (byte)'9' ? 1 : 0;
            hex += char.IsAsciiHexDigit((char)b) ? 1 : 0;
            joints += b is (byte)'-' or (byte)'_' or (byte)'.' ? 1 : 0;
            if (b is (byte)'%' or (byte)'=' or < 0x20)
            {
                return true;
            }
        }

        if (digits == 0)
        {
            return false;
        }

        return digits + joints == segment.Length || (segment.Length >= 8 && hex + joints == segment.Length) || (segment.Length >= 12 && digits * 3 >= segment.Length)
            || digits >= 6;
    }
}
