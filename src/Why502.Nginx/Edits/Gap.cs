namespace Why502.Nginx.Edits;

/// <summary>What stands between directives: blanks, line ends and comments, as bytes.</summary>
internal static class Gap
{
    public static bool HasLineEnd(ReadOnlySpan<byte> gap) => gap.Contains((byte)'\n');

    public static bool StartsWithLineEnd(ReadOnlySpan<byte> gap) => gap.TrimStart((byte)'\r').StartsWith("\n"u8);

    public static bool IsComment(ReadOnlySpan<byte> trail) => trail.TrimStart(" \t"u8).StartsWith("#"u8);

    /// <summary>What belongs to the directive before the gap: blanks and a comment up to the end of its line; nothing when the line goes on.</summary>
    public static int TrailLength(ReadOnlySpan<byte> gap)
    {
        var end = gap.IndexOf((byte)'\n');
        var line = (end < 0 ? gap : gap[..end]).TrimEnd((byte)'\r');
        var blanks = line.IndexOfAnyExcept(" \t"u8);
        var goesOn = blanks < 0 ? end < 0 : line[blanks] != '#';
        return goesOn ? 0 : line.Length;
    }

    /// <summary>The offset of the last line end (of its carriage return, if it has one); -1 without any.</summary>
    public static int LastLineEnd(ReadOnlySpan<byte> gap)
    {
        var at = gap.LastIndexOf((byte)'\n');
        return at > 0 && gap[at - 1] == '\r' ? at - 1 : at;
    }

    /// <summary>The gap's last line: the indentation of what follows, when that starts its line.</summary>
    public static ReadOnlySpan<byte> LastLine(ReadOnlySpan<byte> gap) => gap[(gap.LastIndexOf((byte)'\n') + 1)..];

    /// <summary>The blanks at the beginning of the gap's last line.</summary>
    public static ReadOnlySpan<byte> Indentation(ReadOnlySpan<byte> gap)
    {
        var line = LastLine(gap);
        var end = line.IndexOfAnyExcept(" \t"u8);
        return end < 0 ? line : line[..end];
    }

    public static byte[] WithoutFirstLineEnd(byte[] gap) => StartsWithLineEnd(gap) ? gap[(gap.AsSpan().IndexOf((byte)'\n') + 1)..] : gap;

    /// <summary>The gap has a blank line right at its start: the line before it ends, and another one.</summary>
    public static bool StartsWithBlankLine(byte[] gap) => StartsWithLineEnd(gap) && IsBlankUpToLineEnd(WithoutFirstLineEnd(gap));

    /// <summary>
    /// Where the comments begin that stand directly above what follows, without a blank line between: the offset of the line end before them.
    /// Without such comments this is the last line end.
    /// </summary>
    public static int AttachedComments(ReadOnlySpan<byte> gap)
    {
        var at = LastLineEnd(gap);
        while (at > 0)
        {
            var before = LastLineEnd(gap[..at]);
            var line = gap[(before < 0 ? 0 : before)..at].TrimStart("\r\n \t"u8);
            if (before < 0 || !line.StartsWith("#"u8))
            {
                break;
            }

            at = before;
        }

        return at;
    }

    /// <summary>The same gap with its lines moved from one indentation to another, and with other line ends.</summary>
    public static byte[] Reindented(byte[] gap, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, ReadOnlySpan<byte> newLine)
    {
        if (!HasLineEnd(gap))
        {
            return gap;
        }

        var result = new List<byte>(gap.Length + to.Length);
        var rest = gap.AsSpan();
        while (true)
        {
            var end = rest.IndexOf((byte)'\n');
            if (end < 0)
            {
                result.AddRange(rest);
                return [.. result];
            }

            result.AddRange(rest[..end].TrimEnd((byte)'\r'));
            result.AddRange(newLine);
            rest = rest[(end + 1)..];
            if (IsBlankUpToLineEnd(rest))
            {
                continue;
            }

            result.AddRange(to);
            rest = rest.StartsWith(from) ? rest[from.Length..] : rest.TrimStart(" \t"u8);
        }
    }

    private static bool IsBlankUpToLineEnd(ReadOnlySpan<byte> text)
    {
        var at = text.IndexOfAnyExcept(" \t\r"u8);
        return at >= 0 && text[at] == '\n';
    }
}
