namespace Why502.Nginx.Checks.Pcre;

/// <summary>Back references, by number and by name.</summary>
public sealed partial class PatternReader
{
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
}
