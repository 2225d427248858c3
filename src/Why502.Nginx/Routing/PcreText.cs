using System.Text;

namespace Why502.Nginx.Routing;

/// <summary>The common PCRE syntax that .NET spells differently: named groups, possessive quantifiers, \z-like anchors, POSIX classes.</summary>
internal static class PcreText
{
    private static readonly (string Posix, string Class)[] PosixClasses =
    [
        ("[:alpha:]", "a-zA-Z"), ("[:digit:]", "0-9"), ("[:alnum:]", "a-zA-Z0-9"), ("[:upper:]", "A-Z"), ("[:lower:]", "a-z"),
        ("[:space:]", @"\s"), ("[:xdigit:]", "0-9a-fA-F"), ("[:word:]", @"\w"), ("[:punct:]", @"!-/:-@\[-`{-~"),
    ];

    public static string ToDotNet(string pcre)
    {
        var text = new StringBuilder(pcre.Length + 8);
        var inClass = false;
        for (var i = 0; i < pcre.Length; i++)
        {
            var c = pcre[i];
            if (c == '\\' && i + 1 < pcre.Length)
            {
                i = Escape(pcre, i, inClass, text);
            }
            else if (inClass)
            {
                i = InClass(pcre, i, text, ref inClass);
            }
            else if (c == '[')
            {
                inClass = true;
                i = OpenClass(pcre, i, text);
            }
            else if (c == '(' && pcre.AsSpan(i).StartsWith("(?P"))
            {
                i = NamedGroup(pcre, i, text);
            }
            else if (c == '+' && i > 0 && pcre[i - 1] is '+' or '*' or '?' or '}' && !(i > 1 && pcre[i - 2] == '\\'))
            {
                // A possessive quantifier only gives up earlier; what it matches, the greedy one matches nearly always.
                continue;
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }

    private static int Escape(string pcre, int i, bool inClass, StringBuilder text)
    {
        var c = pcre[i + 1];
        switch (c)
        {
            case 'h':
                text.Append(inClass ? @" \t" : @"[ \t]");
                break;
            case 'd':
                // PCRE without UCP knows ASCII digits only.
                text.Append(inClass ? "0-9" : "[0-9]");
                break;
            case 'w':
                text.Append(inClass ? "a-zA-Z0-9_" : "[a-zA-Z0-9_]");
                break;
            default:
                text.Append('\\').Append(c);
                break;
        }

        return i + 1;
    }

    private static int OpenClass(string pcre, int i, StringBuilder text)
    {
        text.Append('[');
        if (i + 1 < pcre.Length && pcre[i + 1] == '^')
        {
            text.Append('^');
            i++;
        }

        // A closing bracket in the first place is an ordinary character.
        if (i + 1 < pcre.Length && pcre[i + 1] == ']')
        {
            text.Append("\\]");
            i++;
        }

        return i;
    }

    private static int InClass(string pcre, int i, StringBuilder text, ref bool inClass)
    {
        if (pcre[i] == ']')
        {
            inClass = false;
            text.Append(']');
            return i;
        }

        if (pcre[i] == '[')
        {
            foreach (var (posix, replacement) in PosixClasses)
            {
                if (pcre.AsSpan(i).StartsWith(posix))
                {
                    text.Append(replacement);
                    return i + posix.Length - 1;
                }
            }

            text.Append("\\[");
            return i;
        }

        text.Append(pcre[i]);
        return i;
    }

    private static int NamedGroup(string pcre, int i, StringBuilder text)
    {
        var next = i + 3 < pcre.Length ? pcre[i + 3] : '\0';
        if (next == '<')
        {
            text.Append("(?<");
            return i + 3;
        }

        if (next is '=' or '>')
        {
            var close = pcre.IndexOf(')', i);
            if (close > 0)
            {
                text.Append(next == '=' ? $@"\k<{pcre[(i + 4)..close]}>" : "(");
                return close;
            }
        }

        text.Append("(?P");
        return i + 2;
    }
}
