namespace Why502.Nginx.Syntax;

internal ref partial struct SyntaxParser
{
    private void ReadQuoted(byte quote)
    {
        var open = pos;
        var startLine = line;
        var end = FindClosingQuote(open + 1, quote, out var flags, out var newLines);
        var tooLong = end - open - 1 >= WordBytesMax && open + 1 + WordBytesMax < text.Length;
        if (tooLong)
        {
            ReportTooLong(open, startLine, quote);
        }
        else if (end < text.Length && FillsTheBuffer(open + 1, end + 1))
        {
            ReportTooLong(open + 1, startLine, 0);
        }

        if ((end >= text.Length || (tooLong && !EndsCleanly(end + 1))) && TryResynchronise(open, quote, tooLong))
        {
            return;
        }

        line += newLines;
        if (end >= text.Length)
        {
            AddToken(open + 1, text.Length - open - 1, flags | TokenFlags.Unterminated);
            pos = text.Length;
            return;
        }

        AddToken(open + 1, end - open - 1, flags);
        pos = end + 1;
        ExpectSeparator();
    }

    private readonly int FindClosingQuote(int from, byte quote, out TokenFlags flags, out int newLines)
    {
        flags = TokenFlags.Quoted;
        newLines = 0;
        var i = from;
        while (true)
        {
            var next = text[i..].IndexOfAny(quote, (byte)'\\', (byte)'\n');
            if (next < 0)
            {
                return text.Length;
            }

            i += next;
            if (text[i] == quote)
            {
                return i;
            }

            if (text[i] == '\n')
            {
                newLines++;
                i++;
                continue;
            }

            flags |= TokenFlags.Escaped;
            if (i + 1 < text.Length && text[i + 1] == '\n')
            {
                newLines++;
            }

            i += 2;
            if (i >= text.Length)
            {
                return text.Length;
            }
        }
    }

    /// <summary>
    /// A quote that never closes swallows the rest of the file, and nginx stops there. We take the quoted word
    /// to end with the last semicolon or brace of its line, so that what follows is still read.
    /// </summary>
    private bool TryResynchronise(int open, byte quote, bool reported)
    {
        if (resynchronisations >= ResynchronisationsMax || resynchronisedBytes > ResynchronisedBytesMax)
        {
            return false;
        }

        resynchronisations++;
        resynchronisedBytes += text.Length - open;
        if (!reported)
        {
            var lastLine = line + text[open..].Count((byte)'\n');
            Report(open, lastLine, "unexpected end of file, expecting \";\" or \"}\"");
        }

        var lineLength = text[open..].IndexOf((byte)'\n');
        var word = text[(open + 1)..(lineLength < 0 ? text.Length : open + lineLength)];
        var terminator = word.LastIndexOfAny((byte)';', (byte)'{');
        word = terminator >= 0 ? word[..terminator] : word.TrimEnd(" \t\r"u8);
        AddToken(open + 1, word.Length, TokenFlags.Quoted | TokenFlags.Unterminated | (word.Contains((byte)'\\') ? TokenFlags.Escaped : 0));
        pos = open + 1 + word.Length;
        return true;
    }

    /// <summary>The word ends in time, but nginx holds on to it while it fetches the bytes behind its closing quote and one white space.</summary>
    private readonly bool FillsTheBuffer(int start, int behind)
    {
        var held = behind - start + (behind < text.Length && text[behind] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' ? 1 : 0);
        return held >= WordBytesMax && start + WordBytesMax < text.Length;
    }

    /// <summary>After a closing quote nginx wants white space, <c>;</c>, <c>{</c> or <c>)</c> (the need_space state).</summary>
    private void ExpectSeparator()
    {
        if (pos < text.Length && !EndsCleanly(pos))
        {
            Report(pos, line, $"unexpected \"{TextOf.Bytes(text.Slice(pos, 1))}\"");
        }
    }

    private readonly bool EndsCleanly(int at) =>
        at >= text.Length || text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)';' or (byte)'{' or (byte)')';
}
