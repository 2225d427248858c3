namespace Why502.Nginx;

/// <summary>What a log collector or a quotation puts before every line of a dump: white space, <c>&gt; </c>, a time and a host. Digits may differ from line to line.</summary>
internal static class DumpPrefix
{
    private const int LengthMax = 120;

    /// <summary>How long the prefix of the first marker is; 0 when there is none that most lines behind it share.</summary>
    public static int Length(ReadOnlySpan<byte> text, ReadOnlySpan<byte> marker)
    {
        var start = FirstLine(text, marker, out var prefix);
        if (start < 0)
        {
            return 0;
        }

        var mask = text.Slice(start, prefix);
        var (with, without) = (0, 0);
        foreach (var range in text[start..].Split((byte)'\n'))
        {
            var line = text[start..][range];
            if (Matches(line, mask))
            {
                with++;
            }
            else if (line.IndexOfAnyExcept(" \t\r"u8) >= 0)
            {
                without++;
            }
        }

        return with > 1 && with >= 9 * without ? prefix : 0;
    }

    public static byte[] Removed(ReadOnlySpan<byte> text, ReadOnlySpan<byte> marker, int prefix)
    {
        var start = FirstLine(text, marker, out _);
        var mask = text.Slice(start, prefix);
        var result = new byte[text.Length - start];
        var length = 0;
        while (start < text.Length)
        {
            var lineEnd = text[start..].IndexOf((byte)'\n');
            var line = text.Slice(start, lineEnd < 0 ? text.Length - start : lineEnd + 1);
            start += line.Length;
            line = Matches(line, mask) ? line[prefix..] : line;
            line.CopyTo(result.AsSpan(length));
            length += line.Length;
        }

        return result.AsSpan(0, length).ToArray();
    }

    /// <summary>The line of the first marker, unless something before it reads like a configuration: the marker is then a comment of that.</summary>
    private static int FirstLine(ReadOnlySpan<byte> text, ReadOnlySpan<byte> marker, out int prefix)
    {
        prefix = 0;
        var at = text.IndexOf(marker);
        if (at < 0)
        {
            return -1;
        }

        var start = text[..at].LastIndexOf((byte)'\n') + 1;
        prefix = at - start;
        var lineEnd = text[at..].IndexOf((byte)'\n');
        var name = (lineEnd < 0 ? text[at..] : text.Slice(at, lineEnd))[marker.Length..].TrimEnd("\r "u8);
        var isMarker = prefix is > 0 and <= LengthMax && name.StartsWith("/"u8) && name.EndsWith(":"u8);
        return isMarker && text[..start].IndexOfAny("{}"u8) < 0 ? start : -1;
    }

    private static bool Matches(ReadOnlySpan<byte> line, ReadOnlySpan<byte> mask)
    {
        if (line.Length < mask.Length)
        {
            return false;
        }

        for (var i = 0; i < mask.Length; i++)
        {
            if (line[i] != mask[i] && !(char.IsAsciiDigit((char)line[i]) && char.IsAsciiDigit((char)mask[i])))
            {
                return false;
            }
        }

        return true;
    }
}
