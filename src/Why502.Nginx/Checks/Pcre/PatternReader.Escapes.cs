namespace Why502.Nginx.Checks.Pcre;

public sealed partial class PatternReader
{
    private static readonly string[] PosixClasses =
        ["alpha", "lower", "upper", "alnum", "ascii", "blank", "cntrl", "digit", "graph", "print", "punct", "space", "word", "xdigit"];

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

    /// <summary><c>\1</c> to <c>\9</c>, and more digits where there are so many groups.</summary>
    private void ReadNumberedReference()
    {
        var start = at - 1;
        var end = at;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        var number = Number.Of(text.AsSpan(start, end - start));
        if (number < 10 || text[start] >= '8' || (number >= 0 && number <= captures))
        {
            at = end;
            references.Add(new Reference(null, number is < 0 or > int.MaxValue ? int.MaxValue : (int)number, number < 10 ? start : end - 1));
            MarkVariable();
        }
        else
        {
            _ = OctalDigits(start, 3);
        }

        quantifiable = true;
    }

    private void ReadG()
    {
        const string Mistake = "\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number";
        if (!More)
        {
            Fail(Mistake, at);
            return;
        }

        var close = text[at] switch { '{' => '}', '<' => '>', '\'' => '\'', _ => '\0' };
        var start = close == '\0' ? at : at + 1;
        var i = start < text.Length && text[start] is '+' or '-' ? start + 1 : start;
        var digits = i;
        while (i < text.Length && char.IsAsciiDigit(text[i]))
        {
            i++;
        }

        if (i == digits)
        {
            if (close == '\0')
            {
                Fail(Mistake, at);
                return;
            }

            ReadNamedReference(Mistake);
            return;
        }

        if (close != '\0' && (i >= text.Length || text[i] != close))
        {
            Fail(Mistake, at);
            return;
        }

        var number = (int)Math.Clamp(Number.Of(text.AsSpan(digits, i - digits)), 0, int.MaxValue - 1);
        if (digits > start)
        {
            number = text[start] == '-' ? captures - number + 1 : captures + number;
        }

        at = close == '\0' ? i : i + 1;
        references.Add(new Reference(null, number <= 0 ? int.MaxValue : number, number <= 0 ? 2 : i));
        MarkVariable();
        quantifiable = true;
    }

    private void ReadNamedReference(string mistake)
    {
        var close = More ? text[at] switch { '{' => '}', '<' => '>', '\'' => '\'', _ => '\0' } : '\0';
        if (close == '\0')
        {
            Fail(mistake, at);
            return;
        }

        at++;
        var start = at;
        if (ReadName(close) is { } name)
        {
            references.Add(new Reference(name, 0, start));
            MarkVariable();
            quantifiable = true;
        }
    }

    /// <summary>read_name: a name and what closes it.</summary>
    private string? ReadName(char close)
    {
        if (!More)
        {
            Fail("subpattern name expected", at);
            return null;
        }

        if (char.IsAsciiDigit(text[at]))
        {
            Fail("subpattern name must start with a non-digit", at);
            return null;
        }

        var start = at;
        while (More && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
        {
            at++;
        }

        if (at - start > NameMax)
        {
            Fail("subpattern name is too long (maximum 32 code units)", at);
            return null;
        }

        if (at == start)
        {
            Fail("subpattern name expected", at);
            return null;
        }

        var name = text[start..at];
        if (close == '\0')
        {
            return name;
        }

        if (!More || text[at] != close)
        {
            Fail("syntax error in subpattern name (missing terminator?)", at);
            return null;
        }

        at++;
        return name;
    }

    private void ReadClass()
    {
        if (IsPosix(at, out var isCollating) && PosixEnd(at) > 0 && !isCollating)
        {
            Fail("POSIX named classes are supported only within a class", at);
            return;
        }

        if (isCollating)
        {
            Fail("POSIX collating elements are not supported", at);
            return;
        }

        at++;
        if (More && text[at] == '^')
        {
            at++;
        }

        // A bracket that comes first is a member.
        var first = true;
        var last = -1;
        var (range, hadClass) = (false, false);
        while (error is null)
        {
            if (!More)
            {
                Fail("missing terminating ] for character class", text.Length);
                return;
            }

            if (text[at] == ']' && !first)
            {
                at++;
                quantifiable = true;
                return;
            }

            first = false;
            if (text[at] == '[' && IsPosix(at, out isCollating) && PosixEnd(at) is var end and > 0)
            {
                ReadPosixClass(isCollating, end, range);
                (last, range, hadClass) = (-1, false, true);
                continue;
            }

            if (text[at] == '-' && at + 1 < text.Length && text[at + 1] != ']' && (last >= 0 || hadClass) && !range)
            {
                if (hadClass)
                {
                    // [\d-z]: a class cannot begin a range.
                    Fail("invalid range in character class", at);
                    return;
                }

                at++;
                range = true;
                continue;
            }

            var value = ClassMember();
            if (error is not null || value == -2)
            {
                continue;
            }

            if (range && value == -1)
            {
                Fail("invalid range in character class", at);
                return;
            }

            if (range && value < last)
            {
                Fail("range out of order in character class", at - 1);
                return;
            }

            hadClass = value == -1;
            last = range ? -1 : value;
            range = false;
        }
    }

    /// <summary>A character of a class; -1 for a class such as <c>\d</c>, -2 for nothing.</summary>
    private int ClassMember()
    {
        if (text[at] != '\\')
        {
            return text[at++];
        }

        at++;
        if (!More)
        {
            Fail("\\ at end of pattern", at);
            return 0;
        }

        switch (text[at])
        {
            case 'Q':
                var end = text.IndexOf("\\E", at, StringComparison.Ordinal);
                at = end < 0 ? text.Length : end + 2;
                return -2;
            case 'E':
                at++;
                return -2;
            case 'B' or 'R' or 'X':
                Fail("escape sequence is invalid in character class", at);
                return 0;
            case 'A' or 'Z' or 'z' or 'G' or 'K' or 'g' or 'k':
                Fail("escape sequence is invalid in character class", at);
                return 0;
            case '8' or '9':
                return text[at++];
        }

        return EscapedCharacter();
    }

    private void ReadPosixClass(bool isCollating, int end, bool range)
    {
        if (isCollating)
        {
            Fail("POSIX collating elements are not supported", at);
            return;
        }

        var start = at + 2;
        if (start < text.Length && text[start] == '^')
        {
            start++;
        }

        if (range)
        {
            Fail("invalid range in character class", end);
        }
        else if (!PosixClasses.Contains(text[start..(end - 2)], StringComparer.Ordinal))
        {
            Fail("unknown POSIX class name", start);
        }
        else
        {
            at = end;
        }
    }

    /// <summary>check_posix_syntax: <c>[:</c>, <c>[.</c> or <c>[=</c>.</summary>
    private bool IsPosix(int open, out bool isCollating)
    {
        isCollating = false;
        if (open + 1 >= text.Length || text[open + 1] is not (':' or '.' or '='))
        {
            return false;
        }

        isCollating = text[open + 1] != ':' && PosixEnd(open) > 0;
        return true;
    }

    /// <summary>Behind the closing <c>:]</c>; 0 when there is none.</summary>
    private int PosixEnd(int open)
    {
        var kind = text[open + 1];
        for (var i = open + 2; i + 1 < text.Length; i++)
        {
            if (text[i] == '\\' && text[i + 1] is ']' or '\\')
            {
                i++;
            }
            else if ((text[i] == '[' && text[i + 1] == kind) || text[i] == ']')
            {
                return 0;
            }
            else if (text[i] == kind && text[i + 1] == ']')
            {
                return i + 2;
            }
        }

        return 0;
    }
}
