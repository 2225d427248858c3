namespace Why502.Nginx.Checks.Pcre;

/// <summary>Bracket expressions (pcre2_compile.c: parse_regex, check_posix_syntax).</summary>
public sealed partial class PatternReader
{
    private static readonly string[] PosixClasses =
        ["alpha", "lower", "upper", "alnum", "ascii", "blank", "cntrl", "digit", "graph", "print", "punct", "space", "word", "xdigit"];

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
            case 'B' or 'R' or 'X' or 'A' or 'Z' or 'z' or 'G' or 'K' or 'g' or 'k':
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
