namespace Why502.Nginx.Checks.Pcre;

public sealed partial class PatternReader
{
    private static readonly string[] Verbs = ["MARK", "ACCEPT", "F", "FAIL", "COMMIT", "PRUNE", "SKIP", "THEN"];

    // Allowed at the very start only, pcre2pattern(3) "Special start-of-pattern items".
    private static readonly string[] StartItems =
        ["UTF", "UCP", "CRLF", "CR", "LF", "ANYCRLF", "ANY", "NUL", "BSR_ANYCRLF", "BSR_UNICODE", "NO_AUTO_POSSESS", "NO_DOTSTAR_ANCHOR", "NO_JIT", "NO_START_OPT", "NOTEMPTY", "NOTEMPTY_ATSTART"];

    private static readonly string[] AlphaAssertions =
    [
        "pla", "plb", "napla", "naplb", "nla", "nlb", "sr", "asr", "atomic", "script_run", "atomic_script_run", "positive_lookahead", "positive_lookbehind",
        "non_atomic_positive_lookahead", "non_atomic_positive_lookbehind", "negative_lookahead", "negative_lookbehind",
    ];

    private void OpenGroup()
    {
        var start = at++;
        quantifiable = false;
        if (groups.Count >= NestMax)
        {
            Fail("parentheses are too deeply nested", at);
        }
        else if (More && text[at] == '*' && at + 1 < text.Length && (text[at + 1] == ':' || char.IsAsciiLetter(text[at + 1])))
        {
            ReadVerb(start);
        }
        else if (More && text[at] == '?')
        {
            at++;
            ReadSpecial(start);
        }
        else
        {
            captures++;
            Push(start);
        }
    }

    private void Push(int start, bool lookbehind = false, bool condition = false) =>
        groups.Push(new Group { Start = start, IsLookbehind = lookbehind, IsCondition = condition, WasExtended = extended });

    private void ReadVerb(int start)
    {
        var nameStart = ++at;
        while (More && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
        {
            at++;
        }

        var name = text[nameStart..at];
        if (name.Length > 0 && char.IsAsciiLetterLower(name[0]))
        {
            if (!AlphaAssertions.Contains(name, StringComparer.Ordinal) || !More || text[at] != ':')
            {
                Fail("(*alpha_assertion) not recognized", at);
                return;
            }

            at++;
            Push(start);
            return;
        }

        var known = name.Length == 0 || Verbs.Contains(name, StringComparer.Ordinal) || (start == 0 && StartItems.Contains(name, StringComparer.Ordinal));
        var close = text.IndexOf(')', at);
        if (!known || close < 0 || (text[at] != ':' && close != at))
        {
            Fail("(*VERB) not recognized or malformed", at);
            return;
        }

        at = close + 1;
    }

    private void ReadSpecial(int start)
    {
        if (!More)
        {
            Fail("missing closing parenthesis", at);
            return;
        }

        switch (text[at])
        {
            case '#':
                var close = text.IndexOf(')', at);
                if (close < 0)
                {
                    Fail("missing ) after (?# comment", text.Length);
                }

                at = close + 1;
                return;
            case ':' or '>' or '|' or '=' or '!' or '*':
                at++;
                Push(start);
                return;
            case '<' when at + 1 < text.Length && text[at + 1] is '=' or '!' or '*':
                at += 2;
                Push(start, lookbehind: true);
                return;
            case '<':
                at++;
                OpenNamed(start, '>');
                return;
            case '\'':
                at++;
                OpenNamed(start, '\'');
                return;
            case 'P':
                ReadPython(start);
                return;
            case '(':
                ReadCondition(start);
                return;
            case '&':
                at++;
                ReadCall();
                return;
            case 'R':
                at++;
                if (!More || text[at] != ')')
                {
                    Fail("(?R (recursive pattern call) must be followed by a closing parenthesis", at);
                    return;
                }

                at++;
                quantifiable = true;
                MarkVariable();
                return;
            case 'C':
                ReadCallout();
                return;
        }

        if (char.IsAsciiDigit(text[at]) || (text[at] is '+' or '-' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
        {
            ReadNumberedCall();
        }
        else if (text[at] == '+')
        {
            Fail("digit expected after (?+ or (?-", at);
        }
        else
        {
            ReadOptions(start);
        }
    }

    private void OpenNamed(int start, char close)
    {
        if (ReadName(close) is not { } name)
        {
            return;
        }

        captures++;
        if (!names.TryAdd(name, captures) && !duplicateNames)
        {
            Fail("two named subpatterns have the same name (PCRE2_DUPNAMES not set)", at);
            return;
        }

        if (!nameOrder.Contains(name))
        {
            nameOrder.Add(name);
        }

        Push(start);
    }

    /// <summary><c>(?P&lt;name&gt;</c>, <c>(?P=name)</c>, <c>(?P&gt;name)</c>.</summary>
    private void ReadPython(int start)
    {
        at++;
        if (!More)
        {
            Fail("missing closing parenthesis", at);
            return;
        }

        switch (text[at])
        {
            case '<':
                at++;
                OpenNamed(start, '>');
                return;
            case '=' or '>':
                at++;
                ReadCall();
                return;
        }

        Fail("unrecognized character after (?P", at);
    }

    private void ReadCall()
    {
        var nameStart = at;
        if (ReadName(')') is { } name)
        {
            references.Add(new Reference(name, 0, nameStart));
            MarkVariable();
            quantifiable = true;
        }
    }

    private void ReadNumberedCall()
    {
        var sign = text[at] is '+' or '-' ? text[at++] : '\0';
        var start = at;
        while (More && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        var number = (int)Math.Clamp(Number.Of(text.AsSpan(start, at - start)), 0, int.MaxValue - 1);
        if (!More || text[at] != ')')
        {
            Fail("(?R (recursive pattern call) must be followed by a closing parenthesis", at);
            return;
        }

        number = sign switch { '-' => captures - number + 1, '+' => captures + number, _ => number };
        references.Add(new Reference(null, number < 0 || (number == 0 && sign != '\0') ? int.MaxValue : number, at));
        at++;
        MarkVariable();
        quantifiable = true;
    }

    private void ReadCallout()
    {
        at++;
        var start = at;
        while (More && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        if (!More)
        {
            Fail("missing closing parenthesis", at);
        }
        else if (Number.Of(text.AsSpan(start, at - start)) > 255)
        {
            Fail("number after (?C is greater than 255", at);
        }
        else if (text[at] != ')')
        {
            Fail(at == start ? "unrecognized string delimiter follows (?C" : "closing parenthesis for (?C expected", at);
        }
        else
        {
            at++;
        }
    }

    private void ReadCondition(int start)
    {
        at++;
        if (!More)
        {
            Fail("missing closing parenthesis", at);
            return;
        }

        if (text[at] is '?' or '*')
        {
            // An assertion is the condition: it is read as a group of its own.
            at--;
            Push(start, condition: true);
            return;
        }

        if (text[at] is '<' or '\'')
        {
            var close = text[at] == '<' ? '>' : '\'';
            var nameStart = ++at;
            if (ReadName(close) is not { } quoted)
            {
                return;
            }

            references.Add(new Reference(quoted, 0, nameStart));
        }
        else if (char.IsAsciiDigit(text[at]) || text[at] is '+' or '-')
        {
            var sign = text[at] is '+' or '-' ? text[at++] : '\0';
            var numberStart = at;
            while (More && char.IsAsciiDigit(text[at]))
            {
                at++;
            }

            var number = (int)Math.Clamp(Number.Of(text.AsSpan(numberStart, at - numberStart)), 0, int.MaxValue - 1);
            number = sign switch { '-' => captures - number + 1, '+' => captures + number, _ => number };
            references.Add(new Reference(null, number <= 0 ? int.MaxValue : number, Math.Max(0, at - 2)));
        }
        else
        {
            var nameStart = at;
            if (ReadName('\0') is not { } name)
            {
                return;
            }

            if (name is not ("R" or "DEFINE" or "VERSION") && !(name[0] == 'R' && (Number.Of(name.AsSpan(1)) >= 0 || text[at..].StartsWith('&'))) && !name.StartsWith("VERSION", StringComparison.Ordinal))
            {
                if (More && text[at] == ')')
                {
                    references.Add(new Reference(name, 0, nameStart));
                }
                else
                {
                    Fail("syntax error in subpattern name (missing terminator?)", at);
                    return;
                }
            }

            at = text.IndexOf(')', at) is var close and >= 0 ? close : text.Length;
        }

        if (!More || text[at] != ')')
        {
            Fail("missing closing parenthesis for condition", at);
            return;
        }

        at++;
        Push(start, condition: true);
    }

    /// <summary><c>(?i)</c> or <c>(?i:</c>.</summary>
    private void ReadOptions(int start)
    {
        var before = extended;
        var (unset, dash) = (false, false);
        while (More && text[at] is not (')' or ':'))
        {
            switch (text[at])
            {
                case '-' when !dash:
                    unset = dash = true;
                    break;
                case '^':
                    break;
                case 'J':
                    duplicateNames = !unset;
                    break;
                case 'x':
                    extended = !unset;
                    break;
                case 'i' or 'm' or 's' or 'n' or 'U':
                    break;
                default:
                    Fail("unrecognized character after (? or (?-", at);
                    return;
            }

            at++;
        }

        if (!More)
        {
            Fail("missing closing parenthesis", at);
            return;
        }

        if (text[at++] == ':')
        {
            groups.Push(new Group { Start = start, WasExtended = before });
        }
    }
}
