using System.Globalization;
using System.Text;

namespace Why502.Nginx.Routing;

/// <summary>
/// A PCRE expression as a .NET one that means the same for bytes: nginx matches without UTF, so a character is a byte here (Latin-1), letters
/// fold in ASCII only, and groups keep PCRE's numbers (.NET would number named ones last). Null from <see cref="TryTranslate"/> for what .NET has not:
/// recursion, <c>\K</c>, verbs.
/// </summary>
internal sealed class PcreText
{
    private const int DepthMax = 200;

    private readonly string pcre;
    private readonly List<(string Name, int Group)> names = [];
    private int at;
    private int groups;
    private int groupsMost;
    private int depth;

    private PcreText(string pcre) => this.pcre = pcre;

    /// <summary>The expression, how many groups it has, and the names of the named ones.</summary>
    public sealed record Translation(string Text, int Groups, IReadOnlyList<(string Name, int Group)> Names);

    public static Translation? TryTranslate(string pcre, bool ignoreCase)
    {
        var reader = new PcreText(pcre);
        try
        {
            var text = reader.Alternation(new Flags { IgnoreCase = ignoreCase }, branchReset: false);
            return reader.at < pcre.Length ? null : new Translation(text, reader.groupsMost, reader.names);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    private static NotSupportedException Unsupported() => new("the expression uses what .NET has not");

    private bool Ended => at >= pcre.Length;

    private bool Follows(string text) => string.CompareOrdinal(pcre, at, text, 0, text.Length) == 0;

    private string Alternation(Flags flags, bool branchReset)
    {
        if (++depth > DepthMax)
        {
            throw Unsupported();
        }

        var text = new StringBuilder();
        var first = groups;
        var most = groups;
        while (true)
        {
            Sequence(text, flags);
            most = Math.Max(most, groups);
            if (Ended || pcre[at] != '|')
            {
                break;
            }

            at++;
            text.Append('|');
            if (branchReset)
            {
                groups = first;
            }
        }

        groups = most;
        groupsMost = Math.Max(groupsMost, groups);
        depth--;
        return text.ToString();
    }

    private void Sequence(StringBuilder text, Flags flags)
    {
        while (!Ended && pcre[at] is not '|' and not ')')
        {
            if (Atom(flags) is { } atom)
            {
                text.Append(Quantified(atom, flags));
            }
        }
    }

    /// <summary>The next atom; null for what stands for nothing (a comment, flags, white space of <c>(?x)</c>).</summary>
    private string? Atom(Flags flags)
    {
        var c = pcre[at];
        switch (c)
        {
            case '\\':
                return Escape(flags);
            case '[':
                return Class(flags);
            case '(':
                return Group(flags);
            case '.':
                at++;
                return flags.DotAll ? @"[\s\S]" : @"[^\n]";
            case '^':
                at++;
                return flags.Multiline ? "(?m:^)" : "^";
            case '$':
                at++;
                return flags.Multiline ? "(?m:$)" : "$";
            case '#' when flags.Extended:
                at = pcre.IndexOf('\n', at) is var end and >= 0 ? end + 1 : pcre.Length;
                return null;
            case ' ' or '\t' or '\n' or '\r' or '\f' or '\v' when flags.Extended:
                at++;
                return null;
            default:
                at++;
                return Literal(c, flags);
        }
    }

    private static string Literal(char c, Flags flags)
    {
        if (flags.IgnoreCase && char.IsAsciiLetter(c))
        {
            return $"[{char.ToLowerInvariant(c)}{char.ToUpperInvariant(c)}]";
        }

        return char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' ? c.ToString() : Hex(c);
    }

    private static string Hex(int c) => string.Create(CultureInfo.InvariantCulture, $"\\x{c:X2}");

    private string Quantified(string atom, Flags flags)
    {
        if (Ended)
        {
            return atom;
        }

        string quantifier;
        switch (pcre[at])
        {
            case '*' or '+' or '?':
                quantifier = pcre[at++].ToString();
                break;
            case '{' when Repetition() is { } written:
                quantifier = written;
                break;
            default:
                return atom;
        }

        var lazy = flags.Ungreedy;
        if (!Ended && pcre[at] == '+')
        {
            at++;
            return $"(?>(?:{atom}){quantifier})";
        }

        if (!Ended && pcre[at] == '?')
        {
            at++;
            lazy = !lazy;
        }

        return $"(?:{atom}){quantifier}{(lazy ? "?" : "")}";
    }

    /// <summary><c>{n}</c>, <c>{n,}</c> or <c>{n,m}</c>; anything else in braces is literal text (pcre2pattern, Repetition).</summary>
    private string? Repetition()
    {
        var end = pcre.IndexOf('}', at);
        if (end < 0)
        {
            return null;
        }

        var inside = pcre.AsSpan(at + 1, end - at - 1);
        var comma = inside.IndexOf(',');
        var low = comma < 0 ? inside : inside[..comma];
        var high = comma < 0 ? default : inside[(comma + 1)..];
        if (low.IsEmpty || low.ContainsAnyExceptInRange('0', '9') || high.ContainsAnyExceptInRange('0', '9') || low.Length > 5 || high.Length > 5)
        {
            return null;
        }

        at = end + 1;
        return $"{{{inside}}}";
    }

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

    private string? Group(Flags flags)
    {
        at++;
        if (Follows("*"))
        {
            throw Unsupported();
        }

        if (!Follows("?"))
        {
            return Captured(flags);
        }

        at++;
        foreach (var plain in (ReadOnlySpan<string>)["<=", "<!", ":", "=", "!", ">"])
        {
            if (Follows(plain))
            {
                at += plain.Length;
                return Closed($"(?{plain}", flags, false);
            }
        }

        if (Follows("|"))
        {
            at++;
            return Closed("(?:", flags, true);
        }

        if (Follows("#"))
        {
            at = pcre.IndexOf(')', at) is var end and >= 0 ? end + 1 : throw Unsupported();
            return null;
        }

        return Follows("P") || Follows("<") || Follows("'") ? Named(flags) : Follows("(") ? Conditional(flags) : FlagGroup(flags);
    }

    private string Captured(Flags flags)
    {
        var number = ++groups;
        groupsMost = Math.Max(groupsMost, groups);
        return Closed($"(?<{number}>", flags, false);
    }

    private string Closed(string open, Flags flags, bool branchReset)
    {
        // A copy: flags that are set inside end with the group.
        var inside = Alternation(flags with { }, branchReset);
        if (Ended)
        {
            throw Unsupported();
        }

        at++;
        return open + inside + ")";
    }

    private string Named(Flags flags)
    {
        if (Follows("P"))
        {
            at++;
            if (Follows("="))
            {
                var end = pcre.IndexOf(')', at);
                var referred = end < 0 ? throw Unsupported() : pcre[(at + 1)..end];
                at = end + 1;
                return Reference(referred, flags);
            }

            if (!Follows("<"))
            {
                throw Unsupported();
            }
        }

        names.Add((NameBetweenBrackets(), groups + 1));
        return Captured(flags);
    }

    private string Conditional(Flags flags)
    {
        var end = pcre.IndexOf(')', at);
        var condition = end < 0 ? throw Unsupported() : pcre[(at + 1)..end].Trim('<', '>', '\'');
        var number = int.TryParse(condition, NumberStyles.None, CultureInfo.InvariantCulture, out var written)
            ? written
            : names.Find(n => n.Name == condition).Group;
        if (number == 0)
        {
            throw Unsupported();
        }

        at = end + 1;
        return Closed($"(?({number})", flags, false);
    }

    /// <summary><c>(?i-s)</c> to the end of the enclosing group, or <c>(?i-s:…)</c>.</summary>
    private string? FlagGroup(Flags flags)
    {
        var inner = flags with { };
        for (var on = true; !Ended; at++)
        {
            switch (pcre[at])
            {
                case 'i':
                    inner.IgnoreCase = on;
                    break;
                case 'm':
                    inner.Multiline = on;
                    break;
                case 's':
                    inner.DotAll = on;
                    break;
                case 'x':
                    inner.Extended = on;
                    break;
                case 'U':
                    inner.Ungreedy = on;
                    break;
                case 'J':
                    break;
                case '^':
                    (inner.IgnoreCase, inner.Multiline, inner.DotAll, inner.Extended) = (false, false, false, false);
                    break;
                case '-':
                    on = false;
                    break;
                case ')':
                    at++;
                    flags.Take(inner);
                    return null;
                case ':':
                    at++;
                    return Closed("(?:", inner, false);
                default:
                    throw Unsupported();
            }
        }

        throw Unsupported();
    }

    private string Class(Flags flags)
    {
        at++;
        var negated = Follows("^");
        if (negated)
        {
            at++;
        }

        var set = new ByteClass();
        for (var first = true; ; first = false)
        {
            if (Ended)
            {
                throw Unsupported();
            }

            if (pcre[at] == ']' && !first)
            {
                at++;
                break;
            }

            ClassItem(set);
        }

        if (flags.IgnoreCase)
        {
            set.FoldCase();
        }

        return (negated ? set.Inverted() : set).ToString();
    }

    private void ClassItem(ByteClass set)
    {
        if (Follows("[:") && ByteClass.TryPosix(pcre.AsSpan(at), out var posix, out var length))
        {
            set.Add(posix);
            at += length;
            return;
        }

        if (Follows("\\E"))
        {
            at += 2;
            return;
        }

        if (Follows("\\Q"))
        {
            // Quoting within a class: its characters one by one.
            var end = pcre.IndexOf("\\E", at, StringComparison.Ordinal);
            for (at += 2; at < (end < 0 ? pcre.Length : end); at++)
            {
                set.Add(pcre[at], pcre[at]);
            }

            at = end < 0 ? at : end + 2;
            return;
        }

        if (ClassCharacter(set) is not { } low)
        {
            return;
        }

        if (at + 1 < pcre.Length && pcre[at] == '-' && pcre[at + 1] != ']')
        {
            at++;
            if (ClassCharacter(set) is { } high)
            {
                if (high < low)
                {
                    throw Unsupported();
                }

                set.Add(low, high);
                return;
            }

            // A set behind the dash: the dash is an ordinary character (pcre2pattern, Square brackets).
            set.Add('-', '-');
        }

        set.Add(low, low);
    }

    /// <summary>One character of a class; null when it was a set such as <c>\d</c>, which is then added.</summary>
    private int? ClassCharacter(ByteClass set)
    {
        var c = pcre[at];
        if (c != '\\')
        {
            at++;
            return c;
        }

        at++;
        if (Ended)
        {
            throw Unsupported();
        }

        if (ByteClass.OfEscape(pcre[at]) is { } escaped)
        {
            at++;
            set.Add(escaped);
            return null;
        }

        switch (pcre[at])
        {
            case 'b':
                at++;
                return 8;
            case >= '1' and <= '7':
                return Octal();
            default:
                return CharacterEscape();
        }
    }

    private sealed record Flags
    {
        public bool IgnoreCase { get; set; }

        public bool Multiline { get; set; }

        public bool DotAll { get; set; }

        public bool Extended { get; set; }

        public bool Ungreedy { get; set; }

        public void Take(Flags other) =>
            (IgnoreCase, Multiline, DotAll, Extended, Ungreedy) = (other.IgnoreCase, other.Multiline, other.DotAll, other.Extended, other.Ungreedy);
    }
}
