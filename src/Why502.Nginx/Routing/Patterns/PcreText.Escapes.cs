using System.Globalization;

namespace Why502.Nginx.Routing;

/// <summary>What begins with a backslash.</summary>
internal sealed partial class PcreText
{
    private string Escape(Flags flags)
    {
        at++;
        if (Ended)
        {
            throw Unsupported();
        }

        var c = pcre[at];
        if (ByteClass.OfEscape(c) is { } set)
        {
            at++;
            return set.ToString();
        }

        switch (c)
        {
            case 'b':
                at++;
                return "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))";
            case 'B':
                at++;
                return "(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))";
            case 'A' or 'Z' or 'z' or 'G':
                at++;
                return "\\" + c;
            case 'R':
                at++;
                return @"(?>\r\n|[\n-\r\x85])";
            case 'Q':
                return Quoted(flags);
            case 'E':
                at++;
                return string.Empty;
            case 'k':
                at++;
                return Reference(NameBetweenBrackets(), flags);
            case 'g':
                at++;
                return NumberedReference(flags);
            case >= '1' and <= '9':
                return BackReferenceOrOctal(flags);
            case 'K' or 'X' or 'C' or 'p' or 'P' or 'L' or 'U' or 'l' or 'u':
                throw Unsupported();
            default:
                return Literal((char)CharacterEscape(), flags);
        }
    }

    private string Quoted(Flags flags)
    {
        var end = pcre.IndexOf("\\E", at, StringComparison.Ordinal);
        var text = end < 0 ? pcre[(at + 1)..] : pcre[(at + 1)..end];
        at = end < 0 ? pcre.Length : end + 2;
        return "(?:" + string.Concat(text.Select(c => Literal(c, flags))) + ")";
    }

    private string BackReferenceOrOctal(Flags flags)
    {
        var end = at;
        while (end < pcre.Length && char.IsAsciiDigit(pcre[end]) && end - at < 4)
        {
            end++;
        }

        var number = int.Parse(pcre.AsSpan(at, end - at), NumberStyles.None, CultureInfo.InvariantCulture);
        if (number < 10 || number <= groups)
        {
            at = end;
            return Reference(number, flags);
        }

        return Literal((char)Octal(), flags);
    }

    /// <summary>The value of a character escape, <see cref="at"/> on its first character behind the backslash.</summary>
    private int CharacterEscape()
    {
        var c = pcre[at++];
        switch (c)
        {
            case 'a':
                return 7;
            case 'e':
                return 27;
            case 'f':
                return 12;
            case 'n':
                return 10;
            case 'r':
                return 13;
            case 't':
                return 9;
            case 'c' when !Ended:
                return char.ToUpperInvariant(pcre[at++]) ^ 64;
            case 'x':
                return Hexadecimal();
            case 'o' when Follows("{"):
                return Braced(8);
            case '0':
                at--;
                return Octal();
            default:
                return char.IsAsciiLetterOrDigit(c) ? throw Unsupported() : c;
        }
    }

    private int Hexadecimal()
    {
        if (Follows("{"))
        {
            return Braced(16);
        }

        var value = 0;
        for (var i = 0; i < 2 && !Ended && char.IsAsciiHexDigit(pcre[at]); i++)
        {
            value = (value * 16) + Convert.ToInt32(pcre[at++].ToString(), 16);
        }

        return value;
    }

    private int Braced(int numberBase)
    {
        var end = pcre.IndexOf('}', at);
        var value = 0;
        for (at++; at < end; at++)
        {
            var digit = char.IsAsciiHexDigit(pcre[at]) ? Convert.ToInt32(pcre[at].ToString(), 16) : numberBase;
            value = digit >= numberBase || value > 255 ? throw Unsupported() : (value * numberBase) + digit;
        }

        if (end < 0 || value > 255)
        {
            throw Unsupported();
        }

        at++;
        return value;
    }

    private int Octal()
    {
        var value = 0;
        for (var i = 0; i < 3 && !Ended && pcre[at] is >= '0' and <= '7'; i++)
        {
            value = (value * 8) + pcre[at++] - '0';
        }

        return value & 0xFF;
    }

    private string NumberedReference(Flags flags)
    {
        var braced = Follows("{");
        if (!braced && !Ended && pcre[at] is '<' or '\'')
        {
            // A subroutine call.
            throw Unsupported();
        }

        var start = braced ? at + 1 : at;
        var end = start;
        while (end < pcre.Length && (braced ? pcre[end] != '}' : char.IsAsciiDigit(pcre[end]) || (end == start && pcre[end] is '-' or '+')))
        {
            end++;
        }

        var name = pcre[start..end];
        at = braced ? Math.Min(end + 1, pcre.Length) : end;
        if (!int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return Reference(name, flags);
        }

        return Reference(number < 0 ? groups + 1 + number : number, flags);
    }

    private string NameBetweenBrackets()
    {
        var close = Ended ? '\0' : pcre[at] switch { '<' => '>', '{' => '}', '\'' => '\'', _ => '\0' };
        var end = close == '\0' ? -1 : pcre.IndexOf(close, at + 1);
        if (end < 0)
        {
            throw Unsupported();
        }

        var name = pcre[(at + 1)..end];
        at = end + 1;
        return name;
    }

    private string Reference(string name, Flags flags)
    {
        var known = names.FindIndex(n => n.Name == name);
        return known < 0 ? throw Unsupported() : Reference(names[known].Group, flags);
    }

    private static string Reference(int number, Flags flags) => flags.IgnoreCase ? $"(?i:\\k<{number}>)" : $"\\k<{number}>";
}
