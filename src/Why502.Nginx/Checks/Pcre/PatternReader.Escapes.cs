namespace Why502.Nginx.Checks.Pcre;

public sealed partial class PatternReader
{
    private void ReadEscape()
    {
        at++;
        if (!More)
        {
            Fail("\\ at end of pattern", at);
            return;
        }

        var letter = text[at++];
        switch (letter)
        {
            case 'Q':
                var end = text.IndexOf("\\E", at, StringComparison.Ordinal);
                quantifiable = (end < 0 ? text.Length : end) > at || quantifiable;
                at = end < 0 ? text.Length : end + 2;
                return;
            case 'E':
                return;
            case 'g':
                ReadG();
                return;
            case 'k':
                ReadNamedReference("\\k is not followed by a braced, angle-bracketed, or quoted name");
                return;
            case >= '1' and <= '9':
                ReadNumberedReference();
                return;
            case 'b' or 'B' or 'A' or 'Z' or 'z' or 'G' or 'K':
                quantifiable = false;
                return;
            case 'R' or 'X':
                MarkVariable();
                quantifiable = true;
                return;
        }

        at -= 1;
        _ = EscapedCharacter();
        quantifiable = true;
    }

    /// <summary>An escape that means a character or a class of them; -1 for a class.</summary>
    private int EscapedCharacter()
    {
        var start = at;
        var letter = text[at++];
        switch (letter)
        {
            case 'd' or 'D' or 's' or 'S' or 'w' or 'W' or 'h' or 'H' or 'v' or 'V' or 'C' or 'R' or 'X':
                return -1;
            case 'N':
                if (More && text[at] == '{' && Repeat() is null)
                {
                    var unicode = text.AsSpan(at).StartsWith("{U+");
                    Fail(unicode ? "\\N{U+dddd} is supported only in Unicode (UTF) mode" : "PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u", at);
                }

                return -1;
            case 'p' or 'P':
                ReadProperty();
                return -1;
            case 'a': return 7;
            case 'e': return 27;
            case 'f': return 12;
            case 'n': return 10;
            case 'r': return 13;
            case 't': return 9;
            case 'b': return 8;
            case 'c':
                return ReadControl();
            case 'x':
                return ReadHexadecimal();
            case 'o':
                return ReadOctal(start);
            case 'F' or 'L' or 'l' or 'U' or 'u':
                Fail("PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u", at);
                return 0;
            case >= '0' and <= '7':
                return OctalDigits(start, 3);
        }

        if (char.IsAsciiLetterOrDigit(letter))
        {
            Fail("unrecognized character follows \\", start);
        }

        return letter;
    }

    private int OctalDigits(int start, int max)
    {
        at = start;
        var value = 0;
        for (var i = 0; i < max && More && text[at] is >= '0' and <= '7'; i++)
        {
            value = (value * 8) + (text[at++] - '0');
        }

        if (value > 0xff)
        {
            Fail("octal value is greater than \\377 in 8-bit non-UTF-8 mode", at);
        }

        return value;
    }

    private int ReadControl()
    {
        if (!More)
        {
            Fail("\\c at end of pattern", at);
            return 0;
        }

        var letter = text[at];
        if (letter is < ' ' or > '~')
        {
            Fail("\\c must be followed by a printable ASCII character", at);
            return 0;
        }

        at++;
        return char.ToUpperInvariant(letter) ^ 0x40;
    }

    private int ReadHexadecimal()
    {
        if (!More || text[at] != '{')
        {
            var value = 0;
            for (var i = 0; i < 2 && More && char.IsAsciiHexDigit(text[at]); i++)
            {
                value = (value * 16) + Convert.ToInt32(text[at++].ToString(), 16);
            }

            return value;
        }

        return Braced(16, char.IsAsciiHexDigit, "non-hex character in \\x{} (closing brace missing?)");
    }

    private int ReadOctal(int start)
    {
        if (!More || text[at] != '{')
        {
            Fail("missing opening brace after \\o", start);
            return 0;
        }

        return Braced(8, static letter => letter is >= '0' and <= '7', "non-octal character in \\o{} (closing brace missing?)");
    }

    private int Braced(int radix, Func<char, bool> isDigit, string mistake)
    {
        at++;
        if (!More || text[at] == '}')
        {
            Fail("digits missing in \\x{} or \\o{} or \\N{U+}", at);
            return 0;
        }

        var value = 0;
        var tooLarge = false;
        while (More && isDigit(text[at]))
        {
            value = (value * radix) + Convert.ToInt32(text[at++].ToString(), 16);
            if (value > 0xff)
            {
                tooLarge = true;
                while (More && isDigit(text[at]))
                {
                    at++;
                }
            }
        }

        if (tooLarge)
        {
            Fail("character code point value in \\x{} or \\o{} is too large", at);
        }
        else if (!More || text[at] != '}')
        {
            Fail(mistake, at);
        }
        else
        {
            at++;
        }

        return value;
    }

    private void ReadProperty()
    {
        if (!More)
        {
            Fail("malformed \\P or \\p sequence", at);
            return;
        }

        if (text[at] != '{')
        {
            if (!"CLMNPSZ".Contains(text[at++], StringComparison.Ordinal))
            {
                Fail("unknown property after \\P or \\p", at);
            }

            return;
        }

        var close = text.IndexOf('}', at);
        if (close < 0)
        {
            Fail("malformed \\P or \\p sequence", text.Length);
            return;
        }

        var name = text[(at + 1)..close].TrimStart('^');
        at = close + 1;
        if (!UnicodeProperties.IsKnown(name))
        {
            Fail("unknown property after \\P or \\p", at);
        }
    }
}
