namespace Why502.Cli.Given;

/// <summary>
/// Blanks of web pages and word processors in a text that somebody pasted, made plain ones: the no-break space, and what has no width (its zero-width relatives, the byte order mark).
/// An nginx configuration stays as it is: nginx takes them for a part of a directive's name, and that is its fault then.
/// </summary>
internal static class WebBlanks
{
    private static ReadOnlySpan<byte> NoBreakSpace => [0xC2, 0xA0];

    private static ReadOnlySpan<byte> ZeroWidthSpace => [0xE2, 0x80, 0x8B];

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static bool AreIn(ReadOnlySpan<byte> text) => text.IndexOf(NoBreakSpace) >= 0 || text.IndexOf(ZeroWidthSpace) >= 0 || text.IndexOf(ByteOrderMark) >= 0;

    /// <summary>The text with plain blanks; lines stay where they are.</summary>
    public static byte[] Plain(ReadOnlySpan<byte> text)
    {
        var plain = new byte[text.Length];
        var length = 0;
        while (!text.IsEmpty)
        {
            var (taken, blank) = text.StartsWith(NoBreakSpace) ? (2, (byte?)(byte)' ')
                : text.StartsWith(ZeroWidthSpace) || text.StartsWith(ByteOrderMark) ? (3, null)
                : (1, text[0]);
            if (blank is { } letter)
            {
                plain[length++] = letter;
            }

            text = text[taken..];
        }

        return plain[..length];
    }
}
